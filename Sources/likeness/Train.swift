import ArgumentParser

/// `likeness train`: learns what the other commands use.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains an embedder.", subcommands: [TrainEmbedder.self],
        defaultSubcommand: TrainEmbedder.self)
}

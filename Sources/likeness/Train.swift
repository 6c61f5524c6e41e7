import ArgumentParser

/// `likeness train`: learns what the other commands use.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains an embedder, and what belongs to it.",
        subcommands: [TrainEmbedder.self, TrainChips.self, TrainBench.self],
        defaultSubcommand: TrainEmbedder.self)
}

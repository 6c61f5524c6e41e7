import ArgumentParser

/// `likeness train`: learns what the other commands use.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains an embedder, or a graph network for grouping.",
        subcommands: [TrainEmbedder.self, TrainGraph.self, TrainChips.self, TrainBench.self],
        defaultSubcommand: TrainEmbedder.self)
}

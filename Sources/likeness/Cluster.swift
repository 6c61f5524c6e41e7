import ArgumentParser

struct Cluster: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Groups vectors, and makes vectors to group.", subcommands: [ClusterSynth.self])
}

import ArgumentParser

/// `likeness cluster …`: groups of vectors.
struct Cluster: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Groups vectors by identity, and measures methods of doing so.",
        discussion: """
            likeness cluster faces.npy --method knn-dbscan --out groups.npy
            likeness cluster --list
            likeness cluster compare faces.npy --truth people.npy
            """,
        subcommands: [
            ClusterRun.self, ClusterCompare.self, ClusterSynth.self, ClusterAdd.self, ClusterRemove.self,
            ClusterState.self,
        ], defaultSubcommand: ClusterRun.self)
}

import ArgumentParser
import FaceCore

struct Likeness: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "likeness",
        abstract: "Finds the people in photos, groups faces by identity, and measures how well that works.",
        discussion: """
            likeness group ~/Pictures --out people     photos in, people out: people/report.html
            likeness verify a.jpg b.jpg                the same person?

            Everything runs on this machine; nothing leaves it.
            """,
        version: "0.1.0",
        subcommands: [
            Demo.self, Group.self, Detect.self, Embed.self, Verify.self, Identify.self, Neighbours.self, Cluster.self,
            Index.self, Search.self, Library.self, Serve.self, Models.self, Evaluate.self, Train.self, Export.self,
            Clean.self, Visualise.self,
        ])
}

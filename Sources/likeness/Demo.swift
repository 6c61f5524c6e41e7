import ArgumentParser
import FaceCore
import FaceLibrary
import FaceVision
import Foundation

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the people in sample photos, to see that everything works.",
        discussion: """
            likeness demo --out demo

            Writes a report to demo/ and a library to demo-library/, whose people can be named and corrected with \
            `likeness serve`.
            """)

    @Option(help: ArgumentHelp("Folder for the result (default: likeness-demo).", valueName: "dir"))
    var out = "likeness-demo"
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let samples = "\(ModelCatalogue.cacheFolder())/samples"
        guard FileManager.default.fileExists(atPath: samples) else {
            throw LikenessError(
                .componentMissing, subject: samples, "the sample photos are not here", remedy: "run scripts/bootstrap")
        }
        var group = try Group.parse([samples, "--out", out, "--force"] + (common.quiet ? ["--quiet"] : []))
        group.common = common
        try await group.run()
        let report = URL(fileURLWithPath: out).standardizedFileURL.appendingPathComponent("report.html").path
        let library = try fill("\(out)-library", with: samples)
        let program = CommandLine.arguments.first ?? "likeness"
        common.console.note(
            """
            The report: file://\(report)
            Name and correct people in your browser:  \(program) serve \(library)
            Then try your own photos:  \(program) group ~/Pictures --out people
            """)
    }

    /// A library of the sample photos, made when it is not there yet.
    private func fill(_ folder: String, with samples: String) throws -> String {
        if !FileManager.default.fileExists(atPath: folder) {
            _ = try PhotoLibrary.create(folder, name: "Sample photos")
        }
        var samples = try LibraryImport.parse([folder, samples])
        samples.common = common
        try samples.run()
        return folder
    }
}

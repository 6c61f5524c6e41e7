import ArgumentParser
import FaceCore
import FaceVision
import Foundation

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the people in sample photos, to see that everything works.",
        discussion: "likeness demo --out demo")

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
        common.console.note(
            "Open it with a browser: file://\(report)\nThen try your own photos: likeness group ~/Pictures --out people"
        )
    }
}

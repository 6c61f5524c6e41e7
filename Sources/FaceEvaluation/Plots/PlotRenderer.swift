public import FaceCore
import Foundation

/// Draws figures with gnuplot, called as a program: SVG for light and dark pages, and PNG.
///
/// Values, names of series and categories reach gnuplot in data files only. What stands in its commands is written by
/// this program: numbers, and axis titles of which nothing but letters, digits and harmless signs is let through.
public struct PlotRenderer: Sendable {
    public struct Rendered: Sendable {
        /// For light pages, on white.
        public let svg: [UInt8]
        /// For dark pages, on the ground of their panels.
        public let dark: [UInt8]
        public let png: [UInt8]
    }

    private let program: String
    /// Seconds that gnuplot may take for all figures of a report.
    private let limit: Double

    /// Throws `component-missing` when there is no gnuplot in the folders of `PATH`.
    public init(searchPath: String? = nil, limit: Double = 120) throws(LikenessError) {
        let folders = searchPath ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let found = folders.split(separator: ":").map { "\($0)/gnuplot" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let found else {
            throw LikenessError(
                .componentMissing, subject: "gnuplot", "the plots of a report are drawn by gnuplot, which is not here",
                remedy: "run scripts/bootstrap, or install the package gnuplot-nox; without --out no report is written")
        }
        program = found
        self.limit = limit
    }

    /// All figures by one run of gnuplot, in the given order. Throws `defect` with gnuplot's words when it fails.
    public func render(_ plots: [Plot]) throws(LikenessError) -> [Rendered] {
        var (commands, files) = ("", [(name: String, text: String)]())
        for (k, plot) in plots.enumerated() {
            let script = PlotScript(plot, index: k)
            files += script.files
            commands += script.commands
        }
        let names = plots.indices.flatMap { ["p\($0).svg", "p\($0)-dark.svg", "p\($0).png"] }
        let drawn = try run(commands: commands, files: files, outputs: names)
        return plots.indices.map { Rendered(svg: drawn[3 * $0], dark: drawn[3 * $0 + 1], png: drawn[3 * $0 + 2]) }
    }

    /// One run of gnuplot in a folder that holds the files, and the contents of those that it writes.
    package func run(
        commands: String, files: [(name: String, text: String)], outputs: [String]
    ) throws(LikenessError) -> [[UInt8]] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "likeness-plots-\(UInt64.random(in: 0 ... .max))")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw LikenessError(.fileUnwritable, subject: folder.path, "cannot be made: \(error)")
        }
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try write(text, folder, name) }
        try write(commands, folder, "commands")
        try run(in: folder)
        return try outputs.map { (name) throws(LikenessError) in
            try readBytes(folder.appendingPathComponent(name).path, limit: 1 << 26)
        }
    }

    private func write(_ text: String, _ folder: URL, _ name: String) throws(LikenessError) {
        try AtomicFile.write(Array(text.utf8), to: folder.appendingPathComponent(name).path, force: true)
    }

    private func run(in folder: URL) throws(LikenessError) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        // -d: no settings of the person's own
        process.arguments = ["-d", "commands"]
        process.currentDirectoryURL = folder
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": folder.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let log = folder.appendingPathComponent("log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: log.path)
        do { try process.run() } catch {
            throw LikenessError(.componentMissing, subject: program, "gnuplot does not start: \(error)")
        }
        let deadline = Date().addingTimeInterval(limit)
        while process.isRunning, Date() < deadline { usleep(5_000) }
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let words = (try? String(contentsOf: log, encoding: .utf8))?.suffix(400) ?? ""
            throw LikenessError(.defect, subject: program, "gnuplot failed: \(words)")
        }
    }
}

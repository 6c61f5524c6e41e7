import Foundation

/// The built `likeness` program, run as a person runs it.
public struct Program {
    public struct Outcome {
        public let status: Int32
        public let output: String
        public let errors: String

        /// The output as a JSON object.
        public func json() throws -> [String: Any] {
            guard let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
                throw TestData.MissingTestFile(path: "a JSON object on standard output (\(output.prefix(200)))")
            }
            return object
        }
    }

    /// Runs `likeness` with these arguments; `environment` is added to ours. Ended after `limit` seconds.
    public static func run(
        _ arguments: [String], environment: [String: String] = [:], limit: Double = 120
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let folder = try TemporaryFolder()
        // Files, not pipes: a full pipe would block the program before we read.
        let (out, err) = (folder.file("out"), folder.file("err"))
        for f in [out, err] { _ = FileManager.default.createFile(atPath: f, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: out)
        process.standardError = FileHandle(forWritingAtPath: err)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let deadline = Date().addingTimeInterval(limit)
        while process.isRunning, Date() < deadline { usleep(5000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        let text = { (f: String) in String(decoding: FileManager.default.contents(atPath: f) ?? Data(), as: UTF8.self) }
        let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Outcome(status: status, output: text(out), errors: text(err))
    }

    /// `likeness` beside the test program, in the build folder.
    public static let path: String = {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appendingPathComponent("likeness").path
    }()
}

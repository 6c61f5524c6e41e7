import Foundation

/// A folder served over HTTP on 127.0.0.1 by Python's own server, for tests of downloads; ends with the object.
public final class LoopbackServer {
    public let port: Int
    private let process = Process()

    public init(folder: String) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // "Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ..."
        var line = ""
        while !line.contains("("), case let data = output.fileHandleForReading.availableData, !data.isEmpty {
            line += String(decoding: data, as: UTF8.self)
        }
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "port"), at + 1 < words.count, let port = Int(words[at + 1]) else {
            throw TestData.MissingTestFile(path: "python3 (its http.server said: \(line))")
        }
        self.port = port
    }

    // a child inherits that the tests of Ctrl-C ignore the gentler signals
    deinit { kill(process.processIdentifier, SIGKILL) }
}

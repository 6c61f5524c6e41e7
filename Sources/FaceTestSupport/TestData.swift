import Foundation

/// Where the tests find real photos, vectors and model files.
public enum TestData {
    /// `LIKENESS_TEST_DATA`, or `shared/data` beside the checkout.
    public static let folder: String = {
        if let f = ProcessInfo.processInfo.environment["LIKENESS_TEST_DATA"] { return f }
        return packageFolder + "/../shared/data"
    }()

    /// The checkout itself.
    public static let packageFolder: String = {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }()

    /// A file of the test data; a missing one fails the test with its name instead of skipping it.
    public static func file(_ name: String) throws -> String {
        let path = "\(folder)/\(name)"
        guard FileManager.default.fileExists(atPath: path) else { throw MissingTestFile(path: path) }
        return path
    }

    /// A model file that `scripts/bootstrap` placed.
    public static func model(_ name: String) throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        let path = "\(environment["LIKENESS_MODELS"] ?? "\(cache)/likeness/models")/\(name)"
        guard FileManager.default.fileExists(atPath: path) else { throw MissingTestFile(path: path) }
        return path
    }

    public struct MissingTestFile: Error, CustomStringConvertible {
        let path: String
        public var description: String { "\(path) is missing: run scripts/bootstrap, or set LIKENESS_TEST_DATA" }
    }
}

/// A folder of its own for one test, removed when the last reference goes.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        path = NSTemporaryDirectory() + "likeness-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { "\(path)/\(name)" }
}

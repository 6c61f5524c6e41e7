public import FaceCore
internal import Foundation

/// Metrics of a run, one JSON object a line, appended as they come.
public final class MetricsLog {
    private let handle: FileHandle
    public private(set) var bytes: Int

    /// Opens a file; what a resumed run had written after its checkpoint is cut off at `keeping` bytes.
    public init(_ path: String, keeping: Int) throws(LikenessError) {
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw LikenessError(.fileUnwritable, subject: path, "cannot be made")
            }
        }
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw LikenessError(.fileUnwritable, subject: path, "cannot be written")
        }
        do {
            let size = try handle.seekToEnd()
            bytes = min(keeping, Int(size))
            try handle.truncate(atOffset: UInt64(bytes))
        } catch { throw LikenessError(.fileUnwritable, subject: path, "\(error.localizedDescription)") }
        self.handle = handle
    }

    /// Adds a line; numbers that are not finite are left out.
    public func write(_ values: [String: Double], labels: [String: String] = [:]) throws(LikenessError) {
        var fields = values.filter(\.value.isFinite).map { ($0.key, Self.text($0.value)) }
        fields += labels.map { ($0.key, StrictJSON.quoted($0.value)) }
        let line = fields.sorted { $0.0 < $1.0 }.map { "\(StrictJSON.quoted($0.0)):\($0.1)" }.joined(separator: ",")
        let data = Data("{\(line)}\n".utf8)
        do { try handle.write(contentsOf: data) } catch {
            throw LikenessError(.fileUnwritable, subject: "metrics", "\(error.localizedDescription)")
        }
        bytes += data.count
    }

    private static func text(_ x: Double) -> String {
        x == x.rounded() && abs(x) < 1e15 ? String(Int(x)) : "\(x)"
    }
}

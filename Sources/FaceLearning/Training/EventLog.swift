public import FaceCore
internal import Foundation

/// Metrics as TensorBoard reads them: a file of events, each a scalar with its step.
///
/// A record is its length, a checksum of the length, the message and a checksum of the message; checksums are CRC-32C
/// turned by 15 bits with a constant added. Messages are `tensorflow.Event` of TensorFlow's `event.proto`.
public final class EventLog {
    private let handle: FileHandle
    public let path: String

    /// A new file of its own in a folder. TensorBoard reads all files of a folder; after a `restart` it forgets what other
    /// files hold from that step on, so that a resumed run draws one line.
    public init(folder: String, restart step: Int? = nil, at now: Double? = nil) throws(LikenessError) {
        let now = now ?? Date().timeIntervalSince1970
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw LikenessError(.fileUnwritable, subject: folder, "\(error.localizedDescription)")
        }
        // names are sorted by time, files of one second by their step
        path = "\(folder)/events.out.tfevents.\(Int(now)).likeness.\(step ?? 0)"
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw LikenessError(.fileUnwritable, subject: path, "cannot be made") }
        self.handle = handle
        try append(Self.event(time: now) { $0.string(3, "brain.Event:2") })
        guard let step else { return }
        let start = 1  // SessionLog.START
        try append(Self.event(time: now, step: step) { $0.message(7) { $0.varint(1, start) } })
    }

    /// Numbers of one step by their names; those that are not finite are left out. `loss.classes` becomes `loss/classes`.
    public func write(_ values: [String: Double], step: Int, at now: Double? = nil) throws(LikenessError) {
        let finite = values.filter { $0.value.isFinite && $0.key != "step" }.sorted { $0.key < $1.key }
        guard !finite.isEmpty else { return }
        try append(
            Self.event(time: now ?? Date().timeIntervalSince1970, step: step) { event in
                event.message(5) { summary in
                    for (name, value) in finite {
                        summary.message(1) { entry in
                            entry.string(1, name.replacingOccurrences(of: ".", with: "/"))
                            entry.float(2, Float(value))
                        }
                    }
                }
            })
    }

    private static func event(
        time: Double, step: Int = 0, _ body: (inout ProtobufWriter) -> Void
    ) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.double(1, time)
        if step != 0 { writer.varint(2, step) }
        body(&writer)
        return writer.bytes
    }

    private func append(_ message: [UInt8]) throws(LikenessError) {
        do { try handle.write(contentsOf: Data(Self.record(message))) } catch {
            throw LikenessError(.fileUnwritable, subject: path, "\(error.localizedDescription)")
        }
    }

    /// A message in its frame.
    package static func record(_ message: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(message.count))
        return length + littleEndian(masked(length)) + message + littleEndian(masked(message))
    }

    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        let sum = CRC32C.checksum(bytes)
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }

    private static func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

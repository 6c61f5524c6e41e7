import FaceCore
import Glibc

/// Operations on disk, each synced before it counts: what was promised survives the end of the process or the machine.
///
/// A file begins with a magic number, the version of the format and the generation of its snapshot. A record is a head and
/// a payload; the head holds the payload's length and CRC-32C, the generation, and a CRC-32C of its own, so that a wrong
/// length is seen and not taken for a long record. What the end of the file cuts, a head or the payload behind a good
/// head, was never promised and is dropped when the journal is opened; everything else that is wrong is damage.
final class GroupingJournal {
    let path: String
    private(set) var size: Int
    private let descriptor: Int32
    private let fault: FaultPoint?
    /// After a write that could not be taken back nothing may be appended.
    private var isBroken = false

    /// Called before each step of a write with its name; a test throws there as if the process had ended, or cuts the
    /// bytes that reach the disk.
    typealias FaultPoint = (_ step: String, _ bytes: inout [UInt8]) throws(LikenessError) -> Void

    /// The version that is written. Version 1 had no checksum over lengths; it is read, and replaced at once.
    private static let version: UInt8 = 2
    private static let headSize = 16
    private static let recordHeadSize = 24
    private static let longestRecord = 1 << 33
    private let generation: UInt64
    /// Whether the file is of an older version: nothing can be appended to it.
    private(set) var isOld = false

    /// Opens or makes the journal of a generation and hands its operations to `body`.
    ///
    /// Throws `file-damaged` for a record that is wrong and was not cut by the end of the file, `file-format`, `file-unreadable`, `file-unwritable`.
    init(
        _ path: String, generation: UInt64, fault: FaultPoint? = nil,
        _ body: (GroupingOperation) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        self.path = path
        self.fault = fault
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0o600)
        guard descriptor >= 0 else {
            throw LikenessError(.fileUnwritable, subject: path, "cannot open: \(systemMessage(errno))")
        }
        size = 0
        self.generation = generation
        let input = try InputFile(path)
        let head = Self.head(Self.version, generation)
        let found = try input.bytes(at: 0, count: min(input.size, Self.headSize))
        if found.count < Self.headSize, head.starts(with: found) || found.allSatisfy({ $0 == 0 }) {
            // cut while it was made: nothing was promised in it
            try truncate(to: 0)
            try send(head)
            try sync()
            try syncFolder()
            size = Self.headSize
            return
        }
        isOld = found == Self.head(1, generation)
        guard found == head || isOld else {
            throw LikenessError(.fileFormat, subject: path, "this is no journal of generation \(generation)")
        }
        size = Self.headSize
        while let payload = try isOld ? oldRecord(input) : record(input) {
            guard let operation = GroupingOperation(payload[...]) else { throw damage("holds no operation") }
            try body(operation)
            size += (isOld ? 8 : Self.recordHeadSize) + payload.count
        }
        if size < input.size { try truncate(to: size) }
    }

    deinit { close(descriptor) }

    private static func head(_ version: UInt8, _ generation: UInt64) -> [UInt8] {
        Array("LKGJ".utf8) + [version, 0, 0, 0] + withUnsafeBytes(of: generation.littleEndian) { Array($0) }
    }

    /// The payload of the record at `size`; nil at the end of what was promised. Throws `file-damaged`.
    private func record(_ input: InputFile) throws(LikenessError) -> [UInt8]? {
        let rest = input.size - size
        guard rest >= Self.recordHeadSize else { return nil }
        let head = try input.bytes(at: size, count: Self.recordHeadSize)
        let length = Self.number(head[0..<8])
        guard Self.number(head[20..<24]) == UInt64(CRC32C.checksum(Array(head[..<20]))) else {
            throw damage("has a wrong head")
        }
        guard Self.number(head[8..<16]) == generation, length > 0, length < UInt64(Self.longestRecord) else {
            throw damage("is not of this journal")
        }
        guard Int(length) <= rest - Self.recordHeadSize else { return nil }
        let payload = try input.bytes(at: size + Self.recordHeadSize, count: Int(length))
        guard UInt64(CRC32C.checksum(payload)) == Self.number(head[16..<20]) else {
            throw damage("does not fit its checksum")
        }
        return payload
    }

    /// As ``record(_:)`` in version 1, whose lengths nothing proves: a length beyond the end of the file may be a record
    /// that was cut, or damage.
    private func oldRecord(_ input: InputFile) throws(LikenessError) -> [UInt8]? {
        let rest = input.size - size
        guard rest >= 8 else { return nil }
        let head = try input.bytes(at: size, count: 8)
        let length = Int(Self.number(head[0..<4]))
        guard length > 0 else { throw damage("has no length") }
        guard length <= rest - 8 else { return nil }
        let payload = try input.bytes(at: size + 8, count: length)
        guard UInt64(CRC32C.checksum(payload)) == Self.number(head[4..<8]) else {
            if size + 8 + length == input.size { return nil }
            throw damage("does not fit its checksum")
        }
        return payload
    }

    private func damage(_ what: String) -> LikenessError {
        LikenessError(
            .fileDamaged, subject: path, "the record at byte \(size) \(what)",
            remedy: "restore the state from a backup; the operations before that byte are whole")
    }

    /// Writes a record and syncs it; after a return the operation is promised, after an error it is not.
    func append(_ operation: GroupingOperation) throws(LikenessError) {
        guard !isBroken else {
            throw LikenessError(
                .fileUnwritable, subject: path, "an earlier write failed half way", remedy: "open the state again")
        }
        let payload = operation.bytes
        guard payload.count < Self.longestRecord else {
            throw LikenessError(
                .usage, "\(payload.count) bytes are too many for one operation", remedy: "add fewer rows at once")
        }
        precondition(!isOld, "a journal of an older version is replaced before anything is appended")
        var record = withUnsafeBytes(of: UInt64(payload.count).littleEndian) { Array($0) }
        record += withUnsafeBytes(of: generation.littleEndian) { Array($0) }
        record += withUnsafeBytes(of: CRC32C.checksum(payload).littleEndian) { Array($0) }
        record += withUnsafeBytes(of: CRC32C.checksum(record).littleEndian) { Array($0) }
        record += payload
        let whole = record.count
        // what a crash leaves: the record as far as the fault lets it
        isBroken = true
        try fault?("journal write", &record)
        do throws(LikenessError) {
            try send(record)
            guard record.count == whole else { throw LikenessError(.fileUnwritable, subject: path, "cut by a fault") }
            try fault?("journal sync", &record)
            try sync()
        } catch  where fault == nil {
            try truncate(to: size)
            isBroken = false
            throw error
        }
        size += whole
        isBroken = false
    }

    private func send(_ bytes: [UInt8]) throws(LikenessError) {
        var done = 0
        while done < bytes.count {
            let part = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + done, min($0.count - done, 1 << 30))
            }
            if part >= 0 { done += part } else if errno != EINTR { throw failure("write") }
        }
    }

    private func sync() throws(LikenessError) {
        guard fsync(descriptor) == 0 else { throw failure("sync") }
    }

    private func truncate(to length: Int) throws(LikenessError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw failure("shorten") }
        try sync()
    }

    /// Makes the journal's name survive a crash.
    private func syncFolder() throws(LikenessError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let holder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard holder >= 0 else { throw failure("open the folder") }
        defer { close(holder) }
        guard fsync(holder) == 0 else { throw failure("sync the folder") }
    }

    private func failure(_ what: String) -> LikenessError {
        LikenessError(.fileUnwritable, subject: path, "cannot \(what): \(systemMessage(errno))")
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

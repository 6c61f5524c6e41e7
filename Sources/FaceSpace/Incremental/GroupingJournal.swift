import FaceCore
import Glibc

/// Operations on disk, each synced before it counts: what was promised survives the end of the process or the machine.
///
/// A file begins with a magic number and the generation of its snapshot; records are length, CRC-32C and payload. A
/// record that the end of the file cuts is one that was never promised: it is dropped when the journal is opened.
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

    private static let magic = Array("LKGJ".utf8) + [1, 0, 0, 0]
    private static let headSize = 16
    private static let longestRecord = 1 << 33

    /// Opens or makes the journal of a generation and hands its operations to `body`.
    ///
    /// Throws `file-damaged` for a wrong record that others follow, `file-format`, `file-unreadable`, `file-unwritable`.
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
        let input = try InputFile(path)
        let head = Self.magic + withUnsafeBytes(of: generation.littleEndian) { Array($0) }
        let found = try input.bytes(at: 0, count: min(input.size, Self.headSize))
        guard head.starts(with: found) || found.allSatisfy({ $0 == 0 }) else {
            throw LikenessError(.fileFormat, subject: path, "this is no journal of generation \(generation)")
        }
        if found != head {
            // cut while it was made: nothing was promised in it
            try truncate(to: 0)
            try send(head)
            try sync()
            try syncFolder()
            size = Self.headSize
            return
        }
        size = Self.headSize
        try replay(input, body)
        if size < input.size { try truncate(to: size) }
    }

    deinit { close(descriptor) }

    private func replay(
        _ input: InputFile, _ body: (GroupingOperation) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        while input.size - size >= 8 {
            let lead = try input.bytes(at: size, count: 8)
            let (length, sum) = (Int(Self.number(lead[0..<4])), Self.number(lead[4..<8]))
            guard length > 0, length <= input.size - size - 8 else { return }
            let payload = try input.bytes(at: size + 8, count: length)
            guard CRC32C.checksum(payload) == sum, let operation = GroupingOperation(payload[...]) else {
                if size + 8 + length == input.size { return }
                throw LikenessError(
                    .fileDamaged, subject: path, "the record at byte \(size) is wrong, and others follow it",
                    remedy: "restore the state from a backup")
            }
            try body(operation)
            size += 8 + length
        }
    }

    /// Writes a record and syncs it; after a return the operation is promised, after an error it is not.
    func append(_ operation: GroupingOperation) throws(LikenessError) {
        guard !isBroken else {
            throw LikenessError(
                .fileUnwritable, subject: path, "an earlier write failed half way", remedy: "open the state again")
        }
        let payload = operation.bytes
        guard payload.count < Self.longestRecord, let length = UInt32(exactly: payload.count) else {
            throw LikenessError(
                .usage, "\(payload.count) bytes are too many for one operation", remedy: "add fewer rows at once")
        }
        var record = withUnsafeBytes(of: length.littleEndian) { Array($0) }
        record += withUnsafeBytes(of: CRC32C.checksum(payload).littleEndian) { Array($0) }
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

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

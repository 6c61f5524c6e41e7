public import FaceCore
import Glibc

/// Incremental grouping that survives: a folder of one snapshot and the journal of what came after it.
///
/// A change is first in the journal, synced, and then in memory; a snapshot appears whole beside the old one, and only then
/// do the old files go. At every moment the folder holds all that was promised. One process at a time.
public final class GroupingStore {
    public let folder: String
    public private(set) var grouping: IncrementalGrouping
    /// Operations since the state was made: its version.
    public private(set) var operations: Int
    /// Why the last snapshot could not be written, nil when it could: nothing is lost, but the journal grows, and the bytes of
    /// rows that were removed since the snapshot before are still on disk. It is tried again with the next operation.
    public private(set) var checkpointFailure: LikenessError?
    private var generation: UInt64
    /// Nil when a new one could not be made; the next operation tries again.
    private var journal: GroupingJournal?
    /// Whether the newest snapshot holds all operations and nothing older is left.
    private var isSnapshotOfNow = false
    private let lock: HeldLock
    private let fault: GroupingJournal.FaultPoint?

    package typealias FaultPoint = (_ step: String, _ bytes: inout [UInt8]) throws(LikenessError) -> Void

    /// Makes a state in a new or empty folder. Throws `file-exists` where there is one, `file-unwritable`, `state-busy`.
    public static func create(
        _ folder: String, space: EmbeddingSpace, options: IncrementalOptions = .init()
    ) throws(LikenessError) -> GroupingStore {
        let grouping = try IncrementalGrouping(space: space, options: options)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw LikenessError(.fileUnwritable, subject: folder, "cannot be made: \(systemMessage(errno))")
        }
        let lock = try take(folder)
        guard try snapshots(folder).isEmpty else {
            throw LikenessError(.fileExists, subject: folder, "there is a grouping in this folder")
        }
        try GroupingSnapshot.write(grouping, operations: 0, to: path(folder, 1))
        return try GroupingStore(folder, grouping, 0, 1, lock, nil)
    }

    /// Whether a state is in this folder; an empty one, as the end of a process while it made a state leaves it, holds none.
    /// Throws `file-unreadable`.
    public static func exists(in folder: String) throws(LikenessError) -> Bool {
        guard access(folder, F_OK) == 0 else { return false }
        return try !snapshots(folder).isEmpty
    }

    /// Opens a state and replays its journal. Throws `file-missing`, `state-busy`, `space-mismatch` when it is not of the
    /// `expected` space, and what damaged files throw.
    public static func open(
        _ folder: String, expected: EmbeddingSpace? = nil
    ) throws(LikenessError) -> GroupingStore {
        try open(folder, expected: expected, fault: nil)
    }

    /// `fault` is called before each write, for tests of crashes.
    package static func open(
        _ folder: String, expected: EmbeddingSpace? = nil, fault: FaultPoint?
    ) throws(LikenessError) -> GroupingStore {
        // before the lock, so that no lock is left in a folder of other things
        _ = try newest(folder)
        let lock = try take(folder)
        let newest = try newest(folder)
        let (grouping, operations) = try GroupingSnapshot.read(path(folder, newest))
        if let expected { try grouping.space.require(expected) }
        return try GroupingStore(folder, grouping, operations, newest, lock, fault)
    }

    private static func newest(_ folder: String) throws(LikenessError) -> UInt64 {
        guard let newest = try snapshots(folder).max() else {
            throw LikenessError(
                .fileMissing, subject: folder, "there is no grouping in this folder",
                remedy: "`likeness cluster add` makes one")
        }
        return newest
    }

    private init(
        _ folder: String, _ grouping: IncrementalGrouping, _ operations: Int, _ generation: UInt64, _ lock: HeldLock,
        _ fault: FaultPoint?
    ) throws(LikenessError) {
        (self.folder, self.grouping, self.operations) = (folder, grouping, operations)
        (self.generation, self.lock, self.fault) = (generation, lock, fault)
        var (state, applied, forgets) = (grouping, operations, false)
        journal = try GroupingJournal(Self.journalPath(folder, generation), generation: generation, fault: fault) {
            (operation) throws(LikenessError) in
            _ = try state.apply(operation, threads: availableThreads())
            applied += 1
            if case .remove = operation { forgets = true }
        }
        (self.grouping, self.operations) = (state, applied)
        // a removal that was cut short before its snapshot: the rows' bytes are still there
        if forgets || journal?.isOld == true { tryCheckpoint() } else { clearOld() }
        if journal?.isOld == true, let failure = checkpointFailure { throw failure }
    }

    // MARK: Changes

    /// As ``IncrementalGrouping/insert(_:quality:photos:threads:)``; after the return it is on disk.
    @discardableResult
    public func insert(
        _ rows: Matrix, quality: [Float] = [], photos: [Int] = [], threads: Int = availableThreads()
    ) throws(LikenessError) -> GroupingChange {
        try IncrementalGrouping.check(rows, grouping.space, quality, photos)
        return try perform(.insert(rows, quality: quality, photos: photos), threads)
    }

    /// As ``IncrementalGrouping/remove(_:threads:)``; after the return no file of the state holds the vectors, unless
    /// ``checkpointFailure`` says why not.
    @discardableResult
    public func remove(_ rows: [Int], threads: Int = availableThreads()) throws(LikenessError) -> GroupingChange {
        try grouping.requireLive(rows)
        let change = try perform(.remove(rows), threads)
        if !isSnapshotOfNow, checkpointFailure == nil { tryCheckpoint() }
        return change
    }

    @discardableResult
    public func join(_ a: Int, _ b: Int) throws(LikenessError) -> GroupingChange {
        try grouping.requireLive([a, b])
        return try perform(.join(a, b), availableThreads())
    }

    @discardableResult
    public func separate(_ a: Int, _ b: Int) throws(LikenessError) -> GroupingChange {
        try grouping.requireLive([a, b])
        return try perform(.separate(a, b), availableThreads())
    }

    @discardableResult
    public func pin(_ rows: [Int]) throws(LikenessError) -> GroupingChange {
        _ = try grouping.commonGroup(of: rows)
        return try perform(.pin(rows), availableThreads())
    }

    private func perform(_ operation: GroupingOperation, _ threads: Int) throws(LikenessError) -> GroupingChange {
        if journal == nil { journal = try begin() }
        guard let journal else { throw LikenessError(.defect, subject: folder, "the journal is closed") }
        try journal.append(operation)
        isSnapshotOfNow = false
        let change = try grouping.apply(operation, threads: threads)
        operations += 1
        // a quarter of the vectors: opening replays little, and each row is written a few times in all
        if checkpointFailure != nil || journal.size > max(1 << 20, grouping.count * grouping.space.dimension) {
            tryCheckpoint()
        }
        return change
    }

    /// The operation before it counts whether or not a snapshot can be written.
    private func tryCheckpoint() {
        do throws(LikenessError) { try checkpoint() } catch { checkpointFailure = error }
    }

    /// Writes a snapshot and begins a new journal; the old files go. After an error all operations are still safe.
    public func checkpoint() throws(LikenessError) {
        var nothing: [UInt8] = []
        try fault?("snapshot", &nothing)
        try GroupingSnapshot.write(grouping, operations: operations, to: Self.path(folder, generation + 1))
        // from here on the new snapshot is what a restart finds
        journal = nil
        generation += 1
        try fault?("new journal", &nothing)
        journal = try begin()
        try fault?("old files", &nothing)
        try removeOld()
        isSnapshotOfNow = true
        checkpointFailure = nil
    }

    /// The journal behind the newest snapshot.
    private func begin() throws(LikenessError) -> GroupingJournal {
        try GroupingJournal(
            Self.journalPath(folder, generation), generation: generation, fault: fault
        ) { (_) throws(LikenessError) in }
    }

    // MARK: Files

    private static func path(_ folder: String, _ generation: UInt64) -> String {
        "\(folder)/snapshot-\(generation).state"
    }

    private static func journalPath(_ folder: String, _ generation: UInt64) -> String {
        "\(folder)/journal-\(generation).log"
    }

    /// Generations of the snapshots in a folder.
    private static func snapshots(_ folder: String) throws(LikenessError) -> [UInt64] {
        try names(folder).compactMap { number($0, "snapshot-", ".state") }
    }

    private static func number(_ name: String, _ prefix: String, _ suffix: String) -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        return UInt64(name.dropFirst(prefix.count).dropLast(suffix.count))
    }

    private static func names(_ folder: String) throws(LikenessError) -> [String] {
        guard let stream = opendir(folder) else {
            let code: LikenessError.Code = errno == ENOENT ? .fileMissing : .fileUnreadable
            throw LikenessError(code, subject: folder, "cannot be opened: \(systemMessage(errno))")
        }
        defer { closedir(stream) }
        var out: [String] = []
        while let entry = readdir(stream) {
            out.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return out
    }

    private func clearOld() {
        do throws(LikenessError) { try removeOld() } catch { checkpointFailure = error }
    }

    /// Deletes what older generations and unfinished snapshots left behind. Throws `file-unwritable`.
    private func removeOld() throws(LikenessError) {
        for name in try Self.names(folder) {
            let old = Self.number(name, "snapshot-", ".state") ?? Self.number(name, "journal-", ".log")
            let isPart = name.hasPrefix(".snapshot-") && name.hasSuffix(".part")
            guard isPart || old.map({ $0 < generation }) ?? false else { continue }
            guard unlink("\(folder)/\(name)") == 0 || errno == ENOENT else {
                throw LikenessError(
                    .fileUnwritable, subject: "\(folder)/\(name)", "cannot be deleted: \(systemMessage(errno))")
            }
        }
    }

    private static func take(_ folder: String) throws(LikenessError) -> HeldLock {
        let path = "\(folder)/lock"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LikenessError(.fileUnwritable, subject: path, "cannot be made: \(systemMessage(errno))")
        }
        let lock = HeldLock(descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw LikenessError(
                .stateBusy, subject: folder, "another process works on this grouping",
                remedy: "try again when it is done")
        }
        return lock
    }

    /// The lock of a state, held as long as the object lives.
    private final class HeldLock: Sendable {
        private let descriptor: Int32

        init(_ descriptor: Int32) { self.descriptor = descriptor }

        deinit { close(descriptor) }
    }
}

extension IncrementalGrouping {
    /// Applies an operation of the journal.
    mutating func apply(_ operation: GroupingOperation, threads: Int) throws(LikenessError) -> GroupingChange {
        switch operation {
        case .insert(let rows, let quality, let photos):
            try insert(rows, quality: quality, photos: photos, threads: threads)
        case .remove(let rows): try remove(rows, threads: threads)
        case .join(let a, let b): try join(a, b, threads: threads)
        case .separate(let a, let b): try separate(a, b, threads: threads)
        case .pin(let rows): try pin(rows, threads: threads)
        }
    }
}

extension LikenessError.Code {
    /// Another process holds the lock of a state.
    public static let stateBusy = Self("state-busy", exitStatus: 73)
}

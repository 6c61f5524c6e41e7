public import FaceCore
import Synchronization

/// The vectors of one embedding space: a folder of append-only segments of fixed rows.
///
/// One process writes (``append(_:)``, ``erase(_:)``, ``compact(_:)`` may be called from any thread; they take turns),
/// any number of threads read ``snapshot()``s meanwhile without waiting. What counts as committed is the caller's
/// business: rows are on the disk when `append` returns, the caller records their places in its database, and then calls
/// ``commit()``; rows beyond the recorded counts are ignored and overwritten after a crash.
public final class VectorSegments: Sendable {
    public struct Options: Sendable, Hashable {
        public var element: VectorElement
        /// Rows of a segment.
        public var capacity: Int

        public init(element: VectorElement = .float32, capacity: Int = 65_536) {
            self.element = element
            self.capacity = capacity
        }
    }

    public let folder: String
    public let space: EmbeddingSpace
    public let options: Options
    private let key: LibraryKey?
    private let writes: Bool
    private let writers: Mutex<[SegmentWriter]>
    private let published: Mutex<VectorSnapshot>

    /// Opens the segments in `folder`, which is made where it is missing.
    ///
    /// `committed` holds the committed rows by segment number, as the database records them; other segments in the folder
    /// are ``strays()``. New segments are made by `options`; old ones keep what they are. Throws `file-missing`,
    /// `file-truncated`, `file-format`, `file-damaged`, `space-mismatch`, or `key-missing` when a segment is sealed
    /// with another key than `key`. O(segments), and O(bytes) where they are sealed.
    public init(
        _ folder: String, space: EmbeddingSpace, committed: [Int: Int], options: Options = Options(),
        key: LibraryKey? = nil, readOnly: Bool = false
    ) throws(LikenessError) {
        self.folder = folder
        self.space = space
        self.options = options
        self.key = key
        writes = !readOnly
        // refuses sizes that cannot be before the first append
        _ = try SegmentHeader(
            number: 1, space: space, element: options.element, capacity: options.capacity, keyID: key?.id)
        if writes { try makeFolder(folder) }
        var opened: [SegmentWriter] = []
        for (number, count) in committed.sorted(by: { $0.key < $1.key }) {
            let path = VectorSegments.path(folder, number)
            let header = try VectorSegments.header(of: path)
            try header.require(space, path: path)
            guard header.number == number else {
                throw LikenessError(.fileFormat, subject: path, "this is segment \(header.number)")
            }
            guard header.keyID == nil || header.keyID == key?.id else {
                throw LikenessError(
                    .keyMissing, subject: path,
                    key == nil ? "the vectors are sealed" : "the vectors are sealed with another key",
                    remedy: "give the library's key file")
            }
            opened.append(
                try SegmentWriter(
                    path, header: header, committed: count, key: header.keyID == nil ? nil : key, writes: writes))
        }
        published = Mutex(VectorSnapshot(space: space, segments: opened.map(\.snapshot)))
        writers = Mutex(opened)
    }

    /// The committed rows now. O(segments).
    public func snapshot() -> VectorSnapshot { published.withLock { $0 } }

    /// Writes rows behind the last one and waits for the disk; returns their places, in order. O(bytes), a few syncs.
    ///
    /// They are seen by readers after ``commit()``. Throws `dimension-mismatch`, `non-finite`, `bad-data` for a vector of
    /// zeros, or `file-unwritable` (a full disk): nothing is left behind then.
    public func append(_ vectors: Matrix) throws(LikenessError) -> [VectorLocation] {
        let rows = try encoded(vectors)
        return try writers.withLock { (writers) throws(LikenessError) in
            try requireWriting()
            let before = writers.map(\.written)
            do throws(LikenessError) {
                return try append(rows, to: &writers)
            } catch {
                // this append alone is taken back; rows of earlier ones keep waiting for their commit
                for k in writers.indices { writers[k].takeBack(to: k < before.count ? before[k] : 0) }
                dropEmpty(&writers)
                throw error
            }
        }
    }

    /// Makes the rows appended so far visible: to be called when the database has recorded their places.
    public func commit() {
        writers.withLock { writers in
            for k in writers.indices { writers[k].commit() }
            publish(writers)
        }
    }

    /// Forgets rows that were appended and not committed: their room is used again.
    public func rollback() {
        writers.withLock { writers in
            for k in writers.indices { writers[k].takeBack(to: writers[k].committed) }
            dropEmpty(&writers)
        }
    }

    /// Overwrites committed rows with zeros, in the file and in memory, and waits for the disk.
    ///
    /// Rows that were erased before are passed over; a place that was never committed throws `vector-missing` before
    /// anything is changed. After a crash in the middle, opening the folder ends the erasure of the blocks concerned.
    /// A file system that copies on write, and a flash drive, may keep the old bytes: only a destroyed key helps there.
    public func erase(_ locations: [VectorLocation]) throws(LikenessError) {
        try writers.withLock { (writers) throws(LikenessError) in
            try requireWriting()
            let bySegment = Dictionary(grouping: Set(locations), by: \.segment).sorted { $0.key < $1.key }
            for (number, places) in bySegment {
                for place in places {
                    guard let writer = writers.first(where: { $0.header.number == number }), place.row >= 0,
                        place.row < writer.committed
                    else {
                        throw LikenessError(
                            .vectorMissing, subject: "segment \(number), row \(place.row)",
                            "there is no vector of \(space.id) at this place")
                    }
                }
            }
            for k in writers.indices {
                guard let places = bySegment.first(where: { $0.key == writers[k].header.number }) else { continue }
                try writers[k].erase(places.value.map(\.row).sorted())
            }
            publish(writers)
        }
    }

    /// Where the rows of a compacted segment went.
    public struct Compaction: Sendable, Hashable {
        /// The old segment, which stays until ``VectorSegments/remove(_:)``.
        public let from: Int
        public let to: Int
        /// Old row → new row; nil for an erased one.
        public let rows: [Int?]
        /// Rows of the new segment: its committed count.
        public var count: Int { rows.reduce(0) { $1 == nil ? $0 : $0 + 1 } }
    }

    /// Copies the live rows of a segment into a new one, which is complete and synced on return.
    ///
    /// Both are readable then. The caller switches its references in one transaction, and calls ``remove(_:)`` for the old
    /// one. After a crash before the transaction the new segment is a stray. Throws `usage` while rows wait for a commit.
    public func compact(_ number: Int) throws(LikenessError) -> Compaction {
        try writers.withLock { (writers) throws(LikenessError) in
            try requireWriting()
            let old = try writer(number, writers)
            guard old.written == old.committed else {
                throw LikenessError(.usage, subject: old.path, "rows wait for their commit: compact afterwards")
            }
            var mapping: [Int?] = []
            var rows: [[UInt8]] = []
            for row in 0..<old.committed {
                let plain = old.plain(row)
                mapping.append(plain == nil ? nil : rows.count)
                if let plain { rows.append(plain) }
            }
            let next = try nextNumber(writers)
            let header = try SegmentHeader(
                number: next, space: space, element: old.header.element, capacity: old.header.capacity,
                keyID: old.header.keyID)
            writers.append(
                try SegmentWriter.create(
                    VectorSegments.path(folder, next), header: header, rows: rows, key: old.key))
            publish(writers)
            return Compaction(from: number, to: next, rows: mapping)
        }
    }

    /// Removes a segment's files. Snapshots that hold it stay readable until they go.
    public func remove(_ number: Int) throws(LikenessError) {
        try writers.withLock { (writers) throws(LikenessError) in
            try requireWriting()
            _ = try writer(number, writers)
            writers.removeAll { $0.header.number == number }
            publish(writers)
            try removeFiles(number)
        }
    }

    /// Numbers of segments in the folder that are not open here: made by an append or a compaction that was never
    /// recorded, or recorded in a database that was lost.
    public func strays() throws(LikenessError) -> [Int] {
        let known = Set(writers.withLock { $0.map(\.header.number) })
        return try VectorSegments.numbers(in: folder).filter { !known.contains($0) }
    }

    /// Removes the files of ``strays()``, and what interrupted writes left beside them; returns the numbers.
    public func removeStrays() throws(LikenessError) -> [Int] {
        try requireWriting()
        let strays = try strays()
        for number in strays { try removeFiles(number) }
        for name in try folderNames(folder) where name.hasPrefix(".") && name.hasSuffix(".part") {
            try removeFile("\(folder)/\(name)")
        }
        try syncFolder(folder)
        return strays
    }

    /// What ``verify()`` looked at, and what it found.
    public struct Verification: Sendable {
        public var segments = 0
        /// Committed rows, erased ones included.
        public var rows = 0
        public var erased = 0
        public var faults: [LikenessError] = []
        public var isSound: Bool { faults.isEmpty }
    }

    /// Reads every committed byte and compares it with its checksum; erased rows must be zeros, others not. O(bytes).
    public func verify() -> Verification {
        var out = Verification()
        for segment in snapshot().segments {
            // one segment at a time, so that an import is not held up for long
            writers.withLock { writers in
                guard let writer = writers.first(where: { $0.header.number == segment.number }) else { return }
                out.segments += 1
                out.rows += writer.committed
                out.erased += writer.checks.erased.count
                do throws(LikenessError) { out.faults += try writer.faults() } catch { out.faults.append(error) }
            }
        }
        return out
    }

    /// Copies the first rows of segments, by number, with checksums of their own into an empty folder. O(bytes).
    ///
    /// Sealed rows stay sealed. A segment is held against changes while it is copied.
    package func copy(_ committed: [Int: Int], to target: String) throws(LikenessError) {
        for (number, count) in committed.sorted(by: { $0.key < $1.key }) {
            try writers.withLock { (writers) throws(LikenessError) in
                let source = try writer(number, writers)
                guard count <= source.committed else {
                    throw LikenessError(
                        .vectorMissing, subject: source.path, "\(count) rows are recorded of \(source.committed)")
                }
                try source.copy(count, to: VectorSegments.path(target, number))
            }
        }
    }

    /// Everything that is wrong with segments in a folder, by their checksums alone: no key is needed. O(bytes).
    package static func faults(in folder: String, committed: [Int: Int]) -> [LikenessError] {
        var out: [LikenessError] = []
        for (number, count) in committed.sorted(by: { $0.key < $1.key }) {
            do throws(LikenessError) {
                let path = path(folder, number)
                let header = try header(of: path)
                out += try SegmentWriter(path, header: header, committed: count, key: nil, writes: false).faults()
            } catch { out.append(error) }
        }
        return out
    }

    /// Committed rows by segment number, as ``init(_:space:committed:options:key:readOnly:)`` takes them.
    public var committed: [Int: Int] {
        Dictionary(uniqueKeysWithValues: snapshot().segments.map { ($0.number, $0.count) })
    }

    // MARK: inside

    private func requireWriting() throws(LikenessError) {
        guard writes else { throw LikenessError(.usage, subject: folder, "the vectors were opened for reading only") }
    }

    private func writer(_ number: Int, _ writers: [SegmentWriter]) throws(LikenessError) -> SegmentWriter {
        guard let writer = writers.first(where: { $0.header.number == number }) else {
            throw LikenessError(.vectorMissing, subject: folder, "there is no segment \(number)")
        }
        return writer
    }

    private func publish(_ writers: [SegmentWriter]) {
        let fresh = VectorSnapshot(
            space: space, segments: writers.map(\.snapshot).sorted { $0.number < $1.number })
        published.withLock { $0 = fresh }
    }

    /// Lets go of segments that were begun for rows which were taken back.
    private func dropEmpty(_ writers: inout [SegmentWriter]) {
        let empty = writers.filter { $0.written == 0 }.map(\.header.number)
        writers.removeAll { empty.contains($0.header.number) }
        // one that cannot be removed now is a stray
        for number in empty { try? removeFiles(number) }
        publish(writers)
    }

    private func append(
        _ rows: [[UInt8]], to writers: inout [SegmentWriter]
    ) throws(LikenessError) -> [VectorLocation] {
        var places: [VectorLocation] = []
        var rest = rows[...]
        while !rest.isEmpty {
            let k = try writable(&writers)
            let part = rest.prefix(writers[k].header.capacity - writers[k].written)
            let numbers = try writers[k].append(Array(part))
            places += numbers.map { VectorLocation(segment: writers[k].header.number, row: $0) }
            rest = rest.dropFirst(part.count)
        }
        return places
    }

    /// The index of the segment that takes the next row; a new one where the last is full or of another kind.
    private func writable(_ writers: inout [SegmentWriter]) throws(LikenessError) -> Int {
        if let last = writers.indices.max(by: { writers[$0].header.number < writers[$1].header.number }),
            !writers[last].isFull, writers[last].header.element == options.element,
            writers[last].header.keyID == key?.id
        {
            return last
        }
        let next = try nextNumber(writers)
        let header = try SegmentHeader(
            number: next, space: space, element: options.element, capacity: options.capacity, keyID: key?.id)
        writers.append(try SegmentWriter.create(VectorSegments.path(folder, next), header: header, key: key))
        return writers.count - 1
    }

    private func nextNumber(_ writers: [SegmentWriter]) throws(LikenessError) -> Int {
        let onDisk = try VectorSegments.numbers(in: folder).max() ?? 0
        let next = max(onDisk, writers.map(\.header.number).max() ?? 0) + 1
        guard next <= Int(UInt32.max) else { throw LikenessError(.usage, subject: folder, "no numbers are left") }
        return next
    }

    private func encoded(_ vectors: Matrix) throws(LikenessError) -> [[UInt8]] {
        guard vectors.columns == space.dimension else {
            throw LikenessError(
                .dimensionMismatch, subject: space.id,
                "vectors of \(vectors.columns) dimensions do not fit a space of \(space.dimension)")
        }
        var rows: [[UInt8]] = []
        for i in 0..<vectors.rows {
            try vectors.withRow(i) { (row) throws(LikenessError) in
                let largest = row.reduce(Float(0)) { $1.isFinite ? max($0, $1.magnitude) : .infinity }
                guard largest <= 65_504 else {
                    throw LikenessError(
                        .nonFinite, subject: "row \(i)", "a number of the vector is not finite, or beyond 65504")
                }
                // tiny vectors have no direction left in the smaller formats
                guard largest >= 1e-6 else {
                    throw LikenessError(.badData, subject: "row \(i)", "the vector is of zeros: it resembles nothing")
                }
                var bytes: [UInt8] = []
                options.element.encode(row, into: &bytes)
                rows.append(bytes)
            }
        }
        return rows
    }

    private func removeFiles(_ number: Int) throws(LikenessError) {
        let path = VectorSegments.path(folder, number)
        try removeFile(path)
        try removeFile(SegmentWriter.sums(of: path))
        try syncFolder(folder)
    }

    private static func header(of path: String) throws(LikenessError) -> SegmentHeader {
        let file = try WritableFile(path, writes: false)
        return try SegmentHeader(file.read(at: 0, count: SegmentHeader.size), path: path)
    }

    static func path(_ folder: String, _ number: Int) -> String {
        let digits = "\(number)"
        return "\(folder)/\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).lkv"
    }

    private static func numbers(in folder: String) throws(LikenessError) -> [Int] {
        try folderNames(folder).compactMap { name in
            guard name.hasSuffix(".lkv"), !name.hasPrefix(".") else { return nil }
            return Int(name.dropLast(4)).flatMap { VectorSegments.path("", $0) == "/\(name)" ? $0 : nil }
        }
    }
}

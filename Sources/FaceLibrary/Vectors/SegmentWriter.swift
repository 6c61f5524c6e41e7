import FaceCore

/// One segment with everything that its writer knows. Used by one thread at a time; readers get ``VectorSnapshot``s.
struct SegmentWriter: Sendable {
    let header: SegmentHeader
    let path: String
    let memory: SegmentMemory
    /// Rows in the file, and those of them that the caller has committed.
    private(set) var written: Int
    private(set) var committed: Int
    /// Something failed half-way: files and memory are brought together before the next change.
    private var isUnsettled = false
    private(set) var checks: SegmentChecks
    let file: WritableFile
    let key: LibraryKey?

    static func sums(of path: String) -> String { path.dropLast(4) + ".lkc" }

    var isFull: Bool { written == header.capacity }
    var snapshot: VectorSnapshot.Segment {
        VectorSnapshot.Segment(
            number: header.number, count: committed, header: header, memory: memory, erased: checks.erased)
    }

    // MARK: opening

    /// Puts a new segment of these rows in place, all of them committed.
    ///
    /// The side file appears first: a segment never stands without one.
    static func create(
        _ path: String, header: SegmentHeader, rows: [[UInt8]] = [], key: LibraryKey?
    ) throws(LikenessError) -> SegmentWriter {
        var records: [SegmentChecks.Record] = []
        let file = try AtomicFile(path)
        try file.write(header.bytes)
        for (i, row) in rows.enumerated() {
            let bytes = try sealed(row, i, header, key)
            try file.write(bytes)
            if i % header.rowsPerBlock == 0 { records.append(.init()) }
            let last = records[records.count - 1].present
            records[records.count - 1].present = .init(rows: last.rows + 1, crc: checksum(bytes, from: last.crc))
        }
        try AtomicFile.write(SegmentChecks.image(header, records: records), to: sums(of: path), force: true)
        try file.commit()
        return try SegmentWriter(path, header: header, committed: rows.count, key: key, writes: true)
    }

    /// Opens a segment of which the caller committed `committed` rows; with `writes`, ends what a crash interrupted.
    init(_ path: String, header: SegmentHeader, committed: Int, key: LibraryKey?, writes: Bool) throws(LikenessError) {
        self.header = header
        self.path = path
        self.key = key
        self.committed = committed
        written = committed
        guard (0...header.capacity).contains(committed) else {
            throw LikenessError(
                .fileFormat, subject: path, "\(committed) rows are recorded for a segment of \(header.capacity)")
        }
        file = try WritableFile(path, writes: writes)
        let size = try file.size()
        guard size >= header.offset(ofRow: committed) else {
            throw LikenessError(
                .fileTruncated, subject: path,
                "the file holds \(max(0, size - SegmentHeader.size) / header.rowBytes) rows; \(committed) are recorded",
                remedy: "restore it from a backup, or embed the photos again")
        }
        checks = try SegmentChecks(SegmentWriter.sums(of: path), of: header, writes: writes)
        if let key {
            memory = try SegmentMemory(opened: header, path: path)
            if writes { try finishErasing() }
            try openRows(with: key)
        } else {
            memory = SegmentMemory(file: try file.map(length: header.offset(ofRow: header.capacity)), header: header)
            if writes { try finishErasing() }
        }
        if writes { try settle(to: committed) }
    }

    /// Opens all committed sealed rows, in parallel. Throws `file-damaged` for one that does not open.
    private func openRows(with key: LibraryKey) throws(LikenessError) {
        let blocks = (committed + header.rowsPerBlock - 1) / header.rowsPerBlock
        let (header, memory, checks, file, path, committed) = (header, memory, checks, file, path, committed)
        try parallelFor(blocks, cancellation: nil) { (block) throws(LikenessError) in
            let rows = header.rows(ofBlock: block).clamped(to: 0..<committed)
            let bytes = try file.read(at: header.offset(ofRow: rows.lowerBound), count: rows.count * header.rowBytes)
            for row in rows where !checks.erased.contains(row) {
                let at = (row - rows.lowerBound) * header.rowBytes
                let plain = bytes[at..<(at + header.rowBytes)].withUnsafeBytes {
                    key.open($0, for: .vectors, context: SegmentWriter.context(header, row))
                }
                guard let plain else {
                    throw LikenessError(
                        .fileDamaged, subject: path,
                        "row \(row) does not open: it was changed, or sealed with another key",
                        remedy: "give the right key, or restore the file from a backup")
                }
                memory.put(row, plain)
            }
        }
    }

    /// Ends an erasure that was interrupted, whichever of its steps was reached; see ``erase(_:)``.
    private mutating func finishErasing() throws(LikenessError) {
        var done: [(block: Int, record: SegmentChecks.Record)] = []
        for (block, record) in checks.records.enumerated() where record.coming.rows > 0 {
            let rows = header.rows(ofBlock: block).filter { checks.erased.contains($0) }
            let (sound, crc) = try sum(block, record.present, without: rows)
            try zero(rows)
            let isTrue = sound || crc == record.coming.crc
            done.append((block, .init(present: .init(rows: record.present.rows, crc: isTrue ? crc : ~crc))))
        }
        guard !done.isEmpty else { return }
        try file.sync()
        try checks.set(done)
    }

    /// Makes the checksums cover the first `count` rows exactly: those beyond count as never written, and their room is
    /// used again. Throws `file-damaged` where the checksums do not cover these rows, or not truly.
    private mutating func settle(to count: Int) throws(LikenessError) {
        var changed: [(block: Int, record: SegmentChecks.Record)] = []
        for (block, record) in checks.records.enumerated() {
            let rows = header.rows(ofBlock: block)
            let wanted = rows.clamped(to: 0..<count).count
            let covered = record.present.rows
            if covered == wanted { continue }
            guard covered > wanted else { throw damaged(block, "its checksum covers \(covered) of \(wanted) rows") }
            guard wanted > 0 else {
                changed.append((block, .init()))
                continue
            }
            let bytes = try file.read(at: header.offset(ofRow: rows.lowerBound), count: covered * header.rowBytes)
            guard SegmentWriter.checksum(bytes) == record.present.crc else {
                throw damaged(block, "its checksum is wrong")
            }
            let crc = SegmentWriter.checksum(Array(bytes[..<(wanted * header.rowBytes)]))
            changed.append((block, .init(present: .init(rows: wanted, crc: crc))))
        }
        if !changed.isEmpty { try checks.set(changed) }
        try checks.forgetErased(from: count)
        written = count
    }

    /// Brings files and memory together again after something failed between two writes.
    private mutating func settleIfNeeded() throws(LikenessError) {
        guard isUnsettled else { return }
        try finishErasing()
        try settle(to: written)
        isUnsettled = false
    }

    // MARK: changes

    /// Writes rows after the last one and waits for the disk; returns their numbers. There must be room.
    ///
    /// Rows first, then their checksums: each is on the disk before the next step, so that what the checksums cover is
    /// there whatever happens.
    mutating func append(_ rows: [[UInt8]]) throws(LikenessError) -> Range<Int> {
        precondition(written + rows.count <= header.capacity, "the segment has no room for \(rows.count) rows")
        try settleIfNeeded()
        isUnsettled = true
        let new = written..<(written + rows.count)
        var all: [UInt8] = []
        all.reserveCapacity(rows.count * header.rowBytes)
        var changed: [Int: SegmentChecks.Record] = [:]
        for (row, plain) in zip(new, rows) {
            let bytes = try SegmentWriter.sealed(plain, row, header, key)
            let block = row / header.rowsPerBlock
            let last = (changed[block] ?? checks.records[block]).present
            changed[block] = .init(
                present: .init(rows: last.rows + 1, crc: SegmentWriter.checksum(bytes, from: last.crc)))
            all += bytes
        }
        try file.write(all, at: header.offset(ofRow: new.lowerBound))
        try file.sync()
        try checks.set(changed.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        if key != nil { for (row, plain) in zip(new, rows) { memory.put(row, plain) } }
        written = new.upperBound
        isUnsettled = false
        return new
    }

    mutating func commit() { committed = written }

    /// Takes rows back that were appended and not committed; the files follow with the next change.
    mutating func takeBack(to count: Int) {
        precondition((committed...written).contains(count), "only uncommitted rows can be taken back")
        isUnsettled = isUnsettled || count < written
        written = count
    }

    /// Erases committed rows for good. O(blocks touched).
    ///
    /// In each block the coming checksum, the bits, the zeros and the present checksum are written, and synced, in this
    /// order: whatever was reached when the power fails, opening the segment ends it or finds it not begun.
    mutating func erase(_ rows: [Int]) throws(LikenessError) {
        try settleIfNeeded()
        let fresh = rows.filter { !checks.erased.contains($0) }
        guard !fresh.isEmpty else { return }
        isUnsettled = true
        var coming: [(block: Int, record: SegmentChecks.Record)] = []
        for (block, rows) in Dictionary(grouping: fresh, by: { $0 / header.rowsPerBlock }).sorted(by: {
            $0.key < $1.key
        }) {
            var record = checks.records[block]
            let (sound, crc) = try sum(block, record.present, without: rows)
            // a block that is damaged already stays marked as such
            record.coming = .init(rows: record.present.rows, crc: sound ? crc : ~crc)
            coming.append((block, record))
        }
        try checks.set(coming)
        try checks.erase(fresh)
        try zero(fresh)
        try file.sync()
        try checks.set(coming.map { ($0.block, .init(present: $0.record.coming)) })
        isUnsettled = false
    }

    /// Whether a block's checksum is true now, and what it will be once these rows are zeros.
    private func sum(
        _ block: Int, _ present: SegmentChecks.Sum, without rows: [Int]
    ) throws(LikenessError) -> (isSound: Bool, crc: UInt32) {
        let first = header.rows(ofBlock: block).lowerBound
        var bytes = try file.read(at: header.offset(ofRow: first), count: present.rows * header.rowBytes)
        let isSound = SegmentWriter.checksum(bytes) == present.crc
        for row in rows where row - first < present.rows {
            let at = (row - first) * header.rowBytes
            for i in at..<(at + header.rowBytes) { bytes[i] = 0 }
        }
        return (isSound, SegmentWriter.checksum(bytes))
    }

    private func zero(_ rows: [Int]) throws(LikenessError) {
        let zeros = [UInt8](repeating: 0, count: header.rowBytes)
        for row in rows {
            try file.write(zeros, at: header.offset(ofRow: row))
            if key != nil { memory.put(row, nil) }
        }
    }

    // MARK: copying

    /// Copies the header and the first `count` rows as they are, with a side file for exactly these.
    ///
    /// Damage is copied as damage: checksums are taken over where they cover the same rows.
    func copy(_ count: Int, to target: String) throws(LikenessError) {
        let output = try AtomicFile(target)
        try output.write(header.bytes)
        var records: [SegmentChecks.Record] = []
        for block in 0..<((count + header.rowsPerBlock - 1) / header.rowsPerBlock) {
            let rows = header.rows(ofBlock: block).clamped(to: 0..<count)
            let bytes = try file.read(at: header.offset(ofRow: rows.lowerBound), count: rows.count * header.rowBytes)
            let present = checks.records[block].present
            let crc = present.rows == rows.count ? present.crc : SegmentWriter.checksum(bytes)
            records.append(.init(present: .init(rows: rows.count, crc: crc)))
            try output.write(bytes)
        }
        let image = SegmentChecks.image(header, records: records, erased: checks.erased.rows(below: count))
        try AtomicFile.write(image, to: SegmentWriter.sums(of: target))
        try output.commit()
    }

    // MARK: looking

    /// The bytes of a committed row, opened; nil where it was erased.
    func plain(_ row: Int) -> [UInt8]? {
        if checks.erased.contains(row) { return nil }
        return Array(UnsafeRawBufferPointer(start: memory.row(row), count: header.plainBytes))
    }

    /// Everything that is wrong with the committed rows. O(bytes).
    func faults() throws(LikenessError) -> [LikenessError] {
        var faults: [LikenessError] = []
        if try SegmentHeader(file.read(at: 0, count: SegmentHeader.size), path: path) != header {
            faults.append(LikenessError(.fileDamaged, subject: path, "the header has changed"))
        }
        for block in 0..<((committed + header.rowsPerBlock - 1) / header.rowsPerBlock) {
            let rows = header.rows(ofBlock: block).clamped(to: 0..<committed)
            let record = checks.records[block]
            let covered = max(record.present.rows, rows.count)
            let bytes = try file.read(at: header.offset(ofRow: rows.lowerBound), count: covered * header.rowBytes)
            let sum = SegmentChecks.Sum(rows: covered, crc: SegmentWriter.checksum(bytes))
            if sum != record.present, sum != record.coming { faults.append(damaged(block, "its checksum is wrong")) }
            for row in rows {
                let at = (row - rows.lowerBound) * header.rowBytes
                let isZero = bytes[at..<(at + header.rowBytes)].allSatisfy { $0 == 0 }
                if isZero != checks.erased.contains(row) {
                    let what = isZero ? "is empty though nobody erased it" : "was erased and still holds a vector"
                    faults.append(LikenessError(.fileDamaged, subject: path, "row \(row) \(what)"))
                }
            }
        }
        return faults
    }

    private func damaged(_ block: Int, _ what: String) -> LikenessError {
        let rows = header.rows(ofBlock: block)
        return LikenessError(
            .fileDamaged, subject: path, "block \(block) (rows \(rows.lowerBound)…\(rows.upperBound - 1)): \(what)",
            remedy: "restore it from a backup, or embed the photos again")
    }

    // MARK: sealing

    /// A row is sealed for its own place: it cannot be moved to another one unnoticed.
    ///
    /// Each row is sealed alone and not a block at once: a block that is being filled would have to be written anew, and
    /// a crash meanwhile would take committed rows with it.
    private static func sealed(
        _ plain: [UInt8], _ row: Int, _ header: SegmentHeader, _ key: LibraryKey?
    ) throws(LikenessError) -> [UInt8] {
        guard let key else { return plain }
        return try key.seal(plain, for: .vectors, context: context(header, row))
    }

    private static func context(_ header: SegmentHeader, _ row: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.put(UInt32(header.number))
        out.put(UInt32(row))
        return out + Array(header.space.utf8)
    }

    private static func checksum(_ bytes: [UInt8], from start: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { CRC32C.checksum($0, from: start) }
    }
}

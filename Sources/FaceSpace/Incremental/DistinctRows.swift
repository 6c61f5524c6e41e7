import FaceCore

/// Which rows hold the same bits (and may found, or may not, alike): each such vector is one entry, however often it came.
///
/// An entry has the number of vectors that came before it. Entries whose rows are all gone are never used again.
struct DistinctRows: Sendable {
    /// The entry of each row, gone ones included.
    private(set) var entries: [Int32] = []
    /// The lowest live row of each entry, −1 for none.
    private(set) var lowest: [Int32] = []
    /// The further live rows of entries that have several, rising.
    private var others: [Int32: [Int32]] = [:]
    private var mayFound: [Bool] = []
    /// The newest entry of a digest, and the one before it with the same.
    private var newest: [UInt64: Int32] = [:]
    private var previous: [Int32] = []

    /// What a batch adds.
    struct Addition {
        /// Rows of the batch that are new entries, in order.
        var fresh: [Int] = []
        /// Older entries of which more came.
        var equals: [Int: Int32] = [:]
    }

    var count: Int { lowest.count }

    /// How many live rows an entry has.
    func weight(_ entry: Int) -> Int32 {
        lowest[entry] < 0 ? 0 : 1 + Int32(others[Int32(entry)]?.count ?? 0)
    }

    /// The live rows of an entry, rising.
    func rows(of entry: Int) -> [Int32] {
        lowest[entry] < 0 ? [] : [lowest[entry]] + (others[Int32(entry)] ?? [])
    }

    /// Appends rows; `known` gives the values of older entries.
    mutating func append(_ rows: Matrix, mayFound flags: [Bool], known: some RowReading) -> Addition {
        var addition = Addition()
        let first = count
        for k in 0..<rows.rows {
            let row = Int32(entries.count)
            let digest = rows.withRow(k) { Self.digest($0) }
            let equal = rows.withRow(k) { x in
                entry(digest, flags[k]) { entry in
                    entry < first
                        ? known.withRow(entry) { Self.areEqual(x, $0) }
                        : rows.withRow(addition.fresh[entry - first]) { Self.areEqual(x, $0) }
                }
            }
            if let equal {
                entries.append(Int32(equal))
                others[Int32(equal), default: []].append(row)
                if equal < first { addition.equals[equal, default: 0] += 1 }
            } else {
                add(row, flags[k], digest)
                addition.fresh.append(k)
            }
        }
        return addition
    }

    private mutating func add(_ row: Int32, _ flag: Bool, _ digest: UInt64) {
        let entry = Int32(count)
        entries.append(entry)
        lowest.append(row)
        mayFound.append(flag)
        previous.append(newest[digest] ?? -1)
        newest[digest] = entry
    }

    /// The newest entry of a digest that passes.
    private func entry(_ digest: UInt64, _ flag: Bool, _ isEqual: (Int) -> Bool) -> Int? {
        var next = newest[digest] ?? -1
        while next >= 0 {
            if mayFound[Int(next)] == flag, isEqual(Int(next)) { return Int(next) }
            next = previous[Int(next)]
        }
        return nil
    }

    /// Takes out live rows; `known` still has the values. Returns the entries that none is left of, rising, and those
    /// that have fewer, with their lowest row.
    mutating func remove(
        _ rows: [Int], known: some RowReading
    ) -> (gone: [Int], equals: [Int: (gone: Int32, lowest: Int32)]) {
        var leaving: [Int: Set<Int32>] = [:]
        for row in rows { leaving[Int(entries[row]), default: []].insert(Int32(row)) }
        var gone: [Int] = []
        var equals: [Int: (gone: Int32, lowest: Int32)] = [:]
        for (entry, out) in leaving.sorted(by: { $0.key < $1.key }) {
            let left = self.rows(of: entry).filter { !out.contains($0) }
            lowest[entry] = left.first ?? -1
            others[Int32(entry)] = left.count > 1 ? Array(left.dropFirst()) : nil
            guard left.isEmpty else {
                equals[entry] = (Int32(out.count), left[0])
                continue
            }
            gone.append(entry)
            forget(Int32(entry), known.withRow(entry) { Self.digest($0) })
        }
        return (gone, equals)
    }

    private mutating func forget(_ entry: Int32, _ digest: UInt64) {
        let before = previous[Int(entry)]
        previous[Int(entry)] = -1
        guard newest[digest] != entry else {
            newest[digest] = before < 0 ? nil : before
            return
        }
        var next = newest[digest] ?? -1
        while next >= 0, previous[Int(next)] != entry { next = previous[Int(next)] }
        if next >= 0 { previous[Int(next)] = before }
    }

    private static func areEqual(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Bool {
        a.count == b.count && a.indices.allSatisfy { a[$0].bitPattern == b[$0].bitPattern }
    }

    /// Of the bits; equal digests are compared.
    private static func digest(_ x: UnsafeBufferPointer<Float>) -> UInt64 {
        var h: UInt64 = 0x9E37_79B9_7F4A_7C15
        for v in x {
            h = (h ^ UInt64(v.bitPattern)) &* 0xFF51_AFD7_ED55_8CCD
            h ^= h >> 32
        }
        return h
    }
}

extension DistinctRows {
    /// As saved; nil for entries that cannot be.
    init?(entries: [Int32], isLive: [Bool], mayFound: [Bool], known: some RowReading) {
        guard entries.count == isLive.count, entries.allSatisfy({ $0 >= 0 && $0 < mayFound.count }) else { return nil }
        self.init()
        (self.entries, self.mayFound) = (entries, mayFound)
        lowest = [Int32](repeating: -1, count: mayFound.count)
        previous = lowest
        for (row, entry) in entries.enumerated() where isLive[row] {
            if lowest[Int(entry)] < 0 {
                lowest[Int(entry)] = Int32(row)
            } else {
                others[entry, default: []].append(Int32(row))
            }
        }
        for entry in 0..<mayFound.count where lowest[entry] >= 0 {
            let digest = known.withRow(entry) { Self.digest($0) }
            previous[entry] = newest[digest] ?? -1
            newest[digest] = Int32(entry)
        }
    }
}

/// Vectors that are read by their number.
protocol RowReading {
    var dimension: Int { get }
    func withRow<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R
}

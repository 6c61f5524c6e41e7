/// A set of row numbers, one bit a row: which rows a search may return.
public final class RowSet: @unchecked Sendable {
    /// Rows 0..<count can be members.
    public let count: Int
    let words: UnsafeMutablePointer<UInt64>

    /// The rows for which `member` holds.
    public init(count: Int, where member: (Int) -> Bool) {
        precondition(count >= 0, "a set of \(count) rows does not exist")
        self.count = count
        let length = count / 64 + 1
        words = .allocate(capacity: length)
        words.initialize(repeating: 0, count: length)
        for i in 0..<count where member(i) { words[i / 64] |= 1 << UInt64(i % 64) }
    }

    /// These rows of 0..<count.
    package convenience init(count: Int, rows: [UInt32]) {
        self.init(count: count) { _ in false }
        for row in rows { words[Int(row) / 64] |= 1 << UInt64(row % 64) }
    }

    deinit { words.deallocate() }

    public func contains(_ row: Int) -> Bool {
        precondition(row >= 0 && row < count, "row \(row) outside 0..<\(count)")
        return words[row / 64] >> UInt64(row % 64) & 1 == 1
    }
}

import FaceCore

/// Rows that are appended and erased, kept in blocks of one size, so that a row is written once and never moves.
struct RowBlocks: Sendable, RowReading {
    let dimension: Int
    private(set) var count = 0
    private(set) var blocks: [Matrix] = []

    private static let shift = 10
    static let rowsPerBlock = 1 << shift

    init(dimension: Int) { self.dimension = dimension }

    mutating func append(_ rows: Matrix) {
        for k in 0..<rows.rows {
            if count >> Self.shift == blocks.count {
                blocks.append(Matrix(rows: Self.rowsPerBlock, columns: dimension))
            }
            rows.withRow(k) { blocks[count >> Self.shift].setRow(count & (Self.rowsPerBlock - 1), $0) }
            count += 1
        }
    }

    /// Overwrites the bytes of a row with zeros.
    mutating func erase(_ row: Int) {
        blocks[row >> Self.shift].setRow(row & (Self.rowsPerBlock - 1), repeatElement(0, count: dimension))
    }

    func withRow<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        blocks[row >> Self.shift].withRow(row & (Self.rowsPerBlock - 1), body)
    }

    /// The rows by their addresses, for loops that read many.
    var view: View { View(blocks) }

    /// Holds the blocks, so that the addresses stay what they are.
    struct View: @unchecked Sendable {
        private let blocks: [Matrix]
        private let bases: [UnsafePointer<Float>]
        private let stride: Int

        fileprivate init(_ blocks: [Matrix]) {
            self.blocks = blocks
            bases = blocks.map { $0.withUnsafeRows { $0 } }
            stride = blocks.first?.stride ?? 0
        }

        func address(_ row: Int32) -> UnsafePointer<Float> {
            bases[Int(row) >> RowBlocks.shift] + (Int(row) & (RowBlocks.rowsPerBlock - 1)) * stride
        }
    }
}

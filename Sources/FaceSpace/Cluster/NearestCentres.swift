internal import FaceCore

/// The nearest and the second nearest centre of every row, in blocks of products.
///
/// Products are Float32; where two centres are closer than their rounding, Float64 decides, so that the labels are those of
/// an exact comparison, equal distances going to the lower centre. O(n·K·d).
struct NearestCentres {
    /// The nearest centre of each row.
    let labels: [Int32]
    /// Squared distance to the second nearest centre, from Float32 products; infinite where there is one centre.
    let second: [Float]

    init(_ rows: Matrix, _ centres: KMeansCentres, threads: Int) throws(LikenessError) {
        let (n, count) = (rows.rows, centres.matrix.rows)
        let tile = try SimilarityTile(rows, centres.matrix, threads: threads)
        let block = 4 * SimilarityTile.panel
        let halves = centres.squares.map { Float($0 / 2) }
        let largest = centres.squares.max() ?? 0
        let blocks = parallelMap((n + block - 1) / block, threads: threads, grain: 1) { t in
            let range = t * block..<min(n, (t + 1) * block)
            var best = [Best](repeating: Best(), count: range.count)
            for first in stride(from: 0, to: count, by: Self.width) {
                let columns = first..<min(count, first + Self.width)
                withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count * columns.count) { products in
                    tile.products(range, columns, into: products.baseAddress!)
                    for k in 0..<range.count {
                        best[k].see(products.baseAddress! + k * columns.count, columns, halves)
                    }
                }
            }
            return range.map { row in
                Self.settled(best[row - range.lowerBound], rows, row, centres, largest)
            }
        }
        let all = blocks.flatMap { $0 }
        labels = all.map(\.label)
        second = all.map(\.second)
    }

    private static let width = 64 * SimilarityTile.panel

    /// The lowest |c|²/2 − x·c so far, and the second.
    private struct Best {
        var label: Int32 = -1
        var value = Float.infinity
        var second = Float.infinity

        mutating func see(_ products: UnsafePointer<Float>, _ columns: Range<Int>, _ halves: [Float]) {
            for (k, column) in columns.enumerated() {
                let value = halves[column] - products[k]
                if value < self.value {
                    (second, self.value, label) = (self.value, value, Int32(column))
                } else if value < second {
                    second = value
                }
            }
        }
    }

    private static func settled(
        _ best: Best, _ rows: Matrix, _ row: Int, _ centres: KMeansCentres, _ largest: Double
    ) -> (label: Int32, second: Float) {
        let square = rows.withRow(row) { $0.reduce(Float(0)) { $0 + $1 * $1 } }
        let second = max(0, square + 2 * best.second)
        guard best.second - best.value < 1e-5 * (square + Float(largest)) else { return (best.label, second) }
        var (label, least) = (0, Double.infinity)
        for k in 0..<centres.matrix.rows {
            let distance = squaredDistance(rows, row, centres.matrix, k)
            if distance < least { (label, least) = (k, distance) }
        }
        return (Int32(label), second)
    }
}

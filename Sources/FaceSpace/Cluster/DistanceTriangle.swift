internal import FaceCore

/// The distances 1 − s of all pairs of rows, each once: n·(n − 1)/2 floats.
final class DistanceTriangle {
    let rows: Int
    private let base: UnsafeMutablePointer<Float>

    /// Distances of unit rows in blocks of products. O(n²·d).
    init(_ vectors: Matrix, threads: Int) throws(LikenessError) {
        rows = vectors.rows
        base = .allocate(capacity: max(1, vectors.rows * (vectors.rows - 1) / 2))
        guard rows > 1 else { return }
        let tile = try SimilarityTile(vectors, vectors, threads: threads)
        let block = 4 * SimilarityTile.panel
        nonisolated(unsafe) let base = base
        let n = rows
        let blocks = (n + block - 1) / block
        parallelFor(blocks, threads: threads) { t in
            // the last rows are the longest
            let first = (blocks - 1 - t) * block
            let range = first..<min(n, first + block)
            withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count * range.upperBound) { products in
                tile.products(range, 0..<range.upperBound, into: products.baseAddress!)
                for (k, i) in range.enumerated() {
                    let (from, to) = (products.baseAddress! + k * range.upperBound, base + i * (i - 1) / 2)
                    for j in 0..<i { to[j] = max(0, 1 - from[j]) }
                }
            }
        }
    }

    deinit { base.deallocate() }

    @inline(__always)
    subscript(a: Int, b: Int) -> Float {
        get { a > b ? base[a * (a - 1) / 2 + b] : base[b * (b - 1) / 2 + a] }
        set { if a > b { base[a * (a - 1) / 2 + b] = newValue } else { base[b * (b - 1) / 2 + a] = newValue } }
    }
}

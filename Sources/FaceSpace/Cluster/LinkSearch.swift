internal import FaceCore
internal import Synchronization

/// Finds which groups have two rows at least so similar, in blocks of products, without keeping any pair of rows.
struct LinkSearch {
    private let vectors: Matrix
    /// The group of each row; equal ones stand together.
    private let names: [Int]
    private let floor: Float

    /// `names` rises, so that blocks inside one group can be left out.
    init(_ vectors: Matrix, names: [Int], floor: Float) {
        self.vectors = vectors
        self.names = names
        self.floor = floor
    }

    /// Each pair of groups with a pair of rows of at least the floor, once, rising. O(n²·d) time.
    func find(threads: Int) throws(LikenessError) -> [(Int, Int)] {
        let n = vectors.rows
        guard let first = names.first, first != names[n - 1] else { return [] }
        let tile = try SimilarityTile(vectors, vectors, threads: threads)
        let block = 16 * SimilarityTile.panel
        let blocks = (n + block - 1) / block
        let found = Mutex<Set<Pair>>([])
        parallelFor(blocks * (blocks + 1) / 2, threads: threads) { t in
            let (a, b) = Self.pair(t)
            let rows = a * block..<min(n, (a + 1) * block)
            let columns = b * block..<min(n, (b + 1) * block)
            let isOneGroup =
                names[rows.lowerBound] == names[columns.upperBound - 1]
                && names[columns.lowerBound] == names[rows.upperBound - 1]
            guard !isOneGroup else { return }
            let pairs = links(rows, columns, tile)
            if !pairs.isEmpty { found.withLock { $0.formUnion(pairs) } }
        }
        return found.withLock { $0 }.map { ($0.a, $0.b) }.sorted { $0 < $1 }
    }

    private struct Pair: Hashable {
        let a: Int
        let b: Int
    }

    /// Pair t of (0, 0), (0, 1), (1, 1), (0, 2), …
    private static func pair(_ t: Int) -> (Int, Int) {
        var b = Int((Double(8 * t + 1).squareRoot() - 1) / 2)
        while b * (b + 1) / 2 > t { b -= 1 }
        while (b + 1) * (b + 2) / 2 <= t { b += 1 }
        return (t - b * (b + 1) / 2, b)
    }

    private func links(_ rows: Range<Int>, _ columns: Range<Int>, _ tile: SimilarityTile) -> Set<Pair> {
        var pairs: Set<Pair> = []
        // a product in a tile may round otherwise than the similarities of lists do: what is close is done again
        let margin: Float = 1e-5
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count * columns.count) { products in
            tile.products(rows, columns, into: products.baseAddress!)
            for (k, i) in rows.enumerated() {
                let line = products.baseAddress! + k * columns.count
                for (l, j) in columns.enumerated() where line[l] >= floor - margin && names[i] != names[j] {
                    guard line[l] >= floor + margin || vectors.dot(i, vectors, j) >= floor else { continue }
                    pairs.insert(Pair(a: min(names[i], names[j]), b: max(names[i], names[j])))
                }
            }
        }
        return pairs
    }
}

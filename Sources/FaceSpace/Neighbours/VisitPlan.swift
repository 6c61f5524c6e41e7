import FaceCore

/// Which cells each row must visit so that the wanted share of neighbours meet.
struct VisitPlan {
    /// Below, all pairs take seconds.
    static let fewestRows = 20_000

    /// The codes of all rows.
    let codes: PackedRows
    let cells: Int
    let visits: CellVisits
    let truth: SampledTruth

    /// Rows a cell and most cells of a row. The first suits rows in groups of dozens, whatever their number (of 200,000
    /// rows of the ms1m preset in cells of 112, of 224 and of 448, the first compared a third of the pairs of the second
    /// at a recall of .99; the last did not reach it); the others are tried where that is not enough, as for millions of
    /// rows, whose neighbours lie in too many cells.
    private static let attempts = [(rows: 112, width: 12), (rows: 448, width: 24), (rows: 1792, width: 48)]

    /// The cheapest of some attempts that reaches the recall; nil where all pairs are cheaper.
    static func find(
        _ vectors: Matrix, k: Int, floor: Float, recall: Double, seed: UInt64, threads: Int,
        cancellation: Cancellation?
    ) throws(LikenessError) -> VisitPlan? {
        let codes = try PackedRows(
            vectors, kind: .int8, left: false, right: false, keepsCodes: true, threads: threads)
        let truth = try SampledTruth(
            codes, of: vectors, k: k, floor: floor, seed: seed &+ 1, threads: threads, cancellation: cancellation)
        let n = vectors.rows
        for (rows, width) in attempts {
            let tree = try CellTree(
                of: codes, count: n / rows, seed: seed, threads: threads, cancellation: cancellation)
            let nearest = try tree.nearest(
                codes, (0..<UInt32(n)).map { $0 }, width: width, threads: threads, cancellation: cancellation)
            guard let difference = truth.difference(nearest, recall: recall) else { continue }
            let visits = CellVisits(nearest, within: difference)
            guard pairs(visits, n / rows) < 0.25 * Double(n) * Double(n) / 2 else { continue }
            return VisitPlan(codes: codes, cells: n / rows, visits: visits, truth: truth)
        }
        return nil
    }

    /// Pairs that are compared.
    private static func pairs(_ visits: CellVisits, _ cells: Int) -> Double {
        let (members, visitors) = visits.rows(of: cells)
        return zip(members, visitors).reduce(0) { sum, cell in
            let m = Double(cell.0.count)
            return sum + m * m / 2 + m * Double(cell.1.count)
        }
    }
}

/// The true neighbours of sampled rows: one half chooses, the other measures.
struct SampledTruth {
    /// Rows that choose, and as many that measure.
    private static let sample = 1000

    /// Neighbours less similar than this are not asked for.
    private let floor: Float
    private let sampled: [Int]
    private let neighbours: [[Int32]]

    init(
        _ codes: PackedRows, of vectors: Matrix, k: Int, floor: Float, seed: UInt64, threads: Int,
        cancellation: Cancellation?
    ) throws(LikenessError) {
        let n = vectors.rows
        var random = SeededRandom(seed: seed)
        var chosen = Set<Int>()
        while chosen.count < min(n, 2 * SampledTruth.sample) { chosen.insert(Int.random(in: 0..<n, using: &random)) }
        let sampled = chosen.sorted().shuffled(using: &random)
        var join = NeighbourJoin(k: min(k, n - 1) + 1)
        join.floor = floor
        join.threads = threads
        join.cancellation = cancellation
        let queries = try PackedRows(vectors.rows(at: sampled), kind: .int8, right: false, threads: threads)
        let base = PackedRows(gathering: (0..<UInt32(n)).map { $0 }, of: codes, left: false)
        let found = try join.join(queries, base: base).indices
        let length = join.k
        neighbours = sampled.indices.map { s in
            let list = found[s * length..<(s + 1) * length]
            // the row itself, or among many copies the last of them, is one too many
            return Array(list.filter { $0 >= 0 && $0 != Int32(sampled[s]) }.prefix(length - 1))
        }
        (self.sampled, self.floor) = (sampled, floor)
    }

    /// How much less near than the nearest a cell may be that a row visits, at least, so that neighbours of the first half
    /// meet often enough; nil when too few have a cell in common at all.
    func difference(_ nearest: CellTree.Nearest, recall: Double) -> Float? {
        let half = sampled.count / 2
        var needed: [Float] = []
        for s in 0..<half {
            for j in neighbours[s] {
                needed.append(min(nearest.difference(sampled[s], Int(j)), nearest.difference(Int(j), sampled[s])))
            }
        }
        guard !needed.isEmpty else { return 0 }
        needed.sort()
        // the second half must meet it too: its neighbours come in rows, which meet or miss together
        let spare = 1.5 * (recall * (1 - recall) / Double(max(1, half))).squareRoot()
        let rank = Int((min(1, recall + spare) * Double(needed.count)).rounded(.up)) - 1
        let difference = needed[min(needed.count - 1, max(0, rank))]
        return difference.isFinite ? difference : nil
    }

    /// The share of true neighbours of the second half that the lists hold.
    func measured(_ indices: [Int32], k: Int) -> NeighbourGraph.Exactness {
        .measured(
            (sampled.count / 2..<sampled.count).map { s in
                let list = Set(indices[sampled[s] * k..<(sampled[s] + 1) * k])
                return (neighbours[s].count { list.contains($0) }, neighbours[s].count)
            }, from: floor)
    }
}

extension CellTree.Nearest {
    /// How much less near than the nearest the home of `other` is to a row; ∞ where it is none of its cells.
    fileprivate func difference(_ row: Int, _ other: Int) -> Float {
        let home = cells[other * width]
        for at in row * width..<(row + 1) * width where cells[at] == home {
            return similarities[row * width] - similarities[at]
        }
        return .infinity
    }
}

import FaceCore

extension GrowingCells {
    /// Rows of which one half sets the budget and the other measures the recall.
    private static let sample = 1024
    /// What a budget of less saves is little, and it misses rows that have few in reach, which count little in the recall.
    private static let fewestBudget = 512

    /// Reads off a sample how many rows a search must compare.
    mutating func calibrate(
        _ closeness: Float, _ floor: Float, _ lists: [[GrowingVectors.Neighbour]], _ threads: Int
    ) throws(LikenessError) {
        var random = SeededRandom(seed: UInt64(home.count))
        let rows = Array(members.shuffled(using: &random).prefix(Self.sample))
        let truth = try reach(of: rows, closeness, threads)
        calibration = Calibration(rows: live)
        let half = rows.count / 2
        var budget = Self.fewestBudget
        // half as much again each time, and a third
        var steps = 0
        while budget < live {
            let (expected, found) = recall(rows[..<half], truth, closeness, floor, lists, budget, threads)
            if expected == 0 { break }
            if Double(found) >= recall * Double(expected) { break }
            budget = steps % 2 == 0 ? budget / 2 * 3 : budget / 3 * 4
            steps += 1
        }
        calibration.budget = budget
        (calibration.expected, calibration.found) =
            recall(rows[half...], truth, closeness, floor, lists, budget, threads)
    }

    /// Of the rows in reach of some, how many there are, and how many a search finds.
    private mutating func recall(
        _ rows: ArraySlice<Int32>, _ truth: [Set<Int32>], _ closeness: Float, _ floor: Float,
        _ lists: [[GrowingVectors.Neighbour]], _ budget: Int, _ threads: Int
    ) -> (expected: Int, found: Int) {
        let search = search(closeness, floor, lists: lists, budget: budget)
        let places = Array(rows.indices)
        let finds = parallelMap(places.count, threads: threads, grain: 8) { k in
            search.find(search.view.address(rows[places[k]]), except: rows[places[k]])
        }
        var (expected, found) = (0, 0)
        for (at, find) in zip(places, finds) {
            work.calibration += find.work.rows + find.work.centres
            expected += truth[at].count
            found += find.rows.count { truth[at].contains($0.row) }
        }
        return (expected, found)
    }

    /// The rows in reach of some among all.
    private mutating func reach(
        of rows: [Int32], _ closeness: Float, _ threads: Int
    ) throws(LikenessError) -> [Set<Int32>] {
        let queries = Matrix(rows.map { row in withRow(Int(row)) { Array($0) } })
        let packed = try PackedRows(queries, kind: .int8, right: false, threads: threads)
        work.calibration += queries.rows * live
        let blocks = self.rows.blocks
        let parts = parallelMap(blocks.count, threads: threads, grain: 1) { b in
            Result { () throws(LikenessError) in try Self.reach(of: packed, in: blocks[b], closeness) }
        }
        var out = [Set<Int32>](repeating: [], count: rows.count)
        for (b, part) in parts.enumerated() {
            for (query, place) in try part.get() {
                let row = Int32(b * RowBlocks.rowsPerBlock) + place
                if row != rows[query], home[Int(row)] >= 0 { out[query].insert(row) }
            }
        }
        return out
    }

    /// Each query with each row of a block in its reach. Where one has many, all are asked for again with room for all.
    private static func reach(
        of queries: PackedRows, in block: Matrix, _ closeness: Float
    ) throws(LikenessError) -> [(Int, Int32)] {
        let base = try PackedRows(block, kind: .int8, left: false, threads: 1)
        var k = 16
        while true {
            var join = NeighbourJoin(k: k)
            (join.floor, join.threads) = (closeness, 1)
            let result = try join.join(queries, base: base)
            let isFull = k < block.rows && (0..<queries.count).contains { result.indices[($0 + 1) * k - 1] >= 0 }
            guard isFull else {
                return result.indices.indices.filter { result.indices[$0] >= 0 }.map { ($0 / k, result.indices[$0]) }
            }
            k = min(block.rows, 8 * k)
        }
    }
}

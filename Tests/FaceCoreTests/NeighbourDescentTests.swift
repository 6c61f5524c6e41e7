import FaceCore
import Testing

@Suite struct NeighbourDescentTests {
    static func recall(_ found: NeighbourJoin.Result, _ truth: NeighbourJoin.Result, k: Int) -> Double {
        var (hits, all) = (0, 0)
        for first in stride(from: 0, to: truth.indices.count, by: k) {
            let list = Set(found.indices[first..<first + k])
            let true_ = truth.indices[first..<first + k].filter { $0 >= 0 }
            hits += true_.count { list.contains($0) }
            all += true_.count
        }
        return Double(hits) / Double(all)
    }

    /// Lists of which a third is there, and from lists of random rows.
    @Test func completesLists() throws {
        let m = CellTreeTests.people(60, 30, 48, seed: 4)
        let k = 20
        let join = NeighbourJoin(k: k)
        let truth = try join.selfJoin(m)
        var random = SeededRandom(seed: 9)
        var partial = truth
        var guessed = truth
        for row in 0..<m.rows {
            var kept: [Int] = []
            for t in 0..<k where Int.random(in: 0..<3, using: &random) == 0 { kept.append(row * k + t) }
            var others = Set<Int>()
            while others.count < k {
                let other = Int.random(in: 0..<m.rows, using: &random)
                if other != row { others.insert(other) }
            }
            let guesses = others.sorted().map { (m.dot(row, m, $0), Int32($0)) }
                .sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }
            for t in 0..<k {
                partial.indices[row * k + t] = t < kept.count ? truth.indices[kept[t]] : -1
                partial.similarities[row * k + t] = t < kept.count ? truth.similarities[kept[t]] : -.infinity
                (guessed.similarities[row * k + t], guessed.indices[row * k + t]) = guesses[t]
            }
        }
        for (start, least) in [(partial, 0.995), (guessed, 0.9)] {
            #expect(NeighbourDescentTests.recall(start, truth, k: k) < 0.5)
            var descent = NeighbourDescent()
            descent.rounds = 12
            descent.threads = 1
            let refined = try descent.refine(m, start, k: k)
            #expect(NeighbourDescentTests.recall(refined, truth, k: k) > least)
            descent.threads = 3
            let again = try descent.refine(m, start, k: k)
            #expect(again.indices == refined.indices)
            #expect(again.similarities == refined.similarities)
            check(refined, m, k)
        }
        #expect(try NeighbourDescent().refine(m, truth, k: k).indices == truth.indices)
    }

    /// Lists are in order, hold no row twice nor the row itself, and say true similarities.
    private func check(_ lists: NeighbourJoin.Result, _ m: Matrix, _ k: Int) {
        for row in 0..<m.rows {
            let list = lists.indices[row * k..<(row + 1) * k].filter { $0 >= 0 }
            let values = lists.similarities[row * k..<row * k + list.count]
            #expect(Set(list).count == list.count && !list.contains(Int32(row)))
            #expect(zip(list, values).allSatisfy { m.dot(row, m, Int($0)) == $1 })
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
        }
    }

    @Test func listsNothingBelowTheFloor() throws {
        let m = CellTreeTests.people(20, 20, 32, seed: 6)
        var join = NeighbourJoin(k: 30)
        join.floor = 0.5
        let truth = try join.selfJoin(m)
        var descent = NeighbourDescent()
        descent.floor = 0.5
        let same = try descent.refine(m, truth, k: 30)
        #expect(same.indices == truth.indices)
        #expect(same.similarities == truth.similarities)
    }

    @Test func aCancelledOneThrows() throws {
        let m = NeighboursTests.sphere(300, 8, seed: 1)
        var descent = NeighbourDescent()
        descent.cancellation = Cancellation()
        descent.cancellation?.cancel()
        let lists = try NeighbourJoin(k: 3).selfJoin(m)
        #expect(throws: LikenessError(.cancelled, "the job was cancelled")) { try descent.refine(m, lists, k: 3) }
    }
}

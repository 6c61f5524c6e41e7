import FaceCore
import FaceSpace
import Testing

@Suite("Equal rows in incremental grouping")
struct DuplicateRowsTests {
    /// Rows of a few directions of a plane, drawn again and again, some of which may found nothing.
    private func drawn(_ seed: UInt64, _ count: Int) -> (rows: [[Float]], mayFound: [Bool]) {
        var random = SeededRandom(seed: seed)
        let own = (0..<6).map { _ in
            SyntheticPeople.unit((0..<3).map { _ in Float.random(in: -1...1, using: &random) })
        }
        return (
            (0..<count).map { _ in own[Int.random(in: 0..<own.count, using: &random)] },
            (0..<count).map { _ in random.unit() > 0.2 }
        )
    }

    /// DBSCAN by the definition, every copy a row of its own.
    private func defined(
        _ rows: [[Float]], _ good: [Bool], _ live: [Int], _ reach: Float, _ minimum: Int
    ) -> [Int] {
        let m = Matrix(rows)
        func near(_ i: Int, _ j: Int) -> Bool { m.dot(i, m, j) >= reach }
        let cores = live.filter { i in good[i] && live.count { good[$0] && ($0 == i || near(i, $0)) } >= minimum }
        var label: [Int: Int] = [:]
        for (next, seed) in cores.enumerated() where label[seed] == nil {
            var open = [seed]
            label[seed] = next
            while let i = open.popLast() {
                for j in cores where label[j] == nil && near(i, j) {
                    label[j] = next
                    open.append(j)
                }
            }
        }
        let isCore = Set(cores)
        for i in live where !isCore.contains(i) {
            let best = cores.filter { near(i, $0) }.max { (m.dot(i, m, $0), $1) < (m.dot(i, m, $1), $0) }
            if let best { label[i] = label[best] }
        }
        return canonical(live.map { label[$0] ?? -1 })
    }

    @Test("the groups are those of the definition, in which every copy is a row")
    func equalsDefinition() throws {
        for seed in 0..<300 as Range<UInt64> {
            var random = SeededRandom(seed: seed &+ 1000)
            let minimum = Int.random(in: 1...6, using: &random)
            let reach: Float = [0.6, 0.8, 0.95][Int(seed % 3)]
            let (rows, good) = drawn(seed, 60)
            var density = DensityRows(dimension: 3, minimumPoints: minimum)
            var live: Set<Int> = []
            var next = 0
            while next < 60 {
                if live.count > 6, Bool.random(using: &random) {
                    let gone = Array(
                        live.sorted().shuffled(using: &random).prefix(Int.random(in: 1...8, using: &random)))
                    _ = density.remove(gone)
                    live.subtract(gone)
                } else {
                    let range = next..<min(60, next + Int.random(in: 1...15, using: &random))
                    _ = try density.insert(
                        Matrix(Array(rows[range])), mayFound: Array(good[range]), within: reach, threads: 1)
                    live.formUnion(range)
                    next = range.upperBound
                }
                let alive = live.sorted()
                let found = canonical(alive.map { Int(density.group(of: $0)) })
                guard found == defined(rows, good, alive, reach, minimum) else {
                    Issue.record("seed \(seed), \(next) rows")
                    return
                }
            }
        }
    }

    @Test("twenty thousand copies cost what one does, and copies that come and go change nothing else")
    func thousands() throws {
        var people = SyntheticPeople(seed: 4)
        let (others, _) = people.album([5, 4])
        var g = try IncrementalGrouping(
            space: SyntheticPeople.space,
            options: IncrementalOptions(
                similarity: 0.5, minimumPoints: 3, merge: 0.6, confirm: 0.4, releaseVariance: 0.7))
        try g.insert(Matrix(others))
        let before = g.groups
        let copies = Matrix([[Float]](repeating: people.person(), count: 20_000))
        let change = try g.insert(copies)
        #expect(Set(g.groups[9...]).count == 1 && Array(g.groups[..<9]) == before)
        // a search of all copies among all would compare 400 million pairs
        #expect(change.comparedRows < 1000 && g.edgeCount < 40, "\(change.comparedRows) compared, \(g.edgeCount) edges")
        try g.remove(Array(10..<20_008))
        #expect(g.groups[9] == -1 || g.groups.count { $0 == g.groups[9] } == 2)
        #expect(Array(g.groups[..<9]) == before)
    }

    @Test("copies in one photo are two people; those of others still follow")
    func photos() throws {
        var people = SyntheticPeople(seed: 9)
        let person = people.person()
        var g = try IncrementalGrouping(
            space: SyntheticPeople.space,
            options: IncrementalOptions(similarity: 0.5, minimumPoints: 2, merge: 0.6, confirm: 0.4))
        try g.insert(Matrix([[Float]](repeating: person, count: 5)), photos: [7, 7, -1, 8, -1])
        #expect(g.groups[0] != g.groups[1])
        #expect(Set(g.groups).count == 2 && g.groups[2] == g.groups[4])
        try g.join(0, 1)
        #expect(Set(g.groups).count == 1)
    }
}

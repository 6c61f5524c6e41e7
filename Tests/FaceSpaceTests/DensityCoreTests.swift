import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

/// DBSCAN of the live rows from its definition: cores, their components, borders with the nearest core.
private struct DefinedDensity {
    let closeness: (Int, Int) -> Float
    let reach: Float
    let minimumPoints: Int

    func labels(_ live: [Int], mayFound: (Int) -> Bool = { _ in true }) -> [Int] {
        var cores: [Int] = []
        for i in live where mayFound(i) {
            let near = live.count { $0 == i || (mayFound($0) && closeness(i, $0) >= reach) }
            if near >= minimumPoints { cores.append(i) }
        }
        var label: [Int: Int] = [:]
        for (next, seed) in cores.enumerated() where label[seed] == nil {
            var open = [seed]
            label[seed] = next
            while let i = open.popLast() {
                for j in cores where label[j] == nil && closeness(i, j) >= reach {
                    label[j] = next
                    open.append(j)
                }
            }
        }
        let isCore = Set(cores)
        for i in live where !isCore.contains(i) {
            let best = cores.filter { closeness(i, $0) >= reach }.max {
                (closeness(i, $0), $1) < (closeness(i, $1), $0)
            }
            if let best { label[i] = label[best] }
        }
        return canonical(live.map { label[$0] ?? -1 })
    }
}

@Suite("Incremental density")
struct DensityCoreTests {
    private struct Golden: Decodable {
        struct Step: Decodable {
            let op: String
            let rows: [Int]
            let alive: [Int]
            let labels: [Int]
            let core: [Int]
        }
        let x: [[Float]]
        let eps: Float
        let minPoints: Int
        let steps: [Step]
    }

    /// Row numbers of the core stand for the golden rows in the order of their insertion.
    @Test("the golden case: seven steps of insertions and deletions")
    func golden() throws {
        let path = "\(TestData.packageFolder)/Tests/Fixtures/incremental-dbscan.json"
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        var vectors = GrowingVectors(dimension: golden.x[0].count, metric: .euclidean)
        var core = DensityCore(minimumPoints: golden.minPoints)
        var place: [Int: Int] = [:]
        #expect(golden.steps.count == 7)
        for (number, step) in golden.steps.enumerated() {
            if step.op == "insert" {
                let rows = Matrix(step.rows.map { golden.x[$0] })
                for (k, row) in step.rows.enumerated() { place[row] = core.lists.count + k }
                try vectors.append(rows)
                let found = try vectors.within(-golden.eps * golden.eps, of: rows, threads: 1)
                _ = core.insert(found, mayFound: step.rows.map { _ in true })
            } else {
                let rows = step.rows.compactMap { place[$0] }
                _ = core.remove(rows)
                vectors.erase(rows)
            }
            let now = step.alive.compactMap { place[$0] }
            #expect(canonical(now.map { Int(core.group[$0]) }) == step.labels, "step \(number)")
            #expect(step.alive.filter { core.isCore[place[$0] ?? 0] } == step.core, "step \(number)")
        }
    }

    private func similarities(_ vectors: [[Float]]) -> (Int, Int) -> Float {
        let m = Matrix(vectors)
        return { m.dot($0, m, $1) }
    }

    @Test("1,000 random sequences of insertions and deletions equal the definition at every step")
    func randomSequences() throws {
        for seed in 0..<1000 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let minimum = Int.random(in: 1...4, using: &random)
            let d = 3
            var (vectors, core) = (
                GrowingVectors(dimension: d, metric: .cosine), DensityCore(minimumPoints: minimum)
            )
            let reach: Float = [0.8, 0.9, 0.97][Int(seed % 3)]
            var rows: [[Float]] = []
            var good: [Bool] = []
            var live: Set<Int> = []
            for step in 0..<Int.random(in: 2...8, using: &random) {
                if live.count > 4, Bool.random(using: &random) {
                    let gone = live.sorted().shuffled(using: &random).prefix(Int.random(in: 1...12, using: &random))
                    _ = core.remove(Array(gone))
                    vectors.erase(gone)
                    live.subtract(gone)
                } else {
                    let count = Int.random(in: 1...25, using: &random)
                    let fresh = (0..<count).map { _ in
                        SyntheticPeople.unit((0..<d).map { _ in Float.random(in: -1...1, using: &random) })
                    }
                    let flags = (0..<count).map { _ in random.unit() > 0.1 }
                    try vectors.append(Matrix(fresh))
                    _ = core.insert(try vectors.within(reach, of: Matrix(fresh), threads: 1), mayFound: flags)
                    live.formUnion(rows.count..<rows.count + count)
                    rows += fresh
                    good += flags
                }
                let alive = live.sorted()
                let expected = DefinedDensity(
                    closeness: similarities(rows), reach: reach, minimumPoints: minimum
                ).labels(alive) { good[$0] }
                let found = canonical(alive.map { Int(core.group[$0]) })
                guard found == expected else {
                    Issue.record("seed \(seed), step \(step)")
                    return
                }
            }
        }
    }

    @Test("the work of an insertion does not grow with the library beside the search")
    func workIsLocal() throws {
        func touched(library: Int) throws -> Int {
            var people = SyntheticPeople(seed: 5)
            let (old, _) = people.album([Int](repeating: 4, count: library / 4))
            var vectors = GrowingVectors(dimension: 128, metric: .cosine)
            var core = DensityCore(minimumPoints: 2)
            for rows in [Matrix(old), Matrix(people.album([Int](repeating: 4, count: 25)).vectors)] {
                try vectors.append(rows)
                _ = core.takeTouched()
                _ = core.insert(
                    try vectors.within(0.45, of: rows, threads: 2),
                    mayFound: [Bool](repeating: true, count: rows.rows))
            }
            return core.takeTouched()
        }
        let (small, large) = (try touched(library: 400), try touched(library: 12_000))
        #expect(large <= small + small / 4, "\(small) rows at 400, \(large) at 12,000")
    }
}

import FaceCore
import FaceSpace
import Testing

/// Mixtures of known people given as one group.
@Suite struct HugeGroupDivisionTests {
    /// 40 people of 30, pairs of photos 0.75 alike; the first `mixed` of them called one.
    private static func mixture(_ seed: UInt64, mixed: Int) -> (vectors: Matrix, people: [Int], labels: [Int]) {
        var people = SyntheticPeople(seed: seed)
        let album = people.album([Int](repeating: 30, count: 40), likeness: 0.75)
        return (Matrix(album.vectors), album.people, album.people.map { $0 < mixed ? 0 : $0 })
    }

    private static func pairs(_ truth: [Int], _ labels: [Int]) -> (precision: Double, recall: Double) {
        func count<K: Hashable>(_ keys: [K]) -> Double {
            Dictionary(grouping: keys) { $0 }.values.reduce(0) { $0 + Double($1.count * ($1.count - 1)) / 2 }
        }
        let right = count(zip(truth, labels).map { "\($0) \($1)" })
        return (right / count(labels), right / count(truth))
    }

    @Test func aMixtureIsFoundAndTakenApart() throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let album = Self.mixture(seed, mixed: 4)
            let graph = try NeighbourGraph.exact(of: album.vectors, space: SyntheticPeople.space, k: 40)
            let division = HugeGroupDivision()
            #expect(division.suspects(album.labels, album.vectors).map(\.group) == [0])
            let before = Self.pairs(album.people, album.labels)
            let after = Self.pairs(album.people, division.divided(album.labels, album.vectors, graph))
            #expect(before.precision < 0.8 && after.precision > 0.99, "seed \(seed): \(before) → \(after)")
            #expect(after.recall > 0.97, "seed \(seed): \(before) → \(after)")
        }
    }

    @Test func aGroupingKeepsItsMethodAndSaysThatItWasDivided() throws {
        let album = Self.mixture(1, mixed: 4)
        let input = try ClusteringInput(vectors: album.vectors, space: SyntheticPeople.space)
        let sure = [Float](repeating: 1, count: album.labels.count)
        let given = Grouping(labels: album.labels, confidence: sure, method: "any", parameters: ["k": 3])
        let divided = try HugeGroupDivision().divided(given, input, threads: 1)
        #expect(Self.pairs(album.people, divided.labels).precision > 0.99)
        #expect(divided.method == "any" && divided.parameters["k"] == 3 && divided.parameters["divideSize"] == 1000)
        #expect(try HugeGroupDivision().divided(given, input, threads: 2) == divided)
    }

    @Test func pureGroupsStay() throws {
        let album = Self.mixture(7, mixed: 1)
        let graph = try NeighbourGraph.exact(of: album.vectors, space: SyntheticPeople.space, k: 40)
        #expect(HugeGroupDivision().divided(album.labels, album.vectors, graph) == album.labels)
        // a large group is looked at, and put together again
        let huge = HugeGroupDivision(hugeSize: 30)
        #expect(huge.suspects(album.labels, album.vectors).count == 40)
        let after = Self.pairs(album.people, huge.divided(album.labels, album.vectors, graph))
        #expect(after.precision == 1 && after.recall > 0.97)
    }
}

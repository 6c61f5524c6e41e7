import FaceCore
import FaceSpace
import Testing

/// What every method has to keep to, whatever it does inside.
@Suite struct ClusterBatteryTests {
    /// All of ``ClusterMethod/all`` but those that read trained weights.
    static let methods = ClusterMethod.all.filter { !$0.needsWeights }.map(\.name)

    /// What sets of a few dozen rows need: lists shorter than the sets, and several starts.
    static let small: [String: [String: Double]] = [
        "rank-order": ["neighbours": 4, "threshold": 4], "kmeans": ["restarts": 30],
        "kmeans-minibatch": ["restarts": 30],
    ]

    /// A method on a set of people: those that need a number of groups are told.
    private func grouped(
        _ name: String, _ vectors: [[Float]], people: Int, threads: Int = 2, settings: [String: Double] = [:],
        same: [ClusteringInput.Pair] = [], different: [ClusteringInput.Pair] = [], quality: [Float] = []
    ) throws -> Grouping {
        let method = try ClusterMethod.named(name)
        var settings = settings
        for setting in method.settings where setting.standard == nil {
            settings[setting.name] = Double(max(1, people))
        }
        settings.merge(Self.small[name] ?? [:]) { given, _ in given }
        let input = try ClusteringInput(
            vectors: vectors.isEmpty ? Matrix(rows: 0, columns: 128) : Matrix(vectors),
            space: SyntheticPeople.space, quality: quality, same: same, different: different)
        let found = try method.make(settings).group(input, threads: threads)
        #expect(found.labels.count == vectors.count)
        #expect(found.labels == canonical(found.labels), "groups are numbered by their first rows")
        #expect(found.confidence.allSatisfy { $0 >= 0 && $0 <= 1 }, "a confidence is a share")
        #expect(found.method == name)
        return found
    }

    /// Eight people of 5…12 photos, far apart and each close.
    private func album(_ seed: UInt64 = 5) -> (vectors: [[Float]], people: [Int]) {
        var people = SyntheticPeople(seed: seed)
        return people.album(Array(5...12), likeness: 0.85)
    }

    /// Rows in another order: `order[k]` stands at k.
    private func shuffled(_ count: Int, _ seed: UInt64) -> [Int] {
        var random = SeededRandom(seed: seed)
        return Array(0..<count).shuffled(using: &random)
    }

    @Test(arguments: methods) func takesNothingAndLittle(_ name: String) throws {
        var people = SyntheticPeople(seed: 2)
        #expect(try grouped(name, [], people: 0).labels == [])
        let person = people.person()
        let one = try grouped(name, [person], people: 1)
        #expect(one.labels == [0] || one.labels == [-1])
        let apart = try grouped(name, [person, people.person()], people: 2)
        #expect(apart.labels == [0, 1] || apart.labels == [-1, -1])
        let together = try grouped(name, [person, person], people: 1)
        #expect(together.labels == [0, 0])
    }

    @Test(arguments: methods) func findsPeopleFarApart(_ name: String) throws {
        let (vectors, people) = album()
        let found = try grouped(name, vectors, people: 8)
        #expect(found.labels == canonical(people))
    }

    @Test(arguments: methods) func theOrderOfRowsDoesNotMatter(_ name: String) throws {
        // people who overlap, so that there is something to decide
        var people = SyntheticPeople(seed: 11)
        let (vectors, _) = people.album([1, 1, 2, 3, 5, 8, 13, 21], likeness: 0.5)
        let plain = try grouped(name, vectors, people: 8)
        let order = shuffled(vectors.count, 3)
        let other = try grouped(name, order.map { vectors[$0] }, people: 8)
        #expect(other.labels == canonical(order.map { plain.labels[$0] }))
    }

    @Test(arguments: methods) func theNumberOfThreadsDoesNotMatter(_ name: String) throws {
        var people = SyntheticPeople(seed: 12)
        let (vectors, _) = people.album([1, 2, 3, 5, 8, 13, 21, 34, 55, 300], likeness: 0.5)
        let one = try grouped(name, vectors, people: 10, threads: 1)
        let two = try grouped(name, vectors, people: 10, threads: 2)
        #expect(one == two)
    }

    @Test(arguments: methods) func equalRowsAreOneGroup(_ name: String) throws {
        var people = SyntheticPeople(seed: 3)
        let person = people.person()
        let found = try grouped(name, [[Float]](repeating: person, count: 2500), people: 1)
        #expect(Set(found.labels) == [0])
        // more groups asked for than there are different rows
        let few = try grouped(name, [[Float]](repeating: person, count: 5), people: 50)
        #expect(Set(few.labels) == [0])
    }

    @Test(arguments: methods) func twinsShareTheGroup(_ name: String) throws {
        let (vectors, people) = album()
        // the first photo of each person, a thousand times over for one of them
        let twins = people.indices.filter { $0 == 0 || people[$0] != people[$0 - 1] }
        let copies = twins + [Int](repeating: twins[2], count: 1000)
        let found = try grouped(name, vectors + copies.map { vectors[$0] }, people: 8)
        #expect(found.labels == canonical(people + copies.map { people[$0] }))
    }

    @Test(arguments: methods) func aTurnOfTheSphereChangesNothing(_ name: String) throws {
        let (vectors, people) = album(6)
        // two reflections
        var random = SyntheticPeople(seed: 8)
        let mirrors = [random.person(), random.person()]
        let turned = vectors.map { vector in
            mirrors.reduce(vector) { x, m in
                let along = zip(x, m).reduce(Float(0)) { $0 + $1.0 * $1.1 }
                return SyntheticPeople.unit(zip(x, m).map { $0 - 2 * along * $1 })
            }
        }
        #expect(try grouped(name, turned, people: 8).labels == canonical(people))
    }

    @Test(arguments: methods) func keepsToWhatAPersonSaid(_ name: String) throws {
        let (vectors, people) = album()
        let different = [ClusteringInput.Pair(0, 1), ClusteringInput.Pair(7, 9)]
        let found = try grouped(name, vectors, people: 8, different: different)
        for pair in different { #expect(found.labels[pair.a] != found.labels[pair.b] || found.labels[pair.a] < 0) }
        // the others of those people are not torn apart further
        #expect(Set(found.labels.filter { $0 >= 0 }).count <= 10)
        let last = vectors.count - 1
        let joined = try grouped(name, vectors, people: 8, same: [ClusteringInput.Pair(0, last)])
        #expect(joined.labels[0] == joined.labels[last] && joined.labels[0] >= 0)
        #expect(joined.confidence[0] == 1 && joined.confidence[last] == 1)
        #expect(people[0] != people[last])
        #expect(throws: LikenessError.self) {
            try grouped(name, vectors, people: 8, same: [.init(0, 1), .init(1, 2)], different: [.init(0, 2)])
        }
    }

    @Test(arguments: methods) func poorFacesFoundNoGroupAndJoinTheirs(_ name: String) throws {
        var synthetic = SyntheticPeople(seed: 21)
        var (vectors, people) = synthetic.album([6, 7, 8], likeness: 0.85)
        let stranger = synthetic.person()
        vectors += [vectors[0], stranger, stranger]
        people += [0, -1, -1]
        let quality = [Float](repeating: 1, count: vectors.count - 3) + [0.1, 0.1, 0.1]
        let found = try grouped(name, vectors, people: 3, quality: quality)
        #expect(found.labels == canonical(people))
    }

    @Test(arguments: methods) func aGivenGraphGivesTheSame(_ name: String) throws {
        let (vectors, _) = album()
        let plain = try grouped(name, vectors, people: 8)
        let matrix = Matrix(vectors)
        let graph = try NeighbourGraph.exact(of: matrix, space: SyntheticPeople.space, k: 80)
        let method = try ClusterMethod.named(name)
        let needed = method.settings.filter { $0.standard == nil }.map { ($0.name, 8.0) }
        let settings = (Self.small[name] ?? [:]).merging(needed) { $1 }
        let found = try method.make(settings).group(
            ClusteringInput(vectors: matrix, space: SyntheticPeople.space, graph: graph), threads: 2)
        #expect(found.labels == plain.labels)
    }
}

import FaceCore
import FaceLearning
import FaceTestSupport
import Testing

@Suite struct CleaningTests {
    /// Twenty people of ten faces on the sphere, with planted faults.
    private func faces() -> (Matrix, [Int]) {
        var random = SeededRandom(seed: 6)
        func draw() -> [Float] { (0..<32).map { _ in Float(random.unit() + random.unit() + random.unit() - 1.5) } }
        let people = (0..<20).map { _ in draw() }
        var (rows, labels) = ([[Float]](), [Int]())
        for person in 0..<20 {
            for _ in 0..<10 {
                let noise = draw()
                rows.append(zip(people[person], noise).map { $0 + 0.4 * $1 })
                labels.append(person)
            }
        }
        var matrix = Matrix(rows)
        matrix.normaliseRows()
        return (matrix, labels)
    }

    @Test func cleanSetsStay() throws {
        let (vectors, labels) = faces()
        let found = try LabelCleaning(vectors, labels: labels)
        #expect(found.decisions.isEmpty && found.merges.isEmpty)
    }

    @Test func plantedFaultsAreFound() throws {
        var (vectors, labels) = faces()
        labels[3] = 7  // a face of 0 among those of 7
        labels[55] = 0  // one of 5 among those of 0
        for i in 190..<195 { labels[i] = 20 }  // 19 filed under two names
        var random = SeededRandom(seed: 2)
        let stranger = (0..<32).map { _ in Float(random.unit()) - 0.5 }
        vectors.setRow(100, stranger)
        vectors.normaliseRows()
        let found = try LabelCleaning(vectors, labels: labels)
        #expect(found.decisions.map(\.face) == [3, 55, 100])
        #expect(found.decisions.map(\.verdict) == [.swapped, .swapped, .outlier])
        #expect(found.decisions[0].other == 0 && found.decisions[1].other == 5)
        #expect(found.merges.map { [$0.first, $0.second] } == [[19, 20]])
        #expect(found.doubtful(2).count == 2)
    }

    @Test func noMajority() throws {
        let (vectors, _) = faces()
        // ten faces of ten people under one name
        let chosen = (0..<10).map { $0 * 10 } + Array(110..<200)
        let labels = [Int](repeating: 0, count: 10) + (110..<200).map { $0 / 10 - 10 }
        let found = try LabelCleaning(vectors.rows(at: chosen), labels: labels)
        #expect(found.decisions.filter { $0.verdict == .noMajority }.map(\.face) == Array(0..<10))
        #expect(failure { _ = try LabelCleaning(vectors, labels: [0]) }?.code == .dimensionMismatch)
    }
}

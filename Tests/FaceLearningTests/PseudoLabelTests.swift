import FaceCore
import FaceLearning
import FaceTestSupport
import Testing

@Suite struct PseudoLabelTests {
    /// Unit rows around random directions: `people` times `each`, with noise of the given length.
    private func faces(_ people: Int, _ each: Int, noise: Float, seed: UInt64) -> (Matrix, [Int]) {
        var random = SeededRandom(seed: seed)
        func draw() -> [Float] { (0..<64).map { _ in Float(random.unit() + random.unit() + random.unit() - 1.5) } }
        var (rows, labels) = ([[Float]](), [Int]())
        for person in 0..<people {
            let centre = draw()
            for _ in 0..<each {
                rows.append(zip(centre, draw()).map { $0 + noise * $1 })
                labels.append(person)
            }
        }
        var matrix = Matrix(rows)
        matrix.normaliseRows()
        return (matrix, labels)
    }

    @Test func hiddenPeopleAreFoundAndKnownOnesLeftOut() throws {
        let (labelled, identities) = faces(30, 8, noise: 0.6, seed: 1)
        let (strangers, truth) = faces(20, 10, noise: 0.6, seed: 2)
        // 16 more pictures of two known people, and three strangers with two pictures each
        let known = labelled.rows(at: Array(0..<16))
        let (few, _) = faces(3, 2, noise: 0.6, seed: 3)
        let all = Matrix([strangers, known, few].flatMap { m in (0..<m.rows).map { m.row($0) } })
        let found = try PseudoLabels(all, labelled: labelled, identities: identities, threads: 1)
        // strangers among ten thousand pairs may lie near somebody known, which costs a picture and makes no mistake
        #expect(found.near >= 16 && found.near <= 24 && found.loose == 0)
        #expect(found.near + found.wrongSize + found.loose + found.kept == all.rows)
        #expect(found.labels[200...].allSatisfy { $0 == -1 })
        #expect(found.groups == 20 && found.kept >= 190)
        // the same partition as the truth, as far as it goes
        #expect(Set(zip(found.labels, truth).filter { $0.0 >= 0 }.map { [$0, $1] }).count == 20)
        let again = try PseudoLabels(all, labelled: labelled, identities: identities, threads: 2)
        #expect(again.labels == found.labels)
    }

    @Test func sizesAreLimits() throws {
        let (labelled, identities) = faces(30, 8, noise: 0.6, seed: 1)
        let (strangers, _) = faces(4, 10, noise: 0.6, seed: 2)
        var options = PseudoLabels.Options()
        options.maximum = 9
        let found = try PseudoLabels(
            strangers, labelled: labelled, identities: identities, options: options, threads: 1)
        #expect(found.groups == 0 && found.kept == 0 && found.wrongSize == 40)
    }

    @Test func nothingToLearnFromIsAnError() throws {
        let (rows, _) = faces(5, 1, noise: 0.5, seed: 1)
        let error = failure { _ = try PseudoLabels(rows, labelled: rows, identities: [0, 1, 2, 3, 4]) }
        #expect(error?.code == .trainingInput)
        #expect(failure { _ = try PseudoLabels(rows, labelled: rows, identities: [0]) }?.code == .dimensionMismatch)
    }
}

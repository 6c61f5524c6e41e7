import FaceCore
import FaceLibrary
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

@Suite("What answers are worth")
struct SimulatedOwnerTests {
    /// Forty people in pieces, and two of them mixed.
    private func album() -> (vectors: Matrix, truth: [Int], labels: [Int]) {
        var fixture = QuestionFixture(seed: 1)
        var parts: [Matrix] = []
        var truth: [Int] = []
        var labels: [Int] = []
        for person in 0..<40 {
            parts.append(fixture.photos(8, of: fixture.direction(), likeness: 0.5))
            truth += [Int](repeating: person, count: 8)
            labels += person < 2 ? [Int](repeating: 0, count: 8) : (0..<8).map { person * 10 + $0 / 3 }
        }
        return (stacked(parts), truth, labels)
    }

    @Test("both orders end with everybody in one group, the ranked one with fewer answers")
    func reaches() throws {
        let (vectors, truth, labels) = album()
        func run(_ order: SimulatedOwner.Order, threads: Int = 1) throws -> SimulatedOwner.Outcome {
            try SimulatedOwner(
                vectors: vectors, truth: truth, space: QuestionFixture.space, options: .init(order: order),
                threads: threads
            ).run(from: labels)
        }
        let ranked = try run(.ranked)
        let random = try run(.random)
        let answers = try #require(ranked.answersToTarget)
        #expect(answers < random.answersToTarget ?? .max)
        #expect(ranked.steps.first?.answers == 0 && ranked.steps.last?.answers == answers)
        #expect(ranked.steps.last?.divided == 1)
        #expect(try run(.ranked, threads: 2) == ranked)
        let last = try #require(ranked.steps.last)
        #expect(last.precision >= 0.99 && last.recall >= 0.99 && last.yes + last.no + last.divided == answers)
    }

    @Test("real faces: forty answers by rank raise recall more than forty at random")
    func realAlbum() throws {
        let vectors = try NPY.readMatrix(TestData.file("celeba-mobilefacenet-y1.npy"))
        let labels = try NPY.readLabels(TestData.file("celeba-labels.npy"))
        // some sixty people, so that a debug build is done in time
        let limit = labels.sorted()[min(labels.count - 1, 1900)]
        let rows = labels.indices.filter { labels[$0] < limit }
        let space = EmbeddingSpace(
            id: "celeba", dimension: vectors.columns, metric: .cosine, normalised: true, calibration: try calibration())
        let faces = vectors.rows(at: rows)
        let truth = rows.map { labels[$0] }
        let start = try EvidenceClusterer().group(ClusteringInput(vectors: faces, space: space)).labels
        let outcomes = try SimulatedOwner.Order.allCases.map {
            try SimulatedOwner(
                vectors: faces, truth: truth, space: space, options: .init(order: $0, mostAnswers: 40)
            ).run(from: start)
        }
        let gains = outcomes.map { ($0.steps.last?.recall ?? 0) - ($0.steps.first?.recall ?? 0) }
        #expect(gains[0] > gains[1], "\(gains)")
        #expect(outcomes.allSatisfy { $0.steps.allSatisfy { $0.precision > 0.97 } })
    }

    private func calibration() throws -> Calibration {
        struct Card: Decodable { let calibration: Calibration }
        let path = TestData.packageFolder + "/Sources/FaceVision/Models/Cards/mobilefacenet-y1.json"
        return try JSONDecoder().decode(Card.self, from: Data(contentsOf: URL(fileURLWithPath: path))).calibration
    }
}

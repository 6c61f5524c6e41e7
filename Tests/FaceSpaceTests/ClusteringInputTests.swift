import FaceCore
import FaceSpace
import Testing

@Suite struct ClusteringInputTests {
    func code(_ body: () throws -> Void) -> LikenessError.Code? {
        do { try body() } catch { return (error as? LikenessError)?.code }
        return nil
    }

    let space = EmbeddingSpace(
        id: "two", dimension: 2, metric: .cosine, normalised: true, calibration: SyntheticPeople.calibration)

    @Test func refusesWhatDoesNotFit() {
        let m = Matrix([[1, 0], [0, 1]])
        #expect(code { _ = try ClusteringInput(vectors: Matrix([[1, 0, 0]]), space: space) } == .dimensionMismatch)
        #expect(code { _ = try ClusteringInput(vectors: m, space: space, quality: [1]) } == .dimensionMismatch)
        #expect(code { _ = try ClusteringInput(vectors: m, space: space, photos: [1, 2, 3]) } == .dimensionMismatch)
        #expect(code { _ = try ClusteringInput(vectors: m, space: space, quality: [1, .nan]) } == .nonFinite)
        #expect(code { _ = try ClusteringInput(vectors: m, space: space, same: [.init(0, 2)]) } == .rowMissing)
        #expect(code { _ = try ClusteringInput(vectors: m, space: space, different: [.init(-1, 0)]) } == .rowMissing)
    }

    @Test func refusesVectorsThatAreNotUnit() {
        #expect(code { _ = try ClusteringInput(vectors: Matrix([[3, 4]]), space: space) } == .badData)
        #expect(code { _ = try ClusteringInput(vectors: Matrix([[0, 0]]), space: space) } == .badData)
        #expect(code { _ = try ClusteringInput(vectors: Matrix([[.nan, 1]]), space: space) } == .nonFinite)
        #expect(code { _ = try ClusteringInput(vectors: Matrix([[.infinity, 1]]), space: space) } == .nonFinite)
    }

    @Test func refusesSpacesThatItCannotRead() throws {
        let distances = EmbeddingSpace(id: "d", dimension: 2, metric: .euclidean, normalised: false)
        #expect(code { _ = try ClusteringInput(vectors: Matrix([[1, 0]]), space: distances) } == .spaceMismatch)
        let silent = EmbeddingSpace(id: "s", dimension: 2, metric: .cosine, normalised: true)
        let input = try ClusteringInput(vectors: Matrix([[1, 0]]), space: silent)
        #expect(code { _ = try EvidenceClusterer().group(input) } == .calibrationMissing)
    }
}

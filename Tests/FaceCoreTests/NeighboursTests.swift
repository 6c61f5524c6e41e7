import FaceCore
import FaceTestSupport
import Foundation
import Testing

@Suite struct NeighboursTests {
    /// n random unit rows of d values.
    static func sphere(_ n: Int, _ d: Int, seed: UInt64) -> Matrix {
        var random = SeededRandom(seed: seed)
        return Matrix(
            (0..<n).map { _ in
                let x = (0..<d).map { _ in Float(random.unit() + random.unit() + random.unit() - 1.5) }
                let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return x.map { $0 / length }
            })
    }

    @Test func ordersBySimilarityThenIndex() throws {
        let m = Matrix([[1, 0], [0, 1], [1, 0], [0.6, 0.8], [1, 0]])
        let (indices, similarities) = try m.topNeighbours(k: 3)
        #expect(indices == [2, 4, 3, 3, 0, 2, 0, 4, 3, 1, 0, 2, 0, 2, 3])
        #expect(similarities[0..<3] == [1, 1, 0.6])
    }

    @Test func leavesPlacesEmptyBelowTheFloor() throws {
        let m = Matrix([[1, 0], [0, 1], [0.6, 0.8]])
        let (indices, similarities) = try m.topNeighbours(k: 5, floor: 0.5)
        #expect(indices == [2, -1, -1, -1, -1, 2, -1, -1, -1, -1, 1, 0, -1, -1, -1])
        #expect(similarities[1] == -.infinity)
    }

    @Test func handlesTheSmallest() throws {
        #expect(try Matrix(rows: 0, columns: 4).topNeighbours(k: 3).indices.isEmpty)
        #expect(try Matrix([[1, 0]]).topNeighbours(k: 2).indices == [-1, -1])
        #expect(try Matrix([[1, 0], [1, 0]]).topNeighbours(k: 0).indices.isEmpty)
    }

    @Test func refusesNumbersThatAreNone() {
        #expect(throws: LikenessError.self) { try Matrix([[1, 0], [.nan, 1]]).topNeighbours(k: 1) }
        #expect(throws: LikenessError.self) { try Matrix([[1, 0], [.infinity, 1]]).topNeighbours(k: 1) }
    }
}

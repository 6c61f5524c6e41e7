import FaceCore
import FaceSpace
import Testing

@Suite struct GraphInputTests {
    private let space = EmbeddingSpace(id: "t", dimension: 2, metric: .cosine, normalised: true)
    private let vectors = Matrix([[1, 0], [0.8, 0.6], [0, 1], [-1, 0]])

    @Test func cutsAGivenGraphToWhatIsAsked() throws {
        let graph = try NeighbourGraph.exact(of: vectors, space: space, k: 3)
        let input = try ClusteringInput(vectors: vectors, space: space, graph: graph)
        let cut = try input.neighbours(k: 2, floor: 0.5)
        #expect(cut.k == 2 && cut.floor == 0.5)
        #expect(cut.neighbours(of: 0).map(\.index) == [1])
        #expect(cut.neighbours(of: 1).map(\.index) == [0, 2])
        #expect(cut.neighbours(of: 3).isEmpty)
        let own = try ClusteringInput(vectors: vectors, space: space).neighbours(k: 2, floor: 0.5)
        for row in 0..<4 { #expect(own.neighbours(of: row).map(\.index) == cut.neighbours(of: row).map(\.index)) }
    }

    @Test func refusesAGraphThatLeavesOutWhatIsNeeded() throws {
        let graph = try NeighbourGraph.exact(of: vectors, space: space, k: 1)
        let input = try ClusteringInput(vectors: vectors, space: space, graph: graph)
        #expect(throws: LikenessError.self) { try input.neighbours(k: 2) }
        let few = Matrix([[1, 0]])
        #expect(throws: LikenessError.self) { try ClusteringInput(vectors: few, space: space, graph: graph) }
        let other = EmbeddingSpace(id: "other", dimension: 2, metric: .cosine, normalised: true)
        #expect(throws: LikenessError.self) { try ClusteringInput(vectors: vectors, space: other, graph: graph) }
    }
}

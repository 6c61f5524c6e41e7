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

    /// A method that reads nothing below its threshold needs no list that reaches further down.
    @Test func takesAGraphWithAFloorBelowWhatIsRead() throws {
        let people = try SyntheticIdentities(.easy, rows: 3_000, seed: 4)
        let rows = try people.make().vectors
        let whole = try ClusteringInput(
            vectors: rows, space: people.space, graph: .exact(of: rows, space: people.space, k: 80))
        let cut = try whole.with(graph: .exact(of: rows, space: people.space, k: 80, floor: 0.3))
        for method in ["auto", "knn-dbscan", "chinese-whispers", "hac-sparse-single", "cdp", "density-peaks"] {
            let clusterer = try ClusterMethod.named(method).make()
            #expect(try clusterer.group(cut).labels == clusterer.group(whole).labels, "\(method)")
        }
        let high = try whole.with(graph: .exact(of: rows, space: people.space, k: 80, floor: 0.9))
        for method in ["auto", "knn-dbscan", "hac-sparse"] {
            let error = #expect(throws: LikenessError.self) { try ClusterMethod.named(method).make().group(high) }
            #expect(error?.code == .graphTooShort && error?.remedy?.contains("--floor") == true, "\(method)")
        }
    }
}

import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

/// The golden cases of neighbour search, computed in Float64 (`Tests/Fixtures/neighbours.json`).
@Suite struct NeighbourVectorTests {
    let cases: [String: [String: Any]]
    let x: Matrix
    let space: EmbeddingSpace

    init() throws {
        let data = try Data(
            contentsOf: URL(fileURLWithPath: "\(TestData.packageFolder)/Tests/Fixtures/neighbours.json"))
        cases = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
        let input = try #require(cases["knn-cosine"]?["input"] as? [String: Any])
        var matrix = Matrix(try #require(input["x"] as? [[Double]]).map { $0.map { Float($0) } })
        matrix.normaliseRows()
        x = matrix
        space = EmbeddingSpace(id: "golden", dimension: matrix.columns, metric: .cosine, normalised: true)
    }

    private func expected<T>(_ name: String, _ key: String, as: T.Type) throws -> T {
        let answer = try #require(cases[name]?["expected"] as? [String: Any])
        return try #require(answer[key] as? T)
    }

    @Test func nearest() throws {
        let graph = try NeighbourGraph.exact(of: x, space: space, k: 5)
        let lists = try expected("knn-cosine", "neighbours", as: [[Int]].self)
        let values = try expected("knn-cosine", "similarities", as: [[Double]].self)
        for i in 0..<x.rows {
            #expect(graph.neighbours(of: i).map(\.index) == lists[i])
            for (got, want) in zip(graph.neighbours(of: i), values[i]) {
                #expect(abs(Double(got.similarity) - want) <= 2e-6)
            }
        }
    }

    @Test func withinRadius() throws {
        let lists = try expected("radius-cosine", "neighbours", as: [[Int]].self)
        let found = try FlatIndex(x, space: space).within(0.8, of: x)
        for i in 0..<x.rows { #expect(found[i].map { Int($0.id) }.filter { $0 != i } == lists[i]) }
    }

    @Test func mergedShards() throws {
        let lists = try expected("merge-topk", "neighbours", as: [[Int]].self)
        let head = x.rows(at: Array(0..<4))
        let parts = try [0..<20, 20..<40].map { columns in
            try NeighbourShard.find(
                head, rows: 0..<4, x.rows(at: Array(columns)), columns: columns, k: 5, space: space)
        }
        let merged = try parts[1].merged(with: parts[0])
        #expect(try merged == parts[0].merged(with: parts[1]))
        for i in 0..<4 { #expect(merged.neighbours(of: i).map(\.index) == lists[i]) }
    }

    /// Every pair lies within the bound of its row.
    @Test func boundOfCodes() throws {
        let pairs = try expected("int8-bound", "pairs", as: [[String: Double]].self)
        let packed = try PackedRows(x, kind: .int8)
        let bounds = packed.bounds(to: packed)
        for pair in pairs {
            let (i, j) = (Int(try #require(pair["i"])), Int(try #require(pair["j"])))
            let approximate = Double(packed.approximateProduct(i, packed, j))
            #expect(abs(approximate - (try #require(pair["approx"]))) < 1e-6)
            #expect(abs(approximate - (try #require(pair["exact"]))) <= Double(bounds[i].margin))
        }
    }
}

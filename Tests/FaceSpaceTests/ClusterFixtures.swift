import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation

/// The golden cases of `Tests/Fixtures/clustering.json`, by name.
struct ClusterFixture {
    let name: String
    let tolerance: Double
    private let input: [String: Any]
    private let expected: [String: Any]
    private let cases: [String: Any]

    struct Missing: Error { let what: String }

    init(_ name: String) throws {
        let path = "\(TestData.packageFolder)/Tests/Fixtures/clustering.json"
        let root = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any]
        guard let cases = root?["cases"] as? [String: Any], let case_ = cases[name] as? [String: Any],
            let input = case_["input"] as? [String: Any], let expected = case_["expected"] as? [String: Any],
            let tolerance = case_["tolerance"] as? Double
        else { throw Missing(what: name) }
        (self.name, self.tolerance, self.input, self.expected, self.cases) = (name, tolerance, input, expected, cases)
    }

    func input<T>(_ key: String, as type: T.Type = T.self) throws -> T { try Self.value(input[key], "\(name).\(key)") }
    func expected<T>(_ key: String, as type: T.Type = T.self) throws -> T {
        try Self.value(expected[key], "\(name) → \(key)")
    }

    /// An array of vectors, or the name of the case that owns it.
    func rows(_ key: String = "x") throws -> [[Double]] {
        if let owner = input[key] as? String {
            let other = ((cases[owner] as? [String: Any])?["input"] as? [String: Any])?[key]
            return try Self.value(other, "\(owner).\(key)")
        }
        return try input(key)
    }

    private static func value<T>(_ value: Any?, _ what: String) throws -> T {
        guard let value = value as? T else { throw Missing(what: what) }
        return value
    }
}

/// Small graphs of given vectors.
enum SmallGraph {
    static func unit(_ rows: [[Double]]) -> Matrix {
        Matrix(
            rows.map { row in
                let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return row.map { Float($0 / length) }
            })
    }

    static func space(_ dimension: Int) -> EmbeddingSpace {
        EmbeddingSpace(id: "fixture", dimension: dimension, metric: .cosine, normalised: true)
    }

    /// The k nearest by cosine.
    static func cosine(_ rows: [[Double]], k: Int) throws -> NeighbourGraph {
        let matrix = unit(rows)
        return try NeighbourGraph.exact(of: matrix, space: space(matrix.columns), k: k)
    }

    /// All other rows of each row, similarity 1 − Euclidean distance.
    static func euclidean(_ rows: [[Double]]) -> NeighbourGraph {
        let n = rows.count
        var indices: [Int32] = []
        var similarities: [Float] = []
        for i in 0..<n {
            let list = (0..<n).filter { $0 != i }.map { j in
                (s: 1 - zip(rows[i], rows[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot(), j: j)
            }.sorted { ($1.s, $0.j) < ($0.s, $1.j) }
            indices += list.map { Int32($0.j) }
            similarities += list.map { Float($0.s) }
        }
        return NeighbourGraph(rows: n, k: n - 1, space: "fixture", indices: indices, similarities: similarities)
    }
}

/// Labels numbered by their first rows, so that two of one partition are equal.
func canonical(_ labels: [Int]) -> [Int] {
    var names: [Int: Int] = [:]
    return labels.map { label in
        guard label >= 0 else { return -1 }
        if let name = names[label] { return name }
        names[label] = names.count
        return names.count - 1
    }
}

func close(_ a: [Double], _ b: [Double], _ tolerance: Double) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}

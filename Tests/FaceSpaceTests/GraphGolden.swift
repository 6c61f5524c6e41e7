import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation

/// One case of `Tests/Fixtures/clustering.json`.
struct GraphGolden {
    let input: [String: Any]
    let expected: [String: Any]
    let tolerance: Double
    private let cases: [String: Any]

    struct Missing: Error { let name: String }

    init(_ name: String) throws {
        let data = try Data(contentsOf: URL(filePath: "\(TestData.packageFolder)/Tests/Fixtures/clustering.json"))
        guard let file = try JSONSerialization.jsonObject(with: data) as? [String: Any],
            let cases = file["cases"] as? [String: Any], let one = cases[name] as? [String: Any],
            let input = one["input"] as? [String: Any], let expected = one["expected"] as? [String: Any]
        else { throw Missing(name: name) }
        self.cases = cases
        self.input = input
        self.expected = expected
        tolerance = (one["tolerance"] as? NSNumber)?.doubleValue ?? 1e-6
    }

    /// The value of a key of the input; a string names the case that owns it.
    func value(_ key: String) throws -> Any {
        guard let value = input[key] else { throw Missing(name: key) }
        guard let name = value as? String, let owner = cases[name] as? [String: Any],
            let other = (owner["input"] as? [String: Any])?[key]
        else { return value }
        return other
    }

    func number(_ key: String) throws -> Double { try Self.number(value(key)) }
    func integer(_ key: String) throws -> Int { Int(try number(key)) }
    func rows(_ key: String) throws -> [[Double]] { try Self.rows(value(key)) }
    func numbers(_ key: String) throws -> [Double] { try Self.numbers(value(key)) }
    func matrix(_ key: String) throws -> Matrix { Self.matrix(try rows(key)) }
    func expectedRows(_ key: String) throws -> [[Double]] { try Self.rows(expected[key] as Any) }
    func expectedNumbers(_ key: String) throws -> [Double] { try Self.numbers(expected[key] as Any) }

    static func number(_ value: Any) throws -> Double {
        guard let number = value as? NSNumber else { throw Missing(name: "number") }
        return number.doubleValue
    }

    static func numbers(_ value: Any) throws -> [Double] {
        guard let list = value as? [Any] else { throw Missing(name: "numbers") }
        return try list.map { $0 is NSNull ? .nan : try number($0) }
    }

    static func rows(_ value: Any) throws -> [[Double]] {
        guard let list = value as? [Any] else { throw Missing(name: "rows") }
        return try list.map { try numbers($0) }
    }

    static func matrices(_ value: Any) throws -> [Matrix] {
        guard let list = value as? [Any] else { throw Missing(name: "matrices") }
        return try list.map { matrix(try rows($0)) }
    }

    static func matrix(_ rows: [[Double]]) -> Matrix { Matrix(rows.map { $0.map { Float($0) } }) }

    /// Unit rows of the case and their space.
    func vectors() throws -> (Matrix, EmbeddingSpace) {
        var x = try matrix("x")
        x.normaliseRows()
        return (x, EmbeddingSpace(id: "golden", dimension: x.columns, metric: .cosine, normalised: true))
    }
}

/// Largest difference of two tables of equal shape; ∞ where the shapes differ.
func distance(_ a: [[Double]], _ b: [[Double]]) -> Double {
    guard a.count == b.count, zip(a, b).allSatisfy({ $0.count == $1.count }) else { return .infinity }
    return zip(a, b).flatMap { zip($0, $1).map { abs($0 - $1) } }.max() ?? 0
}

extension Matrix {
    var table: [[Double]] { (0..<rows).map { row($0).map(Double.init) } }
}

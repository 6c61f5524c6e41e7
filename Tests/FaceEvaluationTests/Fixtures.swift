import FaceCore
import FaceTestSupport
import Foundation

/// The golden values of `Tests/Fixtures/evaluation/vectors.json`; meet each to 1e-9, counts and labels exactly.
enum Fixtures {
    static let tolerance = 1e-9

    static func data(_ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: "\(TestData.packageFolder)/Tests/Fixtures/evaluation/\(name)"))
    }

    /// One section of the golden values, by its keys.
    static func section<T: Decodable>(_ type: T.Type, _ path: String...) throws -> T {
        var node: Any = try JSONSerialization.jsonObject(with: data("vectors.json"))
        for key in path {
            guard let next = (node as? [String: Any])?[key] else { throw MissingSection(path: path) }
            node = next
        }
        let part = try JSONSerialization.data(withJSONObject: node, options: [.fragmentsAllowed])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: part)
    }

    struct MissingSection: Error { let path: [String] }
}

/// |got − want| ≤ 1e-9, or both missing.
func agrees(_ got: Double?, _ want: Double?, _ tolerance: Double = Fixtures.tolerance) -> Bool {
    guard let got, let want else { return got == nil && want == nil }
    return abs(got - want) <= tolerance
}

func agrees(_ got: [Double], _ want: [Double], _ tolerance: Double = Fixtures.tolerance) -> Bool {
    got.count == want.count && zip(got, want).allSatisfy { agrees($0, $1, tolerance) }
}

/// The code of the error that `body` throws; nil when it does not.
func errorCode(_ body: () throws -> Void) -> String? {
    do { try body() } catch let e as LikenessError { return e.code.description } catch { return "\(error)" }
    return nil
}

/// The codes of the golden values are camel-case.
let codeNames = [
    "empty": "empty", "noGenuine": "no-genuine", "noImpostor": "no-impostor", "nonFinite": "non-finite",
    "lengthMismatch": "length-mismatch", "zeroTemplate": "zero-template", "zeroWeight": "zero-weight",
]

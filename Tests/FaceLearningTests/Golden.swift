import FaceCore
import FaceTestSupport
import Foundation

/// A file of golden cases under Tests/Fixtures/learning.
struct Golden {
    let meta: [String: Any]
    let cases: [GoldenCase]

    init(_ name: String, list: String = "cases") throws {
        let path = "\(TestData.packageFolder)/Tests/Fixtures/learning/\(name).json"
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        meta = object["meta"] as? [String: Any] ?? [:]
        guard meta["format"] as? Int == 1 else { throw GoldenFault(text: "\(name) is of another format") }
        cases = (object[list] as? [[String: Any]] ?? []).map(GoldenCase.init)
    }
}

struct GoldenFault: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

/// Numbers of any shape.
struct GoldenArray {
    let shape: [Int]
    let values: [Double]

    init(_ object: Any) throws {
        if let number = object as? NSNumber {
            (shape, values) = ([], [number.doubleValue])
            return
        }
        guard let object = object as? [String: Any], let shape = object["shape"] as? [Int],
            let list = (object["data"] ?? object["int"]) as? [NSNumber]
        else { throw GoldenFault(text: "\(object) is no tensor") }
        (self.shape, values) = (shape, list.map(\.doubleValue))
    }

    var integers: [Int] { values.map { Int($0) } }
}

struct GoldenCase: CustomStringConvertible, @unchecked Sendable {
    let object: [String: Any]

    var id: String { object["id"] as? String ?? "?" }
    var description: String { id }
    var loss: String { object["loss"] as? String ?? "" }
    var parameters: [String: Any] { object["params"] as? [String: Any] ?? [:] }
    var expected: [String: Any] { object["expected"] as? [String: Any] ?? [:] }
    var gradients: [String: Any] { expected["grads"] as? [String: Any] ?? [:] }
    var extra: [String: Any] { expected["extra"] as? [String: Any] ?? [:] }
    private var inputs: [String: Any] { object["inputs"] as? [String: Any] ?? [:] }

    func number(_ name: String, _ fallback: Double = .nan) -> Double {
        (parameters[name] as? NSNumber)?.doubleValue ?? fallback
    }
    func text(_ name: String) -> String { parameters[name] as? String ?? "" }
    func flag(_ name: String) -> Bool { (parameters[name] as? NSNumber)?.boolValue ?? false }
    func has(_ name: String) -> Bool { inputs[name] != nil }
    func input(_ name: String) throws -> GoldenArray {
        guard let value = inputs[name] else { throw GoldenFault(text: "\(id) has no input \(name)") }
        return try GoldenArray(value)
    }
    func expectation(_ name: String) throws -> GoldenArray {
        guard let value = expected[name] else { throw GoldenFault(text: "\(id) expects no \(name)") }
        return try GoldenArray(value)
    }
}

/// |got − want| ≤ tolerance (1 + |want|) for each; the first that is not.
func mismatch(_ got: [Double], _ want: [Double], _ tolerance: Double) -> String? {
    guard got.count == want.count else { return "\(got.count) values instead of \(want.count)" }
    for i in got.indices where !(abs(got[i] - want[i]) <= tolerance * (1 + abs(want[i]))) {
        return "[\(i)] \(got[i]) instead of \(want[i])"
    }
    return nil
}

/// The library's error that a body throws; nil when it throws none.
func failure(_ body: () throws -> Void) -> LikenessError? {
    do { try body() } catch let error as LikenessError { return error } catch { return nil }
    return nil
}

func cosine(_ x: Double) -> Double { Foundation.cos(x) }
func sine(_ x: Double) -> Double { Foundation.sin(x) }

/// Who belongs together: one label a row, how sure each is, and what made it so.
///
/// Groups are numbered 0, 1, … by their first row; −1 is nobody. A good face that matches no other is a group of one.
public struct Grouping: Sendable, Hashable, Codable {
    /// The group of each row, or −1.
    public let labels: [Int]
    /// The probability that each row is where it should be, in 0…1: in its group, or in none.
    public let confidence: [Float]
    /// The name of the method, as `--method` takes it.
    public let method: String
    /// Everything that the method was told and derived, by name; with the method and the rows it gives the labels again.
    public let parameters: [String: Double]

    public init(labels: [Int], confidence: [Float], method: String, parameters: [String: Double]) {
        precondition(labels.count == confidence.count, "a grouping has one confidence a label")
        self.labels = labels
        self.confidence = confidence
        self.method = method
        self.parameters = parameters
    }

    /// How many groups there are.
    public var groupCount: Int { (labels.max() ?? -1) + 1 }

    /// The rows of each group, rising.
    public var members: [[Int]] {
        var rows = [[Int]](repeating: [], count: groupCount)
        for (row, label) in labels.enumerated() where label >= 0 { rows[label].append(row) }
        return rows
    }

    /// The rows that belong to nobody, rising.
    public var unassigned: [Int] { labels.indices.filter { labels[$0] < 0 } }

    /// How far two groupings of the same rows agree: pairs together in both, over the mean number of pairs together in one
    /// (Dice; 1 where neither joins any). Rows of nobody (−1) are with nobody. O(n).
    public static func pairAgreement(_ a: [Int], _ b: [Int]) -> Double {
        precondition(a.count == b.count, "groupings of \(a.count) and \(b.count) rows")
        var (first, second): ([Int: Int], [Int: Int]) = ([:], [:])
        var both: [[Int]: Int] = [:]
        for (x, y) in zip(a, b) {
            if x >= 0 { first[x, default: 0] += 1 }
            if y >= 0 { second[y, default: 0] += 1 }
            if x >= 0, y >= 0 { both[[x, y], default: 0] += 1 }
        }
        func pairs(_ sizes: some Sequence<Int>) -> Double { sizes.reduce(0) { $0 + Double($1) * Double($1 - 1) / 2 } }
        let all = pairs(first.values) + pairs(second.values)
        return all > 0 ? 2 * pairs(both.values) / all : 1
    }

    /// Labels of any distinct values, negative ones too, made 0, 1, … by first row.
    package static func renumbered(_ labels: [Int]) -> [Int] {
        let lowest = labels.min() ?? 0
        return numbered(labels.map { $0 - lowest })
    }

    /// Labels of any distinct values made 0, 1, … by first row; negative ones become −1.
    package static func numbered(_ labels: [Int]) -> [Int] {
        var names: [Int: Int] = [:]
        return labels.map { label in
            guard label >= 0 else { return -1 }
            let next = names.count
            return names[label, default: next, insert: true]
        }
    }
}

extension Dictionary {
    /// The value of a key, which is first given `value` when it has none.
    fileprivate subscript(key: Key, default value: Value, insert _: Bool) -> Value {
        mutating get {
            if let old = self[key] { return old }
            self[key] = value
            return value
        }
    }
}

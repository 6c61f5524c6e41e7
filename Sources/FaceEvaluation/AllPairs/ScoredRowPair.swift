/// Two rows and their similarity, the lower row first.
public struct ScoredRowPair: Sendable, Hashable, Codable {
    public let score: Float
    public let first: Int32
    public let second: Int32

    public init(score: Float, first: Int32, second: Int32) {
        self.score = score
        self.first = first
        self.second = second
    }

    /// By rising score, then by rows: an order that does not depend on threads.
    static func isLower(_ a: Self, _ b: Self) -> Bool {
        (a.score, b.first, b.second) < (b.score, a.first, a.second)
    }
}

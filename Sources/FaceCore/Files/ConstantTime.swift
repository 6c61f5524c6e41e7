/// Comparisons whose time tells nothing of where two secrets differ.
public enum ConstantTime {
    /// Whether two texts have the same bytes; the time depends on their lengths only.
    public static func areEqual(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

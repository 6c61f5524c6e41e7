/// Similarities of single pairs; whole matrices go through ``Matrix/topNeighbours(k:floor:threads:)``.
public enum Similarity {
    /// a·b / (|a|·|b|), in −1…1; 0 when either is zero.
    ///
    /// - Complexity: O(dimension). Both vectors must be of one dimension.
    public static func cosine(_ a: [Float], _ b: [Float]) -> Float {
        precondition(a.count == b.count, "vectors of \(a.count) and \(b.count) dimensions cannot be compared")
        var (ab, aa, bb) = (0.0, 0.0, 0.0)
        for i in a.indices {
            ab += Double(a[i]) * Double(b[i])
            aa += Double(a[i]) * Double(a[i])
            bb += Double(b[i]) * Double(b[i])
        }
        return aa > 0 && bb > 0 ? Float(max(-1, min(1, ab / (aa * bb).squareRoot()))) : 0
    }
}

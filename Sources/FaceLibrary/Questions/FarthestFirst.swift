public import FaceCore

/// Chooses rows that stand for all the others: farthest first (Gonzalez 1985), at most twice as far from any row as the
/// best choice.
public enum FarthestFirst {
    /// Rows chosen, in the order of choice, and for each row the place of its nearest chosen one.
    public struct Choice: Sendable, Hashable {
        public let rows: [Int]
        public let nearest: [Int]
    }

    /// At most `count` of the rows (unit vectors), the first being the one nearest to their mean. Ties go to the lowest
    /// row; equal rows are chosen once. O(n·count·d).
    public static func choose(_ vectors: Matrix, count: Int) -> Choice {
        guard vectors.rows > 0, count > 0 else { return Choice(rows: [], nearest: []) }
        var best = [Float](repeating: -.infinity, count: vectors.rows)
        var nearest = [Int](repeating: 0, count: vectors.rows)
        var next = mostCentral(vectors)
        var chosen: [Int] = []
        while chosen.count < count {
            chosen.append(next)
            for i in 0..<vectors.rows {
                let s = vectors.dot(i, vectors, next)
                if s > best[i] { (best[i], nearest[i]) = (s, chosen.count - 1) }
            }
            guard let (far, s) = best.enumerated().min(by: { $0.element < $1.element }), s < 1 - 1e-6 else { break }
            next = far
        }
        return Choice(rows: chosen, nearest: nearest)
    }

    /// The row of largest inner product with the sum of all rows.
    private static func mostCentral(_ vectors: Matrix) -> Int {
        let mean = Matrix([GroupSummary.mean(of: vectors)])
        var best = (row: 0, similarity: -Float.infinity)
        for i in 0..<vectors.rows {
            let s = vectors.dot(i, mean, 0)
            if s > best.similarity { best = (i, s) }
        }
        return best.row
    }
}

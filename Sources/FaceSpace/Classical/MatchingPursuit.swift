import FaceCore

/// Orthogonal matching pursuit on inner products alone, with a Cholesky factor that grows by a row an atom
/// (Rubinstein, Zibulevsky & Elad 2008, algorithm 2).
struct MatchingPursuit {
    let gram: Matrix

    /// `correlations`: inner products of the signal with the atoms; `energy`: its squared length.
    func run(
        _ correlations: UnsafeBufferPointer<Float>, energy: Double, atoms limit: Int, tolerance: Double
    ) -> SparseCode {
        let m = correlations.count
        var residual = correlations.map(Double.init)
        var chosen: [Int] = []
        var isChosen = [Bool](repeating: false, count: m)
        var weights: [Double] = []
        // row i of the lower factor L of the chosen atoms' Gram matrix begins at i(i + 1)/2
        var factor: [Double] = []
        var rest = energy
        // inner products are Float32: below, the residual is their rounding
        let floor = max(tolerance * tolerance, 1e-6 * energy)
        while chosen.count < min(limit, m), rest > floor {
            guard let best = Self.strongest(residual, isChosen), grow(&factor, chosen, best) else { break }
            chosen.append(best)
            isChosen[best] = true
            weights = Self.solve(factor, chosen.map { Double(correlations[$0]) })
            for a in 0..<m { residual[a] = Double(correlations[a]) }
            for (atom, weight) in zip(chosen, weights) {
                gram.withRow(atom) { row in for a in 0..<m { residual[a] -= weight * Double(row[a]) } }
            }
            rest = zip(chosen, weights).reduce(energy) { $0 - $1.1 * Double(correlations[$1.0]) }
        }
        return SparseCode(atoms: chosen, weights: weights.map(Float.init))
    }

    /// The atom of largest |⟨residual, atom⟩|, the lowest of equal ones; nil when the residual meets none.
    private static func strongest(_ residual: [Double], _ isChosen: [Bool]) -> Int? {
        var best: (value: Double, atom: Int)?
        for a in residual.indices where !isChosen[a] && abs(residual[a]) > (best?.value ?? 1e-12) {
            best = (abs(residual[a]), a)
        }
        return best?.atom
    }

    /// Appends the row of a new atom; false when it depends on the chosen ones.
    private func grow(_ factor: inout [Double], _ chosen: [Int], _ atom: Int) -> Bool {
        var row: [Double] = []
        var left = Double(gram[atom, atom])
        for (i, other) in chosen.enumerated() {
            let start = i * (i + 1) / 2
            var value = Double(gram[atom, other])
            for k in 0..<i { value -= factor[start + k] * row[k] }
            value /= factor[start + i]
            row.append(value)
            left -= value * value
        }
        guard left > 1e-10 else { return false }
        factor += row + [left.squareRoot()]
        return true
    }

    /// L·Lᵀ·w = b.
    private static func solve(_ factor: [Double], _ right: [Double]) -> [Double] {
        let n = right.count
        var w = right
        for i in 0..<n {
            let start = i * (i + 1) / 2
            for k in 0..<i { w[i] -= factor[start + k] * w[k] }
            w[i] /= factor[start + i]
        }
        for i in (0..<n).reversed() {
            for k in i + 1..<n { w[i] -= factor[k * (k + 1) / 2 + i] * w[k] }
            w[i] /= factor[i * (i + 1) / 2 + i]
        }
        return w
    }
}

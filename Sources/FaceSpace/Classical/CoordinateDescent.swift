import FaceCore

/// The Lasso by cyclic coordinate descent on inner products: full sweeps to find the active atoms, sweeps over those until
/// they stand still.
struct CoordinateDescent {
    let gram: Matrix
    /// A sweep that moves no weight by more than this share of the signal's length ends the search.
    private static let precision = 1e-6
    /// Atoms that all but depend on each other take thousands of sweeps.
    private static let mostSweeps = 20_000

    func run(_ correlations: UnsafeBufferPointer<Float>, energy: Double, penalty: Double) -> SparseCode {
        let m = correlations.count
        var weights = [Double](repeating: 0, count: m)
        // inner products of the atoms with what is not explained yet
        var residual = correlations.map(Double.init)
        let small = Self.precision * energy.squareRoot()
        var sweeps = 0
        while sweeps < Self.mostSweeps {
            sweeps += 1
            if sweep(0..<m, &weights, &residual, penalty) <= small { break }
            let active = weights.indices.filter { weights[$0] != 0 }
            while sweeps < Self.mostSweeps, sweep(active, &weights, &residual, penalty) > small { sweeps += 1 }
        }
        let active = weights.indices.filter { weights[$0] != 0 }
        return SparseCode(atoms: active, weights: active.map { Float(weights[$0]) })
    }

    /// Returns the largest change of a weight.
    private func sweep(
        _ atoms: some Sequence<Int>, _ weights: inout [Double], _ residual: inout [Double], _ penalty: Double
    ) -> Double {
        var most = 0.0
        for a in atoms {
            // atoms have unit length: the best weight is the soft-thresholded inner product
            let wanted = residual[a] + weights[a]
            let next = wanted > penalty ? wanted - penalty : wanted < -penalty ? wanted + penalty : 0
            let step = next - weights[a]
            guard step != 0 else { continue }
            weights[a] = next
            gram.withRow(a) { row in for k in residual.indices { residual[k] -= step * Double(row[k]) } }
            most = max(most, abs(step))
        }
        return most
    }
}

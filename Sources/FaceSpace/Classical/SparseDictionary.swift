public import FaceCore

/// Unit atoms, and the codes of signals by a few of them.
public struct SparseDictionary: Sendable {
    /// m×d unit rows.
    public let atoms: Matrix
    /// m×m inner products of the atoms.
    let gram: Matrix
    private let algebra: DenseAlgebra

    /// Rows become atoms of unit length. Throws `non-finite` for a row of zeros or without a length.
    public init(atoms rows: Matrix) throws(LikenessError) {
        try rows.requireFinite(nonZero: true)
        algebra = try DenseAlgebra.load()
        var unit = rows
        unit.normaliseRows(threads: 1)
        atoms = unit
        gram = algebra.product(unit, unit, transposeB: true)
    }

    /// How a code is found.
    public enum Coding: Sendable, Hashable {
        /// Orthogonal matching pursuit (Pati, Rezaiifar & Krishnaprasad 1993): the atom that fits the residual best, then
        /// least squares on all chosen ones; ends at `atoms` or at a residual of length ≤ `tolerance`.
        case matchingPursuit(atoms: Int, tolerance: Double = 1e-9)
        /// The minimum of ½|x − Σ c·a|² + penalty·Σ|c| by cyclic coordinate descent (Friedman, Hastie & Tibshirani 2010).
        case lasso(penalty: Double)
    }

    /// One code a row of n×d signals; the same for any number of threads. A signal costs O(m·d + m·s²) by pursuit with s
    /// atoms, O(m·d) and O(m) for each active atom and sweep by Lasso. Throws `dimension-mismatch`, `usage`.
    public func codes(
        of signals: Matrix, by coding: Coding, threads: Int = availableThreads()
    ) throws(LikenessError) -> [SparseCode] {
        guard signals.columns == atoms.columns else {
            throw LikenessError(
                .dimensionMismatch, "atoms of \(atoms.columns) values cannot code \(signals.columns) values")
        }
        switch coding {
        case .matchingPursuit(let count, let tolerance) where count < 1 || tolerance < 0:
            throw LikenessError(.usage, subject: "atoms", "\(count) atoms or a residual of \(tolerance)")
        case .lasso(let penalty) where !(penalty > 0):
            throw LikenessError(.usage, subject: "penalty", "a penalty is above 0, not \(penalty)")
        default: break
        }
        let block = 256
        var codes = [SparseCode](repeating: SparseCode(atoms: [], weights: []), count: signals.rows)
        codes.withUnsafeMutableBufferPointer { out in
            nonisolated(unsafe) let out = out
            parallelFor((signals.rows + block - 1) / block, threads: threads) { b in
                let range = b * block..<min(signals.rows, (b + 1) * block)
                let part = signals.rows(at: range)
                let correlations = algebra.product(part, atoms, transposeB: true)
                for (k, row) in range.enumerated() {
                    let energy = part.withRow(k) { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }
                    out[row] = correlations.withRow(k) { code($0, energy, coding) }
                }
            }
        }
        return codes
    }

    private func code(_ correlations: UnsafeBufferPointer<Float>, _ energy: Double, _ coding: Coding) -> SparseCode {
        switch coding {
        case .matchingPursuit(let count, let tolerance):
            MatchingPursuit(gram: gram).run(correlations, energy: energy, atoms: count, tolerance: tolerance)
        case .lasso(let penalty):
            CoordinateDescent(gram: gram).run(correlations, energy: energy, penalty: penalty)
        }
    }

    /// The weighted sum of the atoms of a code.
    public func signal(of code: SparseCode) -> [Float] {
        var out = [Float](repeating: 0, count: atoms.columns)
        for (atom, weight) in zip(code.atoms, code.weights) {
            atoms.withRow(atom) { row in for k in row.indices { out[k] += weight * row[k] } }
        }
        return out
    }

    /// The class whose atoms alone leave the smallest residual of `signal` (Wright et al. 2009, step 4); ties and signals
    /// without an atom go to the lowest class of the code, nil for an empty code. `classes` holds one class an atom.
    public func nearestClass(of signal: [Float], code: SparseCode, classes: [Int]) -> Int? {
        precondition(classes.count == atoms.rows, "one class an atom")
        let byClass = Dictionary(grouping: code.atoms.indices) { classes[code.atoms[$0]] }
        let residuals = byClass.map { (name, places) in
            let own = SparseCode(atoms: places.map { code.atoms[$0] }, weights: places.map { code.weights[$0] })
            let rest = zip(signal, self.signal(of: own)).reduce(0.0) {
                $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
            }
            return (residual: rest, name: name)
        }
        return residuals.min { $0.residual != $1.residual ? $0.residual < $1.residual : $0.name < $1.name }?.name
    }
}

extension SparseDictionary {
    /// A dictionary for these signals by the method of optimal directions (Engan, Aase & Husøy 1999): codes by matching
    /// pursuit, then the atoms that fit the codes best by least squares, `rounds` times.
    ///
    /// Begins with signals drawn by `seed`; an atom that no code uses is replaced by the signal coded worst.
    /// Throws `usage` when there are fewer signals than atoms, `non-finite`.
    public static func learn(
        _ signals: Matrix, atoms count: Int, sparsity: Int, rounds: Int = 10, seed: UInt64 = 1,
        threads: Int = availableThreads()
    ) throws(LikenessError) -> SparseDictionary {
        try signals.requireFinite()
        var random = SeededRandom(seed: seed)
        let usable = (0..<signals.rows).filter { i in signals.withRow(i) { $0.contains { $0 != 0 } } }
        guard count >= 1, usable.count >= count else {
            throw LikenessError(
                .usage, subject: "atoms", "\(usable.count) signals that are not zero cannot give \(count) atoms")
        }
        let start = usable.shuffled(using: &random).prefix(count)
        var dictionary = try SparseDictionary(atoms: signals.rows(at: start))
        for _ in 0..<rounds {
            let codes = try dictionary.codes(of: signals, by: .matchingPursuit(atoms: sparsity), threads: threads)
            dictionary = try dictionary.refitted(to: signals, codes)
        }
        return dictionary
    }

    /// D of min |X − C·D|²: D = (CᵀC + δI)⁻¹CᵀX, with δ = 1e-6 of the mean diagonal against atoms that always go together.
    private func refitted(to signals: Matrix, _ codes: [SparseCode]) throws(LikenessError) -> SparseDictionary {
        let (m, d) = (atoms.rows, atoms.columns)
        var scatter = [Double](repeating: 0, count: m * m)
        var right = [Double](repeating: 0, count: m * d)
        for (i, code) in codes.enumerated() {
            for (a, wa) in zip(code.atoms, code.weights) {
                for (b, wb) in zip(code.atoms, code.weights) { scatter[a * m + b] += Double(wa) * Double(wb) }
                signals.withRow(i) { row in for k in 0..<d { right[k * m + a] += Double(wa) * Double(row[k]) } }
            }
        }
        let unused = (0..<m).filter { scatter[$0 * m + $0] == 0 }
        let ridge = 1e-6 * (0..<m).reduce(0.0) { $0 + scatter[$1 * m + $1] } / Double(m)
        for a in 0..<m { scatter[a * m + a] += max(ridge, .leastNormalMagnitude) }
        for a in unused { scatter[a * m + a] = 1 }
        let solved = try algebra.solve(scatter, order: m, right: right, count: d)
        var next = Matrix(rows: m, columns: d)
        for a in 0..<m { next.setRow(a, (0..<d).map { Float(solved[$0 * m + a]) }) }
        let vanished = (0..<m).filter { a in !next.withRow(a) { $0.contains { $0 != 0 && $0.isFinite } } }
        for (a, i) in zip(vanished, worstCoded(signals, codes, vanished.count)) { next.setRow(a, signals.row(i)) }
        return try SparseDictionary(atoms: next)
    }

    private func worstCoded(_ signals: Matrix, _ codes: [SparseCode], _ count: Int) -> ArraySlice<Int> {
        guard count > 0 else { return [] }
        let rest = codes.indices.map { i in
            zip(signals.row(i), signal(of: codes[i])).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        return rest.indices.sorted { rest[$0] != rest[$1] ? rest[$0] > rest[$1] : $0 < $1 }.prefix(count)
    }
}

/// A signal as a weighted sum of a few atoms of a dictionary.
public struct SparseCode: Sendable, Hashable {
    /// Atoms in the order in which they were chosen (orthogonal matching pursuit) or by rising number (Lasso).
    public var atoms: [Int]
    /// One weight an atom.
    public var weights: [Float]

    public init(atoms: [Int], weights: [Float]) {
        precondition(atoms.count == weights.count, "one weight an atom")
        self.atoms = atoms
        self.weights = weights
    }
}

public import FaceCore

/// A picture as sums of the sparse codes of its patches: whitened patches, a learnt dictionary, codes pooled over cells
/// (Coates & Ng 2011 with orthogonal matching pursuit).
public struct PatchCoder: Sendable {
    public let whitening: PrincipalComponents
    public let dictionary: SparseDictionary
    public let sparsity: Int

    /// Learns from n×d patches, each of mean 0 and about unit length; no labels are used.
    ///
    /// `components` axes are kept before whitening. Throws what ``PrincipalComponents`` and ``SparseDictionary`` throw.
    public init(
        learning patches: Matrix, components: Int, atoms: Int, sparsity: Int, seed: UInt64 = 1,
        threads: Int = availableThreads()
    ) throws(LikenessError) {
        whitening = try PrincipalComponents(patches, count: components)
        self.sparsity = sparsity
        dictionary = try .learn(
            whitening.project(patches, whitened: true), atoms: atoms, sparsity: sparsity, seed: seed, threads: threads)
    }

    /// Values of a descriptor: positive and negative weights of each atom apart, a cell after the other.
    public func count(cells: Int) -> Int { 2 * dictionary.atoms.rows * cells }

    /// The descriptor of one picture: for each cell and atom the sum of |weight|, then square roots, at unit length.
    /// `cells` holds the cell of each row of `patches`.
    public func descriptor(
        of patches: Matrix, cells: [Int], count cellCount: Int
    ) throws(LikenessError) -> [Float] {
        precondition(cells.count == patches.rows, "one cell a patch")
        let codes = try dictionary.codes(
            of: whitening.project(patches, whitened: true), by: .matchingPursuit(atoms: sparsity), threads: 1)
        let width = 2 * dictionary.atoms.rows
        var sums = [Float](repeating: 0, count: width * cellCount)
        for (code, cell) in zip(codes, cells) {
            precondition(cell >= 0 && cell < cellCount, "cell \(cell) outside 0..<\(cellCount)")
            for (atom, weight) in zip(code.atoms, code.weights) {
                sums[cell * width + 2 * atom + (weight < 0 ? 1 : 0)] += abs(weight)
            }
        }
        let length = sums.reduce(0.0) { $0 + Double($1) }.squareRoot()
        return length > 0 ? sums.map { Float(Double($0).squareRoot() / length) } : sums
    }
}

package import FaceCore

/// The normalised Laplacian I − D^−½ A D^−½ of a connected graph, and its smallest eigenvalues with their vectors.
package struct NormalisedLaplacian: Sendable {
    package let rows: Int
    private let offsets: [Int]
    private let neighbours: [Int32]
    /// Entries of D^−½ A D^−½.
    private let weights: [Double]

    /// Eigenvalues rising; vector i is `vectors[i]`, of unit length.
    package struct Pairs: Sendable {
        package var values: [Double]
        package var vectors: [[Double]]
    }

    /// The part of a graph between `members` (rising), similarities below 0 counting as 0.
    package init(_ graph: UnionGraph, members: [Int]) {
        var place = [Int: Int32](minimumCapacity: members.count)
        for (k, row) in members.enumerated() { place[row] = Int32(k) }
        var offsets = [0]
        var neighbours: [Int32] = []
        var weights: [Double] = []
        for row in members {
            for e in graph.edges(of: row) where graph.similarities[e] > 0 {
                guard let other = place[Int(graph.neighbours[e])] else { continue }
                neighbours.append(other)
                weights.append(Double(graph.similarities[e]))
            }
            offsets.append(neighbours.count)
        }
        let roots = members.indices.map { k in
            weights[offsets[k]..<offsets[k + 1]].reduce(0, +).squareRoot()
        }
        for k in members.indices {
            for e in offsets[k]..<offsets[k + 1] { weights[e] /= roots[k] * roots[Int(neighbours[e])] }
        }
        rows = members.count
        self.offsets = offsets
        self.neighbours = neighbours
        self.weights = weights
    }

    /// Steps² · rows that an iteration may take: re-orthogonalising costs four times as many multiplications. Up to
    /// 2,154 rows it always ends; a graph of thousands of people in one part has hundreds of eigenvalues next to 0, which
    /// no feasible basis tells apart.
    package static let mostWork = 1e10

    /// The `count` smallest eigenvalues: the whole matrix up to `denseLimit` rows, Lanczos beyond.
    ///
    /// Throws `component-missing` without OpenBLAS, `no-convergence` where a large graph needs more than ``mostWork``.
    package func smallest(
        _ count: Int, seed: UInt64, denseLimit: Int = 400, mostWork: Double = Self.mostWork, threads: Int
    ) throws(LikenessError) -> Pairs {
        let algebra = try DenseAlgebra.load()
        let count = min(count, rows)
        guard rows > denseLimit else { return try dense(count, algebra) }
        var iteration = Lanczos(self, algebra, mostWork: mostWork, seed: seed, threads: threads)
        return try iteration.smallest(count)
    }

    private func dense(_ count: Int, _ algebra: DenseAlgebra) throws(LikenessError) -> Pairs {
        var matrix = [Double](repeating: 0, count: rows * rows)
        for i in 0..<rows {
            matrix[i * rows + i] = 1
            for e in offsets[i]..<offsets[i + 1] { matrix[i * rows + Int(neighbours[e])] -= weights[e] }
        }
        let (values, vectors) = try algebra.symmetricEigen(matrix, order: rows)
        return Pairs(
            values: Array(values.prefix(count)),
            vectors: (0..<count).map { Array(vectors[$0 * rows..<($0 + 1) * rows]) })
    }

    /// D^−½ A D^−½ · x.
    func times(_ x: [Double], threads: Int) -> [Double] {
        parallelMap(rows, threads: threads, grain: 1024) { i in
            var sum = 0.0
            for e in offsets[i]..<offsets[i + 1] { sum += weights[e] * x[Int(neighbours[e])] }
            return sum
        }
    }
}

/// Lanczos' iteration with full re-orthogonalisation (Golub, Van Loan, §10.3) for the largest eigenvalues of
/// D^−½ A D^−½, which are those of the Laplacian turned around.
private struct Lanczos {
    private let matrix: NormalisedLaplacian
    private let algebra: DenseAlgebra
    private let mostWork: Double
    private let threads: Int
    private var random: SeededRandom
    private var basis: [[Double]] = []
    private var diagonal: [Double] = []
    /// Beside the diagonal; one more than the basis has gaps, the last leads out of it.
    private var beside: [Double] = []

    init(_ matrix: NormalisedLaplacian, _ algebra: DenseAlgebra, mostWork: Double, seed: UInt64, threads: Int) {
        self.matrix = matrix
        self.algebra = algebra
        self.mostWork = mostWork
        self.threads = threads
        random = SeededRandom(seed: seed)
    }

    /// Residuals below this count as none: eigenvalues are then exact to its square.
    private static let tolerance = 1e-7

    mutating func smallest(_ count: Int) throws(LikenessError) -> NormalisedLaplacian.Pairs {
        var next = orthogonal((0..<matrix.rows).map { _ in random.unit() - 0.5 })
        var check = min(matrix.rows, 2 * count + 20)
        while true {
            while basis.count < check { next = extend(next) }
            let size = basis.count
            let (values, vectors) = try algebra.symmetricEigen(tridiagonal(), order: size)
            // the last entry of a vector times what leads out of the basis is its residual
            let isDone = (0..<count).allSatisfy {
                let last = vectors[(size - 1 - $0) * size + size - 1]
                return abs(last * beside[size - 1]) < Self.tolerance
            }
            if isDone || size == matrix.rows { return pairs(count, values, vectors) }
            check = min(matrix.rows, size + max(20, size / 4))
            guard Double(check) * Double(check) * Double(matrix.rows) <= mostWork else {
                throw LikenessError(
                    .noConvergence,
                    "\(count) eigenvalues of a connected part of \(matrix.rows) rows are not told apart by a basis of "
                        + "\(size) vectors",
                    remedy: "raise the floor, so that the part falls apart, or take another method")
            }
        }
    }

    /// Adds a vector to the basis; returns the next one.
    private mutating func extend(_ vector: [Double]) -> [Double] {
        basis.append(vector)
        var image = matrix.times(vector, threads: threads)
        diagonal.append(dot(image, vector))
        image = withoutBasis(image)
        let length = dot(image, image).squareRoot()
        guard length > 1e-12 else {
            // the basis is closed: go on anywhere outside of it
            beside.append(0)
            guard basis.count < matrix.rows else { return vector }
            return orthogonal((0..<matrix.rows).map { _ in random.unit() - 0.5 })
        }
        beside.append(length)
        return image.map { $0 / length }
    }

    /// Twice is enough (Kahan, Parlett).
    private func withoutBasis(_ vector: [Double]) -> [Double] {
        var vector = vector
        for _ in 0..<2 {
            for other in basis {
                let share = dot(vector, other)
                for k in vector.indices { vector[k] -= share * other[k] }
            }
        }
        return vector
    }

    private func orthogonal(_ vector: [Double]) -> [Double] {
        let rest = withoutBasis(vector)
        let length = dot(rest, rest).squareRoot()
        return rest.map { $0 / length }
    }

    private func tridiagonal() -> [Double] {
        let size = basis.count
        var matrix = [Double](repeating: 0, count: size * size)
        for k in 0..<size {
            matrix[k * size + k] = diagonal[k]
            guard k + 1 < size else { continue }
            matrix[k * size + k + 1] = beside[k]
            matrix[(k + 1) * size + k] = beside[k]
        }
        return matrix
    }

    private func pairs(_ count: Int, _ values: [Double], _ vectors: [Double]) -> NormalisedLaplacian.Pairs {
        let size = basis.count
        let ritz = (0..<count).map { i in
            var vector = [Double](repeating: 0, count: matrix.rows)
            for (k, other) in basis.enumerated() {
                let share = vectors[(size - 1 - i) * size + k]
                for row in vector.indices { vector[row] += share * other[row] }
            }
            return vector
        }
        return .init(values: (0..<count).map { 1 - values[size - 1 - $0] }, vectors: ritz)
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = SIMD8<Double>()
        let blocks = a.count / 8
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                for k in 0..<blocks {
                    let place = 8 * k * MemoryLayout<Double>.stride
                    sum +=
                        UnsafeRawPointer(a.baseAddress!).loadUnaligned(fromByteOffset: place, as: SIMD8<Double>.self)
                        * UnsafeRawPointer(b.baseAddress!).loadUnaligned(fromByteOffset: place, as: SIMD8<Double>.self)
                }
            }
        }
        var rest = 0.0
        for k in 8 * blocks..<a.count { rest += a[k] * b[k] }
        return sum.sum() + rest
    }
}

package import FaceCore

/// K-means on the rows of a matrix: what ``KMeansClusterer`` does, without anything about faces.
package struct KMeans: Sendable {
    /// How rows that cannot change their centre are left out of an assignment. All give the labels of `none`.
    package enum Bounds: Int, Sendable, CaseIterable {
        /// Every row with every centre, in blocks of products.
        case none
        /// One lower bound a row (Hamerly 2010): 2·n numbers.
        case hamerly
        /// One lower bound for each row and centre (Elkan 2003): n·K numbers.
        case elkan
    }

    package struct Options: Sendable, Hashable {
        package var clusters: Int
        /// Cosine instead of distance; centres are of unit length.
        package var isSpherical: Bool
        package var bounds: Bounds
        package var iterations: Int
        /// The relative fall of the objective that ends the run.
        package var tolerance: Double
        package var seed: UInt64

        package init(
            clusters: Int, isSpherical: Bool = true, bounds: Bounds = .none, iterations: Int = 100,
            tolerance: Double = 1e-4, seed: UInt64 = 1
        ) {
            self.clusters = clusters
            self.isSpherical = isSpherical
            self.bounds = bounds
            self.iterations = iterations
            self.tolerance = tolerance
            self.seed = seed
        }
    }

    package struct Result: Sendable {
        package var labels: [Int32]
        package var centres: Matrix
        /// Σ squared distances (spherical: Σ 1 − cos) to the centres of each iteration, before they moved.
        package var objectives: [Double]
        package var objective: Double { objectives.last ?? 0 }
    }

    /// The most numbers that Elkan's bounds may take.
    package static let mostBounds = 100_000_000

    package let options: Options

    package init(_ options: Options) { self.options = options }

    /// From centres by k-means++ (k-means‖ for more than 1000 of them). As many clusters as rows at most.
    package func run(_ rows: Matrix, threads: Int) throws(LikenessError) -> Result {
        let count = min(options.clusters, rows.rows)
        let seeding = KMeansSeeding(rows, seed: options.seed, threads: threads)
        return try run(rows, from: rows.rows(at: try seeding.centres(count)), threads: threads)
    }

    /// Lloyd's iteration from given centres: until no label changes, the objective falls by less than the tolerance, or
    /// the iterations are spent. Throws `usage` where Elkan's bounds would not fit.
    package func run(_ rows: Matrix, from first: Matrix, threads: Int) throws(LikenessError) -> Result {
        guard options.bounds != .elkan || rows.rows * first.rows <= Self.mostBounds else {
            throw LikenessError(
                .usage, subject: "bounds", "\(rows.rows)×\(first.rows) bounds of Elkan do not fit",
                remedy: "take 0 (none) or 1 (Hamerly)")
        }
        var centres = KMeansCentres(options.isSpherical ? Self.normalised(first) : first)
        var result = Result(labels: [], centres: centres.matrix, objectives: [])
        guard rows.rows > 0, first.rows > 0 else { return result }
        var bounds =
            options.bounds == .none
            ? nil : KMeansBounds(options.bounds, rows: rows.rows, centres: first.rows)
        for _ in 0..<max(1, options.iterations) {
            let labels: [Int32]
            if bounds != nil {
                labels = bounds!.assign(rows, centres, threads: threads)
            } else {
                labels = try NearestCentres(rows, centres, threads: threads).labels
            }
            let distances = centres.distances(rows, labels, threads: threads)
            let objective = distances.reduce(0, +) * (options.isSpherical ? 0.5 : 1)
            let before = result.objectives.last
            result.objectives.append(objective)
            if labels == result.labels { break }
            result.labels = labels
            let moved = centres.means(
                rows, refilled(labels, distances), isSpherical: options.isSpherical, threads: threads)
            bounds?.move(centres, to: moved)
            centres = moved
            if let before, before - objective < options.tolerance * before { break }
        }
        result.centres = centres.matrix
        return result
    }

    /// The labels that new centres are made of: an empty cluster takes the row that is furthest from its centre (the lower
    /// one of equals) among clusters with more than one.
    private func refilled(_ labels: [Int32], _ distances: [Double]) -> [Int32] {
        var sizes = [Int](repeating: 0, count: min(options.clusters, distances.count))
        if sizes.isEmpty { return labels }
        for label in labels where Int(label) < sizes.count { sizes[Int(label)] += 1 }
        let empty = sizes.indices.filter { sizes[$0] == 0 }
        guard !empty.isEmpty else { return labels }
        var labels = labels
        var far = labels.indices.sorted { (-distances[$0], $0) < (-distances[$1], $1) }[...]
        for cluster in empty {
            far = far.drop { sizes[Int(labels[$0])] < 2 }
            guard let row = far.popFirst() else { break }
            sizes[Int(labels[row])] -= 1
            labels[row] = Int32(cluster)
            sizes[cluster] = 1
        }
        return labels
    }

    private static func normalised(_ matrix: Matrix) -> Matrix {
        var matrix = matrix
        matrix.normaliseRows(threads: 1)
        return matrix
    }
}

/// Centres, and their lengths.
package struct KMeansCentres: Sendable {
    package let matrix: Matrix
    /// Squared lengths.
    let squares: [Double]

    package init(_ matrix: Matrix) {
        self.matrix = matrix
        squares = (0..<matrix.rows).map { row in
            matrix.withRow(row) { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }
        }
    }

    /// Squared distance of each row to its centre.
    func distances(_ rows: Matrix, _ labels: [Int32], threads: Int) -> [Double] {
        parallelMap(labels.count, threads: threads) { squaredDistance(rows, $0, matrix, Int(labels[$0])) }
    }

    /// Means (spherical: directions) of the rows of each label, added in order of the rows; a centre without rows stays.
    func means(_ rows: Matrix, _ labels: [Int32], isSpherical: Bool, threads: Int) -> KMeansCentres {
        var starts = [Int](repeating: 0, count: matrix.rows + 1)
        for label in labels { starts[Int(label) + 1] += 1 }
        for k in 0..<matrix.rows { starts[k + 1] += starts[k] }
        var members = [Int32](repeating: 0, count: labels.count)
        var next = starts
        for (row, label) in labels.enumerated() {
            members[next[Int(label)]] = Int32(row)
            next[Int(label)] += 1
        }
        let means = parallelMap(matrix.rows, threads: threads, grain: 8) { [starts, members] k -> [Float] in
            let range = starts[k]..<starts[k + 1]
            guard !range.isEmpty else { return matrix.row(k) }
            var sum = [Double](repeating: 0, count: rows.columns)
            for place in range {
                rows.withRow(Int(members[place])) { row in for c in row.indices { sum[c] += Double(row[c]) } }
            }
            let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let scale = isSpherical ? (length > 0 ? 1 / length : 1) : 1 / Double(range.count)
            return sum.map { Float($0 * scale) }
        }
        return KMeansCentres(Matrix(means))
    }
}

/// Squared Euclidean distance of two rows, added in Float64.
func squaredDistance(_ a: Matrix, _ i: Int, _ b: Matrix, _ j: Int) -> Double {
    a.withRow(i) { x in
        b.withRow(j) { y in
            var sum = SIMD8<Double>()
            let blocks = x.count / 8
            let (p, q) = (UnsafeRawPointer(x.baseAddress!), UnsafeRawPointer(y.baseAddress!))
            for k in 0..<blocks {
                let u = p.loadUnaligned(fromByteOffset: 32 * k, as: SIMD8<Float>.self)
                let v = q.loadUnaligned(fromByteOffset: 32 * k, as: SIMD8<Float>.self)
                let d = SIMD8<Double>(u) - SIMD8<Double>(v)
                sum += d * d
            }
            var rest = 0.0
            for k in 8 * blocks..<x.count { rest += (Double(x[k]) - Double(y[k])) * (Double(x[k]) - Double(y[k])) }
            return sum.sum() + rest
        }
    }
}

internal import FaceCore

/// Bounds on the distances of rows to centres, kept as centres move, that spare most comparisons.
///
/// An upper bound on the distance to the own centre, and lower bounds on those to the others: one for all (Hamerly 2010), or
/// one each (Elkan 2003). Distances are Float64, and a row is only left out where the bounds are clearly apart, so that the
/// labels are those of comparing all.
struct KMeansBounds {
    private let kind: KMeans.Bounds
    private let centres: Int
    private var rows: [Row]

    private struct Row {
        var label: Int32 = -1
        var upper = Double.infinity
        /// One for all other centres, or one for each centre.
        var lower: [Double]
    }

    init(_ kind: KMeans.Bounds, rows: Int, centres: Int) {
        self.kind = kind
        self.centres = centres
        let lower = [Double](repeating: 0, count: kind == .elkan ? centres : 1)
        self.rows = [Row](repeating: Row(lower: lower), count: rows)
    }

    /// The nearest centre of every row.
    mutating func assign(_ vectors: Matrix, _ centres: KMeansCentres, threads: Int) -> [Int32] {
        let halfGaps = Self.halfGaps(centres, threads: threads)
        let before = rows
        let kind = kind
        rows = parallelMap(before.count, threads: threads) { i in
            var row = before[i]
            switch kind {
            case .elkan: Self.elkan(&row, vectors, i, centres, halfGaps)
            case .hamerly, .none: Self.hamerly(&row, vectors, i, centres, halfGaps)
            }
            return row
        }
        return rows.map(\.label)
    }

    /// Loosens all bounds by the way that centres went.
    mutating func move(_ old: KMeansCentres, to new: KMeansCentres) {
        let ways = (0..<centres).map { squaredDistance(old.matrix, $0, new.matrix, $0).squareRoot() }
        let longest = ways.max() ?? 0
        for i in rows.indices {
            rows[i].upper += ways[Int(rows[i].label)]
            for k in rows[i].lower.indices { rows[i].lower[k] -= kind == .elkan ? ways[k] : longest }
        }
    }

    /// Rounding of sums of bounds over hundreds of iterations stays far below this.
    private static let slack = 1e-9

    private static func hamerly(
        _ row: inout Row, _ vectors: Matrix, _ i: Int, _ centres: KMeansCentres, _ halfGaps: [Double]
    ) {
        if row.label >= 0 {
            let bound = max(row.lower[0], halfGaps[Int(row.label)]) - slack
            if row.upper < bound { return }
            row.upper = squaredDistance(vectors, i, centres.matrix, Int(row.label)).squareRoot()
            if row.upper < bound { return }
        }
        var (label, least, second) = (0, Double.infinity, Double.infinity)
        for k in 0..<centres.matrix.rows {
            let distance = squaredDistance(vectors, i, centres.matrix, k)
            if distance < least {
                (label, second, least) = (k, least, distance)
            } else if distance < second {
                second = distance
            }
        }
        row = Row(label: Int32(label), upper: least.squareRoot(), lower: [second.squareRoot()])
    }

    private static func elkan(
        _ row: inout Row, _ vectors: Matrix, _ i: Int, _ centres: KMeansCentres, _ halfGaps: [Double]
    ) {
        if row.label >= 0, row.upper < halfGaps[Int(row.label)] - slack { return }
        // squared, as all comparisons are: roots may make unequal distances equal
        var (label, least) = (-1, Double.infinity)
        if row.label >= 0 {
            label = Int(row.label)
            least = squaredDistance(vectors, i, centres.matrix, label)
            row.upper = least.squareRoot()
            row.lower[label] = row.upper
        }
        for k in 0..<centres.matrix.rows where k != Int(row.label) && row.lower[k] - slack <= row.upper {
            let distance = squaredDistance(vectors, i, centres.matrix, k)
            row.lower[k] = distance.squareRoot()
            if distance < least || (distance == least && k < label) {
                (label, least) = (k, distance)
                row.upper = row.lower[k]
            }
        }
        row.label = Int32(label)
    }

    /// Half the distance of each centre to the nearest other one.
    private static func halfGaps(_ centres: KMeansCentres, threads: Int) -> [Double] {
        let matrix = centres.matrix
        return parallelMap(matrix.rows, threads: threads, grain: 8) { a in
            var least = Double.infinity
            for b in 0..<matrix.rows where b != a { least = min(least, squaredDistance(matrix, a, matrix, b)) }
            return least.squareRoot() / 2
        }
    }
}

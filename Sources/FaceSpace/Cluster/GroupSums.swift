internal import FaceCore

/// Groups of unit vectors as sum and size: the mean similarity of all pairs across two groups is one dot product,
/// Σᵢⱼ xᵢ·yⱼ / (|A||B|) = (Σxᵢ)·(Σyⱼ) / (|A||B|), so that average linkage needs no matrix of similarities.
struct GroupSums {
    private var sums: Matrix
    private(set) var sizes: [Int]

    /// Every row of `vectors` a group of its own. The matrix is copied: its rows become padded with zeros.
    init(_ vectors: Matrix) {
        sums = vectors.rows(at: Array(0..<vectors.rows))
        sizes = [Int](repeating: 1, count: vectors.rows)
    }

    /// `count` empty groups of vectors of `columns` numbers.
    init(count: Int, columns: Int) {
        sums = Matrix(rows: count, columns: columns)
        sizes = [Int](repeating: 0, count: count)
    }

    /// Adds the members of group b to group a; b stays as it is.
    mutating func add(_ b: Int, to a: Int) {
        let stride = sums.stride
        sums.withUnsafeMutableRows { base in
            let (x, y) = (base + a * stride, base + b * stride)
            for c in 0..<stride { x[c] += y[c] }
        }
        sizes[a] += sizes[b]
    }

    /// Adds one vector to a group.
    mutating func add(row: Int, of vectors: Matrix, to group: Int) {
        let stride = sums.stride
        sums.withUnsafeMutableRows { base in
            let x = base + group * stride
            vectors.withRow(row) { y in for c in y.indices { x[c] += y[c] } }
        }
        sizes[group] += 1
    }

    /// The mean similarity of all pairs of different unit rows inside a group; 0 for a single row.
    func insideSimilarity(_ group: Int) -> Float {
        let size = Float(sizes[group])
        guard size > 1 else { return 0 }
        let square = sums.withRow(group) { $0.reduce(Float(0)) { $0 + $1 * $1 } }
        return (square - size) / (size * (size - 1))
    }

    /// The mean vectors of some groups: the mean similarity of all pairs across two of them is their product.
    func means(_ groups: [Int]) -> Matrix {
        var means = sums.rows(at: groups)
        let (stride, columns) = (means.stride, means.columns)
        means.withUnsafeMutableRows { base in
            for (i, group) in groups.enumerated() {
                for c in 0..<columns { base[i * stride + c] /= Float(max(1, sizes[group])) }
            }
        }
        return means
    }

    /// The mean similarity of all pairs with one end in each of two groups without common members.
    func similarity(_ a: Int, _ b: Int) -> Float {
        let stride = sums.stride
        let sum = sums.withUnsafeRows { dot($0 + a * stride, $0 + b * stride, stride / 8) }
        return sum / Float(sizes[a] * sizes[b])
    }

    /// The mean similarity of a row to the members of a group, itself left out when it is one of them; nil when nobody
    /// else is there.
    func similarity(row: Int, of vectors: Matrix, to group: Int, isMember: Bool) -> Float? {
        let others = sizes[group] - (isMember ? 1 : 0)
        guard others > 0 else { return nil }
        let sum = vectors.withRow(row) { x in
            sums.withRow(group) { y in
                var (sum, own) = (Float(0), Float(0))
                for c in x.indices {
                    sum += x[c] * y[c]
                    own += x[c] * x[c]
                }
                return isMember ? sum - own : sum
            }
        }
        return sum / Float(others)
    }
}

/// Σ x·y over `blocks` of 8 floats, both aligned: the compiler keeps an ordered float sum scalar, eight lanes it does not.
private func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ blocks: Int) -> Float {
    let a = UnsafeRawPointer(x).assumingMemoryBound(to: SIMD8<Float>.self)
    let b = UnsafeRawPointer(y).assumingMemoryBound(to: SIMD8<Float>.self)
    var sum = SIMD8<Float>()
    for i in 0..<blocks { sum += a[i] * b[i] }
    return sum.sum()
}

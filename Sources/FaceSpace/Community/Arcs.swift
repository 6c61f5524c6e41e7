/// The arcs of a network in compressed rows: those of node v are `offsets[v]..<offsets[v + 1]`.
///
/// Twelve or eighty million of them are walked dozens of times, so that they lie in plain memory of 8 bytes an arc.
/// Written by whoever makes it, read-only once shared.
final class Arcs: @unchecked Sendable {
    let rows: Int
    let count: Int
    let offsets: UnsafeMutablePointer<Int>
    let targets: UnsafeMutablePointer<Int32>
    let weights: UnsafeMutablePointer<Float>

    /// Rows of these lengths, arcs undefined.
    init(lengths: some Collection<Int>) {
        rows = lengths.count
        offsets = .allocate(capacity: rows + 1)
        var total = 0
        for (row, length) in lengths.enumerated() {
            offsets[row] = total
            total += length
        }
        offsets[rows] = total
        count = total
        targets = .allocate(capacity: max(1, total))
        weights = .allocate(capacity: max(1, total))
    }

    deinit {
        offsets.deallocate()
        targets.deallocate()
        weights.deallocate()
    }

    /// Arcs the other way round, those of a node by rising source.
    func transposed() -> Arcs {
        var lengths = [Int](repeating: 0, count: rows)
        for e in 0..<count { lengths[Int(targets[e])] += 1 }
        let out = Arcs(lengths: lengths)
        var next = Array(UnsafeBufferPointer(start: out.offsets, count: rows))
        for v in 0..<rows {
            for e in offsets[v]..<offsets[v + 1] {
                let u = Int(targets[e])
                out.targets[next[u]] = Int32(v)
                out.weights[next[u]] = weights[e]
                next[u] += 1
            }
        }
        return out
    }

    /// The sum of the weights of each row, without arcs to itself.
    func totals() -> [Double] {
        (0..<rows).map { v in
            var sum = 0.0
            for e in offsets[v]..<offsets[v + 1] where Int(targets[e]) != v { sum += Double(weights[e]) }
            return sum
        }
    }
}

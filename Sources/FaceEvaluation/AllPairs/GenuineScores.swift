import FaceCore

/// Every comparison of one person with himself, by rising similarity, with a fast way to place an impostor among them.
struct GenuineScores: Sendable {
    /// Bins over [−1, 1]. They only find a place quickly and hold what is far from every genuine score: the counts
    /// between genuine scores are exact whatever their number. 2¹⁸ counters of 4 bytes stay in the second-level cache.
    static let bins = 1 << 18

    let pairs: [ScoredRowPair]
    /// The distinct scores, rising.
    let values: [Float]
    /// Pairs with each of the distinct scores.
    let counts: [Int]
    /// For bin b the first index of `values` in it or above; one more than bins.
    let binStart: [Int32]
    /// Bit b: a genuine score lies in bin b.
    let occupied: [UInt64]

    init(_ pairs: [ScoredRowPair]) {
        self.pairs = pairs.sorted(by: ScoredRowPair.isLower)
        var (values, counts): ([Float], [Int]) = ([], [])
        for p in self.pairs {
            if values.last == p.score {
                counts[counts.count - 1] += 1
            } else {
                values.append(p.score)
                counts.append(1)
            }
        }
        var start = [Int32](repeating: 0, count: Self.bins + 1)
        var occupied = [UInt64](repeating: 0, count: Self.bins / 64)
        for v in values {
            let b = Self.bin(v)
            start[b + 1] += 1
            occupied[b >> 6] |= 1 << UInt64(b & 63)
        }
        for b in 0..<Self.bins { start[b + 1] += start[b] }
        (self.values, self.counts, binStart, self.occupied) = (values, counts, start, occupied)
    }

    /// Rises with the score; a score that rounding carried out of [−1, 1] falls in the outermost bin.
    @inline(__always) static func bin(_ s: Float) -> Int {
        let x = (s + 1) * Float(bins / 2)
        return x > 0 ? (x < Float(bins) ? Int(x) : bins - 1) : 0
    }

    /// All pairs of rows of the same identity; `members` are the rows of each.
    static func all(
        _ vectors: Matrix, members: [[Int32]], threads: Int
    ) throws(LikenessError) -> [ScoredRowPair] {
        let slots = ParallelSlots<Result<[ScoredRowPair], LikenessError>>(members.count)
        parallelFor(members.count, threads: threads, grain: 8) { k in
            if members[k].count > 1 {
                slots.set(k, Result { () throws(LikenessError) in try ofOne(vectors, members[k]) })
            }
        }
        var out: [ScoredRowPair] = []
        for part in slots.values { if let part { out += try part.get() } }
        return out
    }

    /// The rows of an identity are gathered and multiplied in blocks of 480 (whole panels), so that its size does not matter.
    private static func ofOne(_ vectors: Matrix, _ rows: [Int32]) throws(LikenessError) -> [ScoredRowPair] {
        let own = vectors.rows(at: rows.map(Int.init))
        let tile = try SimilarityTile(own, own, threads: 1)
        var out: [ScoredRowPair] = []
        out.reserveCapacity(rows.count * (rows.count - 1) / 2)
        let block = min(480, rows.count)
        var scores = [Float](repeating: 0, count: block * block)
        for a in stride(from: 0, to: rows.count, by: block) {
            for b in stride(from: a, to: rows.count, by: block) {
                let (high, wide) = (a..<min(a + block, rows.count), b..<min(b + block, rows.count))
                scores.withUnsafeMutableBufferPointer { tile.products(high, wide, into: $0.baseAddress!) }
                for i in high {
                    for j in wide where j > i {
                        let s = scores[(i - a) * wide.count + j - b]
                        out.append(ScoredRowPair(score: s, first: rows[i], second: rows[j]))
                    }
                }
            }
        }
        return out
    }
}

public import FaceCore

/// Synthetic vectors with their truth, row by row, shuffled.
public struct SyntheticSet: Sendable {
    /// What a row is.
    public enum Kind: Int32, Sendable, CaseIterable {
        case plain, hard, bridge, duplicate, outlier
    }

    /// n×d, unit rows.
    public var vectors: Matrix
    /// The identity that each row is said to be of; outliers have one each.
    public var labels: [Int32]
    /// The identity that each row is of: other than `labels` only with label noise.
    public var truth: [Int32]
    /// Age of each row within its identity, in 0..<1.
    public var times: [Float]
    public var kinds: [Kind]
}

extension SyntheticIdentities {
    /// All rows in memory. Throws `cancelled`.
    public func make(
        threads: Int = availableThreads(), cancellation: Cancellation? = nil
    ) throws(LikenessError) -> SyntheticSet {
        var vectors = Matrix(rows: rows, columns: recipe.dimension)
        let (stride, d) = (vectors.stride, recipe.dimension)
        let details = try vectors.withUnsafeMutableRows { (base) throws(LikenessError) in
            nonisolated(unsafe) let base = base
            return try paintAll(threads: threads, progress: nil, cancellation: cancellation) { place, row in
                (base + place * stride).update(from: row.values, count: d)
            }
        }
        return SyntheticSet(
            vectors: vectors, labels: details.labels, truth: details.truth, times: details.times, kinds: details.kinds)
    }

    /// What is known of the rows beside their vectors.
    struct Details {
        var labels: [Int32]
        var truth: [Int32]
        var times: [Float]
        var kinds: [SyntheticSet.Kind]
    }

    /// Makes every row and hands it out with its place, from several threads in any order.
    func paintAll(
        threads: Int, progress: ProgressMeter?, cancellation: Cancellation?,
        emit: @Sendable (Int, IdentityPainter.Row) throws(LikenessError) -> Void
    ) throws(LikenessError) -> Details {
        let places = shuffledPlaces()
        var details = Details(
            labels: [], truth: [Int32](repeating: 0, count: rows), times: [Float](repeating: 0, count: rows),
            kinds: [SyntheticSet.Kind](repeating: .plain, count: rows))
        let chunk = 32
        let chunks = (identities + chunk - 1) / chunk
        try details.withUnsafeParts { (truth, times, kinds) throws(LikenessError) in
            nonisolated(unsafe) let (truth, times, kinds) = (truth, times, kinds)
            @Sendable func put(_ row: Int, _ label: Int, _ made: IdentityPainter.Row) throws(LikenessError) {
                let place = Int(places[row])
                (truth[place], times[place], kinds[place]) = (Int32(label), made.time, made.kind)
                try emit(place, made)
            }
            try parallelFor(chunks + 1, threads: threads, cancellation: cancellation) { (c) throws(LikenessError) in
                let painter = IdentityPainter(self)
                if c == chunks {
                    for j in 0..<outliers {
                        try painter.paintOutlier(j) { (made) throws(LikenessError) in
                            try put(offsets[identities] + j, identities + j, made)
                        }
                    }
                }
                for i in c * chunk..<max(c * chunk, min(identities, (c + 1) * chunk)) {
                    try painter.paint(i) { (r, made) throws(LikenessError) in try put(offsets[i] + r, i, made) }
                    progress?.advance(by: offsets[i + 1] - offsets[i])
                }
            }
        }
        details.labels = noisy(details.truth)
        progress?.finish()
        return details
    }

    /// The place of each row in the file.
    private func shuffledPlaces() -> [UInt32] {
        var random = SeededRandom(seed: key(.shuffle))
        var places = (0..<UInt32(rows)).map { $0 }
        places.shuffle(using: &random)
        return places
    }

    private func noisy(_ truth: [Int32]) -> [Int32] {
        guard recipe.labelNoise > 0, identities > 0 else { return truth }
        var random = SeededRandom(seed: key(.labels))
        return truth.map { label in
            random.unit() < recipe.labelNoise ? Int32.random(in: 0..<Int32(identities), using: &random) : label
        }
    }
}

extension SyntheticIdentities.Details {
    fileprivate mutating func withUnsafeParts(
        _ body: (
            UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<SyntheticSet.Kind>
        ) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        guard !truth.isEmpty else { return }
        try truth.withUnsafeMutableBufferPointer { (a) throws(LikenessError) in
            try times.withUnsafeMutableBufferPointer { (b) throws(LikenessError) in
                try kinds.withUnsafeMutableBufferPointer { (c) throws(LikenessError) in
                    try body(a.baseAddress!, b.baseAddress!, c.baseAddress!)
                }
            }
        }
    }
}

public import FaceCore

/// Searches probes in a gallery of one or several entries an identity, by the cosine, in blocks.
public struct GallerySearch: Sendable {
    /// Entries of unit length, those of one identity together.
    private let entries: Matrix
    /// The identity of each entry, rising.
    private let owners: [Int]
    private let places: [Int: Range<Int>]
    public var identities: Int { places.count }

    /// Throws `length-mismatch`, `empty` and `non-finite` (with the row).
    public init(_ gallery: Matrix, identities: [Int]) throws(LikenessError) {
        guard gallery.rows == identities.count else {
            throw LikenessError(.lengthMismatch, "\(gallery.rows) entries come with \(identities.count) identities")
        }
        guard gallery.rows > 0 else { throw LikenessError(.emptyInput, "the gallery is empty") }
        let order = identities.indices.sorted { (identities[$0], $0) < (identities[$1], $1) }
        owners = order.map { identities[$0] }
        entries = try unitRows(gallery).0.rows(at: order)
        var places: [Int: Range<Int>] = [:]
        for (k, owner) in owners.enumerated() { places[owner] = (places[owner]?.lowerBound ?? k)..<k + 1 }
        self.places = places
    }

    /// The outcome of each probe, in order. Throws `length-mismatch`, `dimension-mismatch` and `non-finite`.
    public func search(
        _ probes: Matrix, identities: [Int], threads: Int = availableThreads()
    ) throws(LikenessError) -> [ProbeOutcome] {
        guard probes.rows == identities.count else {
            throw LikenessError(.lengthMismatch, "\(probes.rows) probes come with \(identities.count) identities")
        }
        let tile = try SimilarityTile(unitRows(probes).0, entries, threads: threads)
        let block = 240
        let blocks = (probes.rows + block - 1) / block
        let slots = ParallelSlots<[ProbeOutcome]>(blocks)
        parallelFor(blocks, threads: threads) { b in
            let rows = b * block..<min((b + 1) * block, probes.rows)
            slots.set(b, search(tile, rows, identities))
        }
        return slots.values.flatMap { $0 ?? [] }
    }

    private func search(_ tile: SimilarityTile, _ rows: Range<Int>, _ identities: [Int]) -> [ProbeOutcome] {
        let wide = 2016
        let scores = UnsafeMutablePointer<Float>.allocate(capacity: max(rows.count * wide, entries.rows))
        defer { scores.deallocate() }
        var probes = rows.map { i -> ProbeSearch in
            guard let own = places[identities[i]] else { return ProbeSearch(identity: identities[i], mate: nil) }
            tile.products(i..<i + 1, own, into: scores)
            let mate = UnsafeBufferPointer(start: scores, count: own.count).max()
            return ProbeSearch(identity: identities[i], mate: mate)
        }
        for start in stride(from: 0, to: entries.rows, by: wide) {
            let columns = start..<min(start + wide, entries.rows)
            tile.products(rows, columns, into: scores)
            for k in probes.indices {
                let row = UnsafeBufferPointer(start: scores + k * columns.count, count: columns.count)
                probes[k].meet(row, owners[columns])
            }
        }
        return probes.map { $0.outcome() }
    }
}

/// One probe on its way through a gallery whose entries come sorted by identity.
private struct ProbeSearch {
    let identity: Int
    let mate: Float?
    var better = 0
    var equal = 0
    var best = -Float.infinity
    /// The identity at hand and the best of its entries so far.
    var current: Int?
    var score = -Float.infinity

    init(identity: Int, mate: Float?) {
        self.identity = identity
        self.mate = mate
    }

    mutating func meet(_ scores: UnsafeBufferPointer<Float>, _ owners: ArraySlice<Int>) {
        for (s, owner) in zip(scores, owners) {
            if owner != current {
                leave()
                (current, score) = (owner, s)
            } else if s > score {
                score = s
            }
        }
    }

    private mutating func leave() {
        guard let current else { return }
        best = max(best, score)
        guard let mate, current != identity else { return }
        if score > mate { better += 1 } else if score == mate { equal += 1 }
    }

    func outcome() -> ProbeOutcome {
        var done = self
        done.leave()
        return ProbeOutcome(
            mate: mate.map(Double.init), better: done.better, equal: done.equal, best: Double(done.best))
    }
}

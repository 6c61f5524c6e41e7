public import FaceCore

/// Set-to-set verification: clips or albums are compared, not photos (YouTube Faces: Wolf, Hassner & Maoz 2011).
///
/// A set is the folder of its items. Scores of several ``SetVariant``s come from one pass over the cross scores.
public struct SetProtocol: Sendable {
    public let variants: [SetVariant]
    /// For each variant the list with its scores; the comparisons are the same in all.
    public let lists: [ScoredList]
    public let sets: Int
    /// Largest and mean number of items of a set.
    public let sizes: (largest: Int, mean: Double)

    /// `quality` (a value an item) is needed by ``SetVariant/qualityWeighted`` only. Comparisons whose set has no item are
    /// counted as missing. Throws `length-mismatch`, `non-finite`, `usage`, and what ``ScoredList`` throws.
    public init(
        _ list: ComparisonList, vectors: Matrix, names: [String], quality: [Double] = [],
        variants: [SetVariant] = SetVariant.allCases, folds: Int = 10, seed: UInt64 = 1,
        threads: Int = availableThreads()
    ) throws(LikenessError) {
        guard vectors.rows == names.count else {
            throw LikenessError(.lengthMismatch, "\(vectors.rows) vectors come with \(names.count) names")
        }
        guard quality.count == names.count || !variants.contains(.qualityWeighted) else {
            throw LikenessError(
                .usage, subject: SetVariant.qualityWeighted.rawValue, "this variant needs a quality of every item")
        }
        let sets = try SetMembers(names)
        let cross = try CrossScores(vectors, sets, quality)
        let pairs = list.comparisons.map { c in
            sets.number(c.left).flatMap { a in sets.number(c.right).map { (a, $0) } }
        }
        let slots = ParallelSlots<Result<[Double], LikenessError>>(pairs.count)
        parallelFor(pairs.count, threads: threads) { k in
            guard let (a, b) = pairs[k] else { return }
            slots.set(
                k, Result { () throws(LikenessError) in try cross.scores(a, b, variants, seed: seed &+ UInt64(k)) })
        }
        var scores = [[Double?]](repeating: [], count: variants.count)
        for (k, slot) in slots.values.enumerated() {
            let values = pairs[k] == nil ? nil : try slot?.get()
            for v in variants.indices { scores[v].append(values?[v]) }
        }
        var lists: [ScoredList] = []
        for v in variants.indices { lists.append(try ScoredList(list, scores: scores[v], folds: folds)) }
        self.variants = variants
        self.lists = lists
        self.sets = sets.members.count
        sizes = (
            sets.members.map(\.count).max() ?? 0, Double(names.count) / Double(Swift.max(1, sets.members.count))
        )
    }
}

/// The rows of each set, by the folder of the items.
private struct SetMembers: Sendable {
    let members: [[Int]]
    private let numbers: [String: Int]

    init(_ names: [String]) throws(LikenessError) {
        let labels = try LabelNumbers.ofFolders(names)
        var members = [[Int]](repeating: [], count: (labels.max() ?? -1) + 1)
        var numbers: [String: Int] = [:]
        for (row, label) in labels.enumerated() {
            members[label].append(row)
            if let cut = names[row].lastIndex(of: "/") { numbers[String(names[row][..<cut])] = label }
        }
        (self.members, self.numbers) = (members, numbers)
    }

    /// A set by its path, or by the end of it where the items lie deeper.
    func number(_ name: String) -> Int? { numbers[name] ?? numbers.first { $0.key.hasSuffix("/" + name) }?.value }
}

/// Similarities of the members of two sets, and of their templates.
private struct CrossScores: Sendable {
    private let tile: SimilarityTile
    private let places: [Range<Int>]
    private let templates: [TemplatePooling: [[Double]?]]

    init(_ vectors: Matrix, _ sets: SetMembers, _ quality: [Double]) throws(LikenessError) {
        let order = sets.members.flatMap { $0 }
        let unit = try unitRows(vectors).0.rows(at: order)
        tile = try SimilarityTile(unit, unit)
        var next = 0
        places = sets.members.map { rows in
            defer { next += rows.count }
            return next..<next + rows.count
        }
        var templates: [TemplatePooling: [[Double]?]] = [:]
        for pooling in [TemplatePooling.meanUnit, .meanRaw, .qualityWeighted] {
            if pooling == .qualityWeighted, quality.isEmpty { continue }
            templates[pooling] = sets.members.map { rows in
                // a set whose vectors cancel out has no template: it scores 0
                try? pooling.pool(
                    rows.map { vectors.row($0).map(Double.init) },
                    quality: quality.isEmpty ? [] : rows.map { quality[$0] })
            }
        }
        self.templates = templates
    }

    func scores(_ a: Int, _ b: Int, _ variants: [SetVariant], seed: UInt64) throws(LikenessError) -> [Double] {
        let (left, right) = (places[a], places[b])
        let flat = [Float](unsafeUninitializedCapacity: left.count * right.count) { buffer, count in
            if let base = buffer.baseAddress { tile.products(left, right, into: base) }
            count = left.count * right.count
        }
        let cross = left.indices.map { i in
            let start = (i - left.lowerBound) * right.count
            return flat[start..<start + right.count].map(Double.init)
        }
        var out: [Double] = []
        for variant in variants {
            if let pooling = variant.pooling {
                let (x, y) = (templates[pooling]?[a], templates[pooling]?[b])
                out.append(x.flatMap { x in y.map { y in zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } } } ?? 0)
            } else if let comparison = variant.comparison {
                out.append(try comparison.score(cross))
            } else {
                var random = SeededRandom(seed: seed)
                let drawn = (0..<100).map { _ in Double(flat.randomElement(using: &random) ?? 0) }
                out.append(compensatedSum(drawn) / 100)
            }
        }
        return out
    }
}

public import FaceCore

/// A list of comparisons scored with one set of vectors: what is measured, and what had to be left out.
public struct ScoredList: Sendable {
    /// The comparisons that could be scored, fold after fold.
    public let comparisons: [ComparisonList.Comparison]
    public let pairs: ScoredPairs
    /// Identities of both sides: the folder of the items, or groups joined by the list's own "same" pairs.
    public let identities: (left: [Int], right: [Int])
    public let folds: [Range<Int>]
    /// Whether the list declares its folds; otherwise each kind of comparison is cut into equal parts in its order.
    public let declaresFolds: Bool
    /// Comparisons whose item has no row, with the reason.
    public let missing: [LikenessError]
    /// Comparisons with an item of the exclusion list.
    public let excluded: Int

    /// The cosine of every comparison, summed in Double over rows of unit length.
    ///
    /// `folds` counts where the list declares none. Throws `length-mismatch` (names and rows), `non-finite`, what
    /// ``ScoredPairs`` throws, and `usage` for folds that do not fit.
    public init(
        _ list: ComparisonList, vectors: Matrix, index: ItemIndex, excluding exclusions: ExclusionList? = nil,
        folds count: Int = 10
    ) throws(LikenessError) {
        guard vectors.rows == index.names.count else {
            throw LikenessError(.lengthMismatch, "\(vectors.rows) vectors come with \(index.names.count) names")
        }
        let unit = try unitRows(vectors).0
        try self.init(list, excluding: exclusions, folds: count) { c throws(LikenessError) in
            Self.cosine(unit, try index.row(c.left), try index.row(c.right))
        }
    }

    /// Comparisons that were scored before, one value each; nil where a side could not be scored.
    public init(_ list: ComparisonList, scores: [Double?], folds count: Int = 10) throws(LikenessError) {
        guard scores.count == list.comparisons.count else {
            throw LikenessError(.lengthMismatch, "\(list.comparisons.count) comparisons have \(scores.count) scores")
        }
        var next = 0
        try self.init(list, excluding: nil, folds: count) { c throws(LikenessError) in
            defer { next += 1 }
            guard let score = scores[next] else {
                throw LikenessError(.itemMissing, subject: "\(c.left) – \(c.right)", "a side has nothing to compare")
            }
            return score
        }
    }

    private init(
        _ list: ComparisonList, excluding exclusions: ExclusionList?, folds count: Int,
        score: (ComparisonList.Comparison) throws(LikenessError) -> Double
    ) throws(LikenessError) {
        var (kept, scores, missing, excluded) = ([Int](), [Double](), [LikenessError](), 0)
        for (k, c) in list.comparisons.enumerated() {
            if let exclusions, exclusions.contains(c.left) || exclusions.contains(c.right) {
                excluded += 1
                continue
            }
            do throws(LikenessError) {
                scores.append(try score(c))
                kept.append(k)
            } catch { missing.append(error) }
        }
        let same = kept.map { list.comparisons[$0].same }
        let (order, folds) =
            list.folds.isEmpty ? try Self.stratified(same, count) : Self.declared(list.folds, kept)
        comparisons = order.map { list.comparisons[kept[$0]] }
        pairs = try ScoredPairs(scores: order.map { scores[$0] }, same: order.map { same[$0] })
        identities = Self.identities(comparisons)
        (self.folds, declaresFolds) = (folds, !list.folds.isEmpty)
        (self.missing, self.excluded) = (missing, excluded)
    }

    private static func cosine(_ rows: Matrix, _ i: Int, _ j: Int) -> Double {
        rows.withRow(i) { a in
            rows.withRow(j) { b in
                var sum = 0.0
                for k in a.indices { sum += Double(a[k]) * Double(b[k]) }
                return sum
            }
        }
    }

    /// The list's folds without the comparisons that were left out.
    private static func declared(_ folds: [Range<Int>], _ kept: [Int]) -> ([Int], [Range<Int>]) {
        let ranges = folds.map { fold in
            kept.partitioningIndex { $0 >= fold.lowerBound }..<kept.partitioningIndex { $0 >= fold.upperBound }
        }
        return (Array(kept.indices), ranges.filter { !$0.isEmpty })
    }

    /// Folds with equal parts of both kinds: a list that gives all genuine comparisons first would otherwise have
    /// folds of one kind.
    private static func stratified(_ same: [Bool], _ count: Int) throws(LikenessError) -> ([Int], [Range<Int>]) {
        let genuine = same.indices.filter { same[$0] }
        let impostor = same.indices.filter { !same[$0] }
        guard count >= 2, count <= max(2, min(genuine.count, impostor.count)) else {
            throw LikenessError(
                .usage, subject: "folds",
                "\(genuine.count) + \(impostor.count) comparisons cannot be cut into \(count) folds")
        }
        var (order, folds): ([Int], [Range<Int>]) = ([], [])
        for f in 0..<count {
            let start = order.count
            for kind in [genuine, impostor] {
                order += kind[f * kind.count / count..<(f + 1) * kind.count / count]
            }
            if order.count > start { folds.append(start..<order.count) }
        }
        return (order, folds)
    }

    private static func identities(_ comparisons: [ComparisonList.Comparison]) -> (left: [Int], right: [Int]) {
        let folders = comparisons.map { (folder($0.left), folder($0.right)) }
        let agree = zip(comparisons, folders).allSatisfy { c, f in
            f.0 != nil && f.1 != nil && (f.0 == f.1) == c.same
        }
        if agree {
            let numbers = LabelNumbers.of(folders.flatMap { [String($0.0 ?? ""), String($0.1 ?? "")] })
            return (
                comparisons.indices.map { numbers[2 * $0] }, comparisons.indices.map { numbers[2 * $0 + 1] }
            )
        }
        var groups = ItemGroups(comparisons.flatMap { [$0.left, $0.right] })
        for c in comparisons where c.same { groups.join(c.left, c.right) }
        return (comparisons.map { groups.group($0.left) }, comparisons.map { groups.group($0.right) })
    }

    private static func folder(_ item: String) -> Substring? {
        let parts = item.split(separator: "/")
        return parts.count > 1 ? parts[parts.count - 2] : nil
    }
}

/// Items joined into groups (union by halving paths).
private struct ItemGroups {
    private var parent: [Int]
    private let number: [String: Int]

    init(_ items: [String]) {
        let names = Set(items).sorted()
        number = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        parent = Array(names.indices)
    }

    mutating func join(_ a: String, _ b: String) {
        let (i, j) = (group(a), group(b))
        parent[max(i, j)] = min(i, j)
    }

    mutating func group(_ item: String) -> Int {
        var i = number[item] ?? 0
        while parent[i] != i {
            parent[i] = parent[parent[i]]
            i = parent[i]
        }
        return i
    }
}

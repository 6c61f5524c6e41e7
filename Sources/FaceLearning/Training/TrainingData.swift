public import FaceCore
public import FaceVision

/// What a run learns from: chips by number with their classes, and pairs of strangers' chips to be tested on.
public struct TrainingData: Sendable {
    /// Chips of identities that are learned, numbered 0…C−1.
    public let labels: [Int]
    public let classes: [String]
    /// Where each training chip comes from, for mixtures.
    public let domains: [String?]
    /// Changes when items or labels do.
    public let fingerprint: String
    /// Pairs of chips of identities that are not learned.
    public let pairs: [(first: Int, second: Int, same: Bool)]
    private let chipOf: @Sendable (Int) -> Raster
    private let heldOutOf: @Sendable (Int) -> Raster

    /// `chip` gives an item's chip by its number in the data set; `labels` are numbers of the data set.
    public init(
        labels: [Int], classes: [String], domains: [String?] = [], fingerprint: String, validation: Double, pairs: Int,
        seed: UInt64, chip: @escaping @Sendable (Int) -> Raster
    ) throws(LikenessError) {
        let held = Self.heldOut(classes.count, validation, seed)
        let learned = classes.indices.filter { !held.contains($0) }
        let number = Dictionary(uniqueKeysWithValues: learned.enumerated().map { ($1, $0) })
        let items = labels.indices.filter { number[labels[$0]] != nil }
        self.labels = items.map { number[labels[$0], default: 0] }
        self.classes = learned.map { classes[$0] }
        self.domains = domains.isEmpty ? [] : items.map { domains[$0] }
        self.fingerprint = fingerprint
        chipOf = { chip(items[$0]) }
        heldOutOf = chip
        self.pairs = Self.pairs(labels, held, pairs, seed)
        guard self.classes.count >= 2 else {
            throw LikenessError(
                .trainingInput, subject: "data", "\(self.classes.count) identities are too few to learn")
        }
    }

    public init(
        _ data: FaceDataset, chips: ChipStore, validation: Double, pairs: Int, seed: UInt64
    ) throws(LikenessError) {
        guard chips.count == data.items.count, chips.fingerprint == data.fingerprint else {
            throw LikenessError(
                .trainingInput, subject: "chips", "were decoded from other data", remedy: "remove the store of chips")
        }
        try self.init(
            labels: data.items.map(\.label), classes: data.classes, domains: data.items.map(\.domain),
            fingerprint: data.fingerprint, validation: validation, pairs: pairs, seed: seed
        ) { chips.chip($0) }
    }

    /// These data with unlabelled chips under pseudo-labels: classes of their own after the labelled ones, in the domain
    /// ``unlabelled``, while the others are in ``labelled``. Labels below 0 are left out; pairs stay as they are.
    public func joined(
        pseudoLabels: [Int], chip: @escaping @Sendable (Int) -> Raster
    ) throws(LikenessError) -> TrainingData {
        let kept = pseudoLabels.indices.filter { pseudoLabels[$0] >= 0 }
        let groups = (pseudoLabels.max() ?? -1) + 1
        guard groups > 0 else {
            throw LikenessError(
                .trainingInput, subject: "unlabelled", "no group of faces can be trusted",
                remedy: "add pictures, or begin with better weights")
        }
        var digest = SHA256()
        digest.update(Array("\(fingerprint)\n\(pseudoLabels)".utf8))
        let (first, count) = (self, labels.count)
        return TrainingData(
            labels: labels + kept.map { pseudoLabels[$0] + classes.count },
            classes: classes + (0..<groups).map { "pseudo-\($0)" },
            domains: [String?](repeating: Self.labelled, count: count)
                + [String?](repeating: Self.unlabelled, count: kept.count),
            fingerprint: digest.hex(), pairs: pairs, chip: { $0 < count ? first.chip($0) : chip(kept[$0 - count]) },
            heldOut: { first.heldOutChip($0) })
    }

    public static let labelled = "labelled"
    public static let unlabelled = "unlabelled"

    private init(
        labels: [Int], classes: [String], domains: [String?], fingerprint: String,
        pairs: [(first: Int, second: Int, same: Bool)], chip: @escaping @Sendable (Int) -> Raster,
        heldOut: @escaping @Sendable (Int) -> Raster
    ) {
        (self.labels, self.classes, self.domains, self.fingerprint) = (labels, classes, domains, fingerprint)
        (self.pairs, chipOf, heldOutOf) = (pairs, chip, heldOut)
    }

    /// The chip of a training item.
    public func chip(_ i: Int) -> Raster { chipOf(i) }
    /// The chip of a member of `pairs`.
    public func heldOutChip(_ i: Int) -> Raster { heldOutOf(i) }

    private static func heldOut(_ classes: Int, _ share: Double, _ seed: UInt64) -> Set<Int> {
        var random = SeededRandom(seed: seed ^ 0x5EED)
        var order = Array(0..<classes)
        order.shuffle(using: &random)
        return Set(order.prefix(Int((share * Double(classes)).rounded())))
    }

    /// Half of one identity, half of two, alternating, so that folds are balanced; none twice.
    private static func pairs(
        _ labels: [Int], _ held: Set<Int>, _ count: Int, _ seed: UInt64
    ) -> [(first: Int, second: Int, same: Bool)] {
        var byClass: [Int: [Int]] = [:]
        for (i, label) in labels.enumerated() where held.contains(label) { byClass[label, default: []].append(i) }
        let classes = byClass.keys.sorted()
        let several = classes.filter { byClass[$0, default: []].count > 1 }
        guard classes.count > 1, !several.isEmpty else { return [] }
        var random = SeededRandom(seed: seed ^ 0x9A125)
        func pick<T>(_ list: [T]) -> T { list[Int(random.next() % UInt64(list.count))] }
        var (out, used, tries) = ([(first: Int, second: Int, same: Bool)](), Set<[Int]>(), 0)
        while out.count < count, tries < 20 * count {
            tries += 1
            let same = out.count.isMultiple(of: 2)
            let a = same ? pick(several) : pick(classes)
            let b = same ? a : pick(classes)
            if !same && a == b { continue }
            let (i, j) = (pick(byClass[a, default: []]), pick(byClass[b, default: []]))
            guard i != j, used.insert([min(i, j), max(i, j)]).inserted else { continue }
            out.append((i, j, same))
        }
        return out
    }
}

public import FaceCore
public import FaceEvaluation
public import FaceVision
internal import Foundation

/// A list of comparisons with the chips that it names, each once.
public struct EvaluationSet: Sendable {
    public let recipe: EvaluationRecipe
    /// The comparisons whose chips are both there, folds with them.
    public let list: ComparisonList
    /// Items of the list that have no chip.
    public let missing: [String]
    /// Names of the chips, in the order of ``chip(_:)``.
    public let names: [String]
    private let store: ChipStore

    public func chip(_ i: Int) -> Raster { store.chip(i) }

    /// Reads the list, finds its chips and decodes them once, into `store`.
    ///
    /// Throws what reading throws, `usage` for a name that is no file name, and `training-input` when fewer than a quarter
    /// of the comparisons have their chips: that is the wrong folder.
    public init(
        _ recipe: EvaluationRecipe, width: Int, height: Int, store path: String, threads: Int = availableThreads()
    ) throws(LikenessError) {
        let isName = recipe.name.utf8.allSatisfy { c in
            (97...122).contains(c) || (65...90).contains(c) || (48...57).contains(c) || c == 45
        }
        guard isName, !recipe.name.isEmpty else {
            throw LikenessError(
                .usage, subject: "evaluation", "'\(recipe.name)' is no name of letters, digits and hyphens")
        }
        let whole =
            recipe.pairs.hasSuffix(".csv")
            ? try CSVPairs.read(path: recipe.pairs) : try LFWPairs.read(path: recipe.pairs)
        var found: [String: String] = [:]
        var absent: [String] = []
        for item in Self.items(whole) {
            if let file = Self.file(item, in: recipe.chips) { found[item] = file } else { absent.append(item) }
        }
        let present = found
        let list = Self.kept(whole) { present[$0.left] != nil && present[$0.right] != nil }
        guard list.comparisons.count * 4 >= whole.comparisons.count else {
            throw LikenessError(
                .trainingInput, subject: recipe.chips,
                "holds the chips of \(list.comparisons.count) of \(whole.comparisons.count) comparisons only",
                remedy: "cut them with `likeness train chips`")
        }
        let names = Self.items(list)
        let data = try FaceDataset(
            items: names.map { (present[$0] ?? $0, recipe.name, nil) }, minimum: 1, subject: recipe.chips)
        if let known = try? ChipStore(path), known.fingerprint == data.fingerprint, known.width == width {
            store = known
        } else {
            let failures = try ChipStore.build(data, width: width, height: height, to: path, threads: threads)
            if let first = failures.first { throw first }
            store = try ChipStore(path)
        }
        (self.recipe, self.list, self.names, missing) = (recipe, list, names, absent)
    }

    /// How well rows in the order of ``names`` tell the comparisons apart: accuracy by folds, and every score.
    public func result(_ rows: Matrix) throws(LikenessError) -> (result: VerificationResult, scored: ScoredList) {
        let scored = try ScoredList(list, vectors: rows, index: ItemIndex(names: names))
        return (try VerificationResult.evaluate(scored.pairs, folds: scored.folds), scored)
    }

    /// The names of a list, each once, in the order in which they first come.
    private static func items(_ list: ComparisonList) -> [String] {
        var seen: Set<String> = []
        return list.comparisons.flatMap { [$0.left, $0.right] }.filter { seen.insert($0).inserted }
    }

    private static func kept(
        _ list: ComparisonList, _ holds: (ComparisonList.Comparison) -> Bool
    ) -> ComparisonList {
        var out = ComparisonList(comparisons: [], columns: list.columns)
        guard !list.folds.isEmpty else {
            out.comparisons = list.comparisons.filter(holds)
            return out
        }
        for fold in list.folds {
            let start = out.comparisons.count
            out.comparisons += list.comparisons[fold].filter(holds)
            if out.comparisons.count > start { out.folds.append(start..<out.comparisons.count) }
        }
        return out
    }

    /// The file of an item, whatever picture's ending it has. Names do not leave the folder.
    private static func file(_ item: String, in folder: String) -> String? {
        guard !item.hasPrefix("/"), !item.split(separator: "/").contains("..") else { return nil }
        let stem = item.lastIndex(of: ".").map { String(item[..<$0]) } ?? item
        return ([item] + [".png", ".jpg", ".jpeg"].map { stem + $0 }).map { "\(folder)/\($0)" }
            .first { FileManager.default.isReadableFile(atPath: $0) }
    }
}

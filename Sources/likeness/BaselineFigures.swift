import FaceCore
import FaceEvaluation

/// What a method reaches on LFW.
struct LFWFigures: Encodable {
    let method: String
    /// What it learns from, in the words of the protocol's categories.
    let learnsFrom: String
    let accuracy: Double
    let standardError: Double
    let auc: Double
    let eer: Double
    /// TAR at FAR 1e-2.
    let trueAcceptRate: Double

    init(_ method: String, learnsFrom: String, scores: [Double], _ list: BaselinePairs) throws(LikenessError) {
        let pairs = try ScoredPairs(scores: scores, same: list.comparisons.map(\.same))
        let result = try VerificationResult.evaluate(pairs, folds: list.folds, rule: .midpointMean)
        self.method = method
        self.learnsFrom = learnsFrom
        (accuracy, standardError) = (result.accuracy, result.standardError)
        (auc, eer) = (result.auc, result.eer)
        trueAcceptRate = try result.curve.operatingPoint(far: 1e-2).trueAcceptRate
    }
}

/// What a method reaches on the ORL faces.
struct ORLFigures: Encodable {
    let method: String
    /// Rank-1 identification: five first photos of a person known, five last asked.
    let firstFive: Double
    /// Mean and sample deviation over random halves.
    let mean: Double
    let deviation: Double
    /// Verification of people 21–40, learnt on people 1–20; nil for a method that only identifies.
    let auc: Double?
    let trueAcceptRate: Double?
}

/// A list of comparisons in folds, its photos as rows.
struct BaselinePairs {
    let comparisons: [ComparisonList.Comparison]
    let folds: [Range<Int>]
    /// Photos that occur, and the rows of both sides of each comparison.
    let photos: [String]
    let rows: [(Int, Int)]
    /// Comparisons with a photo that is not there.
    let missing: Int
    let name: String

    /// Comparisons whose photos `exists` knows. A list without folds is cut into ten, each with a tenth of both kinds.
    init(path: String, exists: (String) -> Bool) throws(LikenessError) {
        let (list, name) = try PairsFile.read(path)
        let present = list.comparisons.indices.filter {
            exists(list.comparisons[$0].left) && exists(list.comparisons[$0].right)
        }
        var (order, folds): ([Int], [Range<Int>]) = ([], [])
        let kinds = [true, false].map { same in present.filter { list.comparisons[$0].same == same } }
        for f in 0..<max(10, list.folds.count) {
            let start = order.count
            if list.folds.isEmpty {
                for kind in kinds { order += kind[f * kind.count / 10..<(f + 1) * kind.count / 10] }
            } else if f < list.folds.count {
                order += present.filter { list.folds[f].contains($0) }
            }
            if order.count > start { folds.append(start..<order.count) }
        }
        guard folds.count >= 2 else {
            throw LikenessError(
                .badData, subject: path, "hardly a photo of this list is there", remedy: "check the folder of photos")
        }
        comparisons = order.map { list.comparisons[$0] }
        self.folds = folds
        self.name = name
        missing = list.comparisons.count - present.count
        var numbers: [String: Int] = [:]
        var photos: [String] = []
        func row(_ photo: String) -> Int {
            if let known = numbers[photo] { return known }
            numbers[photo] = photos.count
            photos.append(photo)
            return photos.count - 1
        }
        rows = comparisons.map { (row($0.left), row($0.right)) }
        self.photos = photos
    }

    /// Rows that occur outside a fold, in rising order.
    func trainingRows(without fold: Range<Int>) -> [Int] {
        var used = [Bool](repeating: false, count: photos.count)
        for i in rows.indices where !fold.contains(i) {
            used[rows[i].0] = true
            used[rows[i].1] = true
        }
        return used.indices.filter { used[$0] }
    }

    /// Cosines of the comparisons of a fold.
    func cosines(_ vectors: Matrix, of fold: Range<Int>) -> [Double] {
        var unit = vectors
        unit.normaliseRows(threads: 1)
        return fold.map { Double(unit.dot(rows[$0].0, unit, rows[$0].1)) }
    }
}

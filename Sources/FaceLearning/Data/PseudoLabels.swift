public import FaceCore
internal import FaceSpace
internal import Foundation

/// Identities for pictures that have none: their embeddings clustered, and only the clusters kept that can be trusted.
///
/// What a similarity means in the space of the model at hand is learned from the labelled faces. Faces near a labelled
/// identity are left out (they are probably that person, and would be taught to be another), then the rest is grouped by
/// the default method, and groups of `minimum`…`maximum` faces whose mean inner cosine is high are kept.
public struct PseudoLabels: Sendable {
    public struct Options: Sendable, Hashable, Codable {
        /// Sizes of the groups that are kept.
        public var minimum = 5
        public var maximum = 300
        /// False-accept rate of the cosine to a labelled centre from which a face counts as that person.
        public var overlapRate = 1e-3
        /// False-accept rate of the cosine that the pairs of a group must have on the average.
        public var innerRate = 1e-3

        public init() {}
    }

    /// A group for each unlabelled face, 0… in the order of first faces; −1 for those that are left out.
    public let labels: [Int]
    public let groups: Int
    /// Faces left out because a labelled identity is near, their group is too small or too large, or too loose.
    public let near: Int
    public let wrongSize: Int
    public let loose: Int

    public var kept: Int { labels.count { $0 >= 0 } }

    /// Unit-length rows of both, and the identities 0… of the labelled ones.
    ///
    /// Throws `training-input` when the labelled faces do not show what a similarity means (no pair of one person or of
    /// two), and what grouping throws. O(n²·d) for n unlabelled faces.
    public init(
        _ unlabelled: Matrix, labelled: Matrix, identities: [Int], options: Options = Options(), seed: UInt64 = 1,
        threads: Int = availableThreads()
    ) throws(LikenessError) {
        guard labelled.rows == identities.count, labelled.columns == unlabelled.columns else {
            throw LikenessError(
                .dimensionMismatch, subject: "unlabelled",
                "\(unlabelled.columns) values a face and \(labelled.columns), \(identities.count) identities for "
                    + "\(labelled.rows) faces")
        }
        let calibration = try Self.calibration(labelled, identities, seed: seed)
        let nearest = Self.centres(labelled, identities)
        let overlap = calibration.threshold(falseAcceptRate: options.overlapRate)
        let best = try nearest.topNeighbours(of: unlabelled, k: 1, threads: threads).similarities
        let free = (0..<unlabelled.rows).filter { best[$0] < overlap }
        near = unlabelled.rows - free.count
        var labels = [Int](repeating: -1, count: unlabelled.rows)
        var (groups, wrongSize, loose) = (0, 0, 0)
        if free.count > 1 {
            let space = EmbeddingSpace(
                id: "pseudo-labels", dimension: unlabelled.columns, metric: .cosine, normalised: true,
                calibration: calibration)
            let rows = unlabelled.rows(at: free)
            let grouping = try EvidenceClusterer().group(ClusteringInput(vectors: rows, space: space), threads: threads)
            var members: [Int: [Int]] = [:]
            for (i, label) in grouping.labels.enumerated() where label >= 0 { members[label, default: []].append(i) }
            wrongSize += grouping.labels.count { $0 < 0 }
            let inner = Double(calibration.threshold(falseAcceptRate: options.innerRate))
            for (_, faces) in members.sorted(by: { $0.value[0] < $1.value[0] }) {
                if !(options.minimum...options.maximum).contains(faces.count) {
                    wrongSize += faces.count
                } else if Self.meanCosine(rows, faces) < inner {
                    loose += faces.count
                } else {
                    for face in faces { labels[free[face]] = groups }
                    groups += 1
                }
            }
        }
        (self.labels, self.groups, self.wrongSize, self.loose) = (labels, groups, wrongSize, loose)
    }

    /// Mean cosine of all pairs of some unit rows: (|Σ|² − n)/(n(n − 1)).
    private static func meanCosine(_ rows: Matrix, _ faces: [Int]) -> Double {
        var sum = [Double](repeating: 0, count: rows.columns)
        for face in faces { rows.withRow(face) { row in for d in sum.indices { sum[d] += Double(row[d]) } } }
        let n = Double(faces.count)
        return n < 2 ? 1 : (sum.reduce(0) { $0 + $1 * $1 } - n) / (n * (n - 1))
    }

    private static func centres(_ rows: Matrix, _ identities: [Int]) -> Matrix {
        var out = Matrix(rows: (identities.max() ?? -1) + 1, columns: rows.columns)
        var sums = [[Float]](repeating: [Float](repeating: 0, count: rows.columns), count: out.rows)
        for (i, c) in identities.enumerated() {
            rows.withRow(i) { row in for d in row.indices { sums[c][d] += row[d] } }
        }
        for (c, sum) in sums.enumerated() { out.setRow(c, sum) }
        out.normaliseRows()
        return out
    }

    // MARK: What a similarity means

    /// Fitted on up to 100,000 pairs of each kind.
    static func calibration(
        _ rows: Matrix, _ identities: [Int], seed: UInt64
    ) throws(LikenessError) -> Calibration {
        var byIdentity: [Int: [Int]] = [:]
        for (i, c) in identities.enumerated() { byIdentity[c, default: []].append(i) }
        let several = byIdentity.keys.sorted().filter { byIdentity[$0, default: []].count > 1 }
        guard !several.isEmpty, byIdentity.count > 1 else {
            throw LikenessError(
                .trainingInput, subject: "labelled faces",
                "show no pair of one person, or none of two: a similarity means nothing yet")
        }
        var random = SeededRandom(seed: seed ^ 0xCA11B)
        func pick<T>(_ list: [T]) -> T { list[Int(random.next() % UInt64(list.count))] }
        var (genuine, impostor) = ([Double](), [Double]())
        for _ in 0..<100_000 {
            let faces = byIdentity[pick(several), default: []]
            let (i, j) = (pick(faces), pick(faces))
            if i != j { genuine.append(Double(rows.dot(i, rows, j))) }
            let (a, b) = (Int(random.next() % UInt64(rows.rows)), Int(random.next() % UInt64(rows.rows)))
            if identities[a] != identities[b] { impostor.append(Double(rows.dot(a, rows, b))) }
        }
        impostor.sort(by: >)
        let points = [1e-1, 1e-2, 1e-3, 1e-4].map { rate in
            Calibration.OperatingPoint(
                falseAcceptRate: rate,
                similarity: impostor[min(impostor.count - 1, Int(rate * Double(impostor.count)))])
        }
        let (slope, intercept) = logistic(genuine, impostor)
        return Calibration(slope: slope, intercept: intercept, thresholds: points, source: "the labelled faces")
    }

    /// Logistic regression of two samples of equal weight, by Newton's steps.
    private static func logistic(_ genuine: [Double], _ impostor: [Double]) -> (slope: Double, intercept: Double) {
        var (a, b) = (1.0, 0.0)
        for _ in 0..<50 {
            // a little decay, so that samples that can be told apart wholly have an answer
            var (ga, gb, haa, hab, hbb) = (1e-6 * a, 0.0, 1e-6, 0.0, 1e-9)
            for (sample, y) in [(genuine, 1.0), (impostor, 0.0)] {
                let weight = 1 / Double(max(1, sample.count))
                for s in sample {
                    let p = 1 / (1 + Foundation.exp(-(a * s + b)))
                    let w = max(1e-12, p * (1 - p)) * weight
                    ga += (p - y) * weight * s
                    gb += (p - y) * weight
                    haa += w * s * s
                    hab += w * s
                    hbb += w
                }
            }
            let determinant = haa * hbb - hab * hab
            guard determinant > 0 else { break }
            let (da, db) = ((hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant)
            // never further than 10 at once: far away the curve is flat
            let limit = min(1, 10 / max(1e-12, abs(da)))
            (a, b) = (a - limit * da, b - limit * db)
            if abs(da) < 1e-9 * max(1, abs(a)) { break }
        }
        return (a, b)
    }
}

public import FaceCore
import Synchronization

/// Identification among many strangers: rank and verification rates against the number of distractors
/// (MegaFace challenge 1: Kemelmacher-Shlizerman et al. 2016).
///
/// A trial is an ordered pair of photos of one probe person: one is the probe, the other stands in the gallery with
/// the first D distractors; other photos of the person are never there. Ties with a distractor count against the mate.
public struct DistractorReport: Sendable {
    public struct Options: Sendable {
        /// Numbers of distractors to report, rising; the number given is added where it is not among them.
        public var sizes = [10, 100, 1_000, 10_000, 100_000, 1_000_000]
        public var ranks = [1, 5, 10]
        public var rates = [1e-3, 1e-4, 1e-5, 1e-6]
        /// Rows of a noise list: left out on either side, and counted. Name the list beside the figures.
        public var noisyProbes: Set<Int> = []
        public var noisyDistractors: Set<Int> = []
        /// Impostor comparisons listed, the most alike first.
        public var hardest = 100
        public var threads = availableThreads()

        public init() {}
    }

    public struct Row: Sendable {
        public let distractors: Int
        /// Share of trials with rank ≤ each of the options' ranks.
        public let identification: [Double]
        /// All ordered genuine pairs against all probe × distractor scores, by `step`.
        public let verification: [FalseAcceptPoint]
    }

    public let options: Options
    public let rows: [Row]
    public let probes: Int
    public let people: Int
    public let trials: Int
    /// Rows left out because a noise list names them.
    public let leftOut: (probes: Int, distractors: Int)
    /// `first` is a row of the probes, `second` of the distractors.
    public let hardest: [ScoredRowPair]

    /// `identities` names the person of each probe; those with one photo make no trial. Distractors are read in the
    /// order of their rows, a block at a time, so that they may be a mapped file larger than memory.
    /// Throws `length-mismatch`, `dimension-mismatch`, `non-finite`, `no-genuine`, `empty`.
    public static func measure(
        probes: Matrix, identities: [Int], distractors: Matrix, _ options: Options = Options()
    ) throws(LikenessError) -> DistractorReport {
        guard probes.rows == identities.count else {
            throw LikenessError(.lengthMismatch, "\(probes.rows) probes come with \(identities.count) identities")
        }
        let count = Dictionary(
            identities.indices.filter { !options.noisyProbes.contains($0) }.map { (identities[$0], 1) },
            uniquingKeysWith: +)
        let kept = identities.indices.filter {
            !options.noisyProbes.contains($0) && count[identities[$0]] ?? 0 > 1
        }
        let strangers = (0..<distractors.rows).filter { !options.noisyDistractors.contains($0) }
        guard !kept.isEmpty else { throw LikenessError(.noGenuine, "no probe person has two photos") }
        guard !strangers.isEmpty else { throw LikenessError(.emptyInput, "there is no distractor") }
        var run = try DistractorRun(
            unitRows(probes.rows(at: kept)).0, kept, LabelledRows(kept.map { identities[$0] }), distractors, strangers,
            options)
        return DistractorReport(
            options: options, rows: try run.rows(), probes: kept.count, people: run.labels.members.count,
            trials: run.trials,
            leftOut: (
                options.noisyProbes.count { probes.rows > $0 }, options.noisyDistractors.count { distractors.rows > $0 }
            ), hardest: run.hardest())
    }
}

/// One pass over the distractors.
private struct DistractorRun {
    let probes: Matrix
    /// The row of each probe in the matrix given.
    let original: [Int]
    let labels: LabelledRows
    let distractors: Matrix
    let strangers: [Int]
    let options: DistractorReport.Options
    private let genuine: GenuineScores
    private let mates: [MateTally]
    private let impostors: [ImpostorTally]
    private static let block = 2016
    private static let high = 480

    var trials: Int { mates[0].trials }

    init(
        _ probes: Matrix, _ original: [Int], _ labels: LabelledRows, _ distractors: Matrix, _ strangers: [Int],
        _ options: DistractorReport.Options
    ) throws(LikenessError) {
        guard probes.columns == distractors.columns else {
            throw LikenessError(
                .dimensionMismatch,
                "probes of \(probes.columns) values cannot meet distractors of \(distractors.columns)")
        }
        (self.probes, self.original, self.labels) = (probes, original, labels)
        (self.distractors, self.strangers, self.options) = (distractors, strangers, options)
        let pairs = try GenuineScores.all(probes, members: labels.members, threads: options.threads)
        var scores = [[Float]](repeating: [], count: probes.rows)
        for p in pairs {
            scores[Int(p.first)].append(p.score)
            scores[Int(p.second)].append(p.score)
        }
        genuine = GenuineScores(pairs + pairs)
        let workers = max(1, options.threads)
        mates = (0..<workers).map { _ in MateTally(mates: scores) }
        impostors = (0..<workers).map { [genuine, options] _ in ImpostorTally(genuine, keep: options.hardest) }
    }

    /// The sizes that are reached, and all distractors.
    mutating func rows() throws(LikenessError) -> [DistractorReport.Row] {
        let sizes = Set(options.sizes.filter { $0 > 0 && $0 < strangers.count } + [strangers.count]).sorted()
        var done = 0
        var out: [DistractorReport.Row] = []
        for size in sizes {
            try meet(done..<size)
            done = size
            out.append(try snapshot(size))
        }
        return out
    }

    private func meet(_ range: Range<Int>) throws(LikenessError) {
        let blocks = (range.count + Self.block - 1) / Self.block
        let next = Atomic<Int>(0)
        let failure = Mutex<LikenessError?>(nil)
        parallelFor(mates.count, threads: mates.count) { worker in
            let scores = UnsafeMutablePointer<Float>.allocate(capacity: Self.block * Self.high)
            defer { scores.deallocate() }
            while failure.withLock({ $0 == nil }) {
                let b = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if b >= blocks { break }
                let start = range.lowerBound + b * Self.block
                let part = start..<min(start + Self.block, range.upperBound)
                do throws(LikenessError) { try meet(part, worker, scores) } catch { failure.withLock { $0 = error } }
            }
            impostors[worker].drain()
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func meet(
        _ part: Range<Int>, _ worker: Int, _ scores: UnsafeMutablePointer<Float>
    ) throws(LikenessError) {
        let unit = try unitRows(distractors.rows(at: strangers[part])).0
        let tile = try SimilarityTile(probes, unit, threads: 1)
        for a in stride(from: 0, to: probes.rows, by: Self.high) {
            let rows = a..<min(a + Self.high, probes.rows)
            tile.products(rows, 0..<part.count, into: scores)
            for i in rows {
                let row = UnsafeBufferPointer(start: scores + (i - a) * part.count, count: part.count)
                mates[worker].add(row, probe: i)
                impostors[worker].addStrangers(row, first: i, from: part.lowerBound)
            }
        }
    }

    private func snapshot(_ size: Int) throws(LikenessError) -> DistractorReport.Row {
        let mate = MateTally(mates: mates[0].mates)
        let impostor = ImpostorTally(genuine, keep: options.hardest)
        for m in mates { mate.merge(m) }
        for i in impostors { impostor.merge(i) }
        let curve = AllPairsCurve.make(genuine, impostor)
        var points: [FalseAcceptPoint] = []
        for far in options.rates { points.append(try curve.operatingPoint(far: far)) }
        return .init(distractors: size, identification: options.ranks.map { mate.rate(rank: $0) }, verification: points)
    }

    func hardest() -> [ScoredRowPair] {
        let all = ImpostorTally(genuine, keep: options.hardest)
        for i in impostors { all.merge(i) }
        return all.largest().map {
            .init(score: $0.score, first: Int32(original[Int($0.first)]), second: Int32(strangers[Int($0.second)]))
        }
    }
}

public import FaceCore
import Synchronization

/// Verification over all pairs of rows of a labelled set, in one pass and bounded memory.
///
/// The genuine scores are all kept (n_i(n_i − 1)/2 for each identity); the impostor scores are counted between them,
/// which loses nothing: area, equal error rate and accept rates are exact for the scores as computed in Float32.
public struct AllPairsReport: Sendable {
    public struct Options: Sendable {
        /// Largest impostor scores kept with their rows: thresholds are exact as far as these reach.
        public var keptImpostors = 1 << 20
        /// Comparisons listed on either side: the most alike of different people, the least alike of one person.
        public var hardest = 100
        public var threads = availableThreads()
        public var rates = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7]
        /// Resamples of identities behind the intervals; 0 for none.
        public var resamples = 0
        public var seed: UInt64 = 1

        public init() {}
    }

    /// Rows compared, and rows left out because their identity is unknown (negative).
    public let rows: Int
    public let unknown: Int
    /// Rows of zeros: photos without a face. They are compared, with similarity 0.
    public let withoutVector: Int
    public let identities: Int
    /// Largest share of the genuine comparisons that one identity owns.
    public let largestShare: Double
    /// Points at the genuine scores and, where impostors lie between two of them, one more. Falling thresholds.
    public let curve: ReceiverCurve
    public let points: [AllPairsPoint]
    /// Most suspicious first: label errors are found here.
    public let highestImpostors: [ScoredRowPair]
    public let lowestGenuine: [ScoredRowPair]
    public let seed: UInt64
    /// nil without resamples.
    public let intervals: AllPairsIntervals?

    public var genuine: Int { curve.genuine }
    public var impostors: Int { curve.impostors }
    public var auc: Double { curve.area }
    public var eer: Double { curve.equalErrorRate() }

    /// Compares every row with every other by the cosine; rows need not be of unit length.
    ///
    /// `identities` names the person of each row by any number ≥ 0. Throws `length-mismatch`, `non-finite` (with the
    /// row), `no-genuine`, `no-impostor`, and `usage` for a rate outside 0…1.
    /// Time O(n²·d); memory O(n·d + genuine comparisons + kept impostors).
    public static func measure(
        _ vectors: Matrix, identities: [Int], _ options: Options = Options()
    ) throws(LikenessError) -> AllPairsReport {
        guard vectors.rows == identities.count else {
            throw LikenessError(.lengthMismatch, "\(vectors.rows) vectors come with \(identities.count) identities")
        }
        if let bad = options.rates.first(where: { !(0...1).contains($0) }) {
            throw LikenessError(.usage, subject: "far", "a false accept rate lies in 0…1, not \(bad)")
        }
        let known = identities.indices.filter { identities[$0] >= 0 }
        let (unit, zeros) = try unitRows(vectors.rows(at: known))
        let labels = LabelledRows(known.map { identities[$0] })
        guard labels.members.contains(where: { $0.count > 1 }) else {
            throw LikenessError(.noGenuine, "no identity has two rows")
        }
        guard labels.members.count > 1 else { throw LikenessError(.noImpostor, "all rows are of one identity") }
        let genuine = GenuineScores(
            try GenuineScores.all(unit, members: labels.members, threads: options.threads))
        let tally = try impostors(unit, labels, genuine, options)
        return AllPairsReport(
            labels, genuine, tally, options, original: known.map(Int32.init), unknown: identities.count - known.count,
            zeros: zeros)
    }

    private init(
        _ labels: LabelledRows, _ genuine: GenuineScores, _ tally: ImpostorTally, _ options: Options,
        original: [Int32], unknown: Int, zeros: Int
    ) {
        rows = original.count
        self.unknown = unknown
        withoutVector = zeros
        identities = labels.members.count
        let most = labels.members.reduce(0) { max($0, $1.count * ($1.count - 1) / 2) }
        largestShare = Double(most) / Double(genuine.pairs.count)
        curve = AllPairsCurve.make(genuine, tally)
        let largest = tally.largest()
        points = options.rates.map { AllPairsCurve.point($0, labels, genuine, tally, largest) }
        func named(_ p: ScoredRowPair) -> ScoredRowPair {
            .init(score: p.score, first: original[Int(p.first)], second: original[Int(p.second)])
        }
        highestImpostors = largest.prefix(options.hardest).map(named)
        lowestGenuine = genuine.pairs.prefix(options.hardest).map(named)
        seed = options.seed
        intervals =
            options.resamples > 0
            ? AllPairsResampling(labels, genuine, largest, curve).intervals(
                options.rates, resamples: options.resamples, seed: options.seed, threads: options.threads) : nil
    }

    /// Tiles of 480×2016 rows (whole panels) on and above the diagonal, taken by the threads in turn.
    private static func impostors(
        _ unit: Matrix, _ labels: LabelledRows, _ genuine: GenuineScores, _ options: Options
    ) throws(LikenessError) -> ImpostorTally {
        let tile = try SimilarityTile(unit, unit, threads: options.threads)
        let (n, high, wide) = (unit.rows, 480, 2016)
        let tiles = Swift.stride(from: 0, to: n, by: high).flatMap { a in
            Swift.stride(from: a, to: n, by: wide).map { b in (a..<min(a + high, n), b..<min(b + wide, n)) }
        }
        let next = Atomic<Int>(0)
        let workers = max(1, min(options.threads, tiles.count))
        let tallies = ParallelSlots<ImpostorTally>(workers)
        parallelFor(workers, threads: workers) { worker in
            let own = ImpostorTally(genuine, keep: options.keptImpostors)
            let scores = UnsafeMutablePointer<Float>.allocate(capacity: high * wide)
            defer { scores.deallocate() }
            while true {
                let t = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if t >= tiles.count { break }
                tile.products(tiles[t].0, tiles[t].1, into: scores)
                add(scores, tiles[t].0, tiles[t].1, labels, to: own)
            }
            own.drain()
            tallies.set(worker, own)
        }
        let all = tallies.values.compactMap { $0 }
        for other in all.dropFirst() { all[0].merge(other) }
        return all[0]
    }

    /// The part of a tile right of the diagonal.
    private static func add(
        _ scores: UnsafePointer<Float>, _ rows: Range<Int>, _ columns: Range<Int>, _ labels: LabelledRows,
        to tally: ImpostorTally
    ) {
        labels.numbers.withUnsafeBufferPointer { numbers in
            for i in rows {
                let start = max(columns.lowerBound, i + 1)
                guard start < columns.upperBound else { continue }
                let row = scores + (i - rows.lowerBound) * columns.count + (start - columns.lowerBound)
                tally.add(row, first: i, columns: start..<columns.upperBound, identities: numbers.baseAddress!)
            }
        }
    }
}

/// Rows by identity.
struct LabelledRows: Sendable {
    /// The identity of each row, numbered 0… by rising label.
    let numbers: [Int32]
    /// The rows of each identity.
    let members: [[Int32]]

    init(_ labels: [Int]) {
        let distinct = Set(labels).sorted()
        let number = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, Int32($0)) })
        let numbers = labels.map { number[$0] ?? 0 }
        var members = [[Int32]](repeating: [], count: distinct.count)
        for (row, k) in numbers.enumerated() { members[Int(k)].append(Int32(row)) }
        (self.numbers, self.members) = (numbers, members)
    }
}

/// A copy with rows of unit length, and how many rows were zero and stay so; throws `non-finite` with the row.
func unitRows(_ vectors: Matrix) throws(LikenessError) -> (Matrix, zeros: Int) {
    var out = vectors
    let unusable = out.normaliseRows()
    if let row = unusable.nonFinite.first {
        throw LikenessError(.nonFinite, subject: "row \(row)", "the vector holds a value that is not a number")
    }
    return (out, unusable.zero.count)
}

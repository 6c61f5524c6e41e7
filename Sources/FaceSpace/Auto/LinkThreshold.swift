import FaceCore
import Glibc

/// The similarity from which two neighbours are linked, found without labels.
///
/// With a calibration: n(n − 1) ordered pairs of strangers put a known number of links into each step of similarity; the
/// threshold is where they are one in ten of the links there are. On LFW and CelebA the true share there is 5–15 %.
///
/// Without one the tail of strangers is taken as a bell's, which knows no look-alikes. The threshold is then half way
/// from where that bell ends to the commonest similarity of the links above it.
struct LinkThreshold {
    let value: Float
    /// In words.
    let reason: String

    /// How many list entries there are at each similarity above the one that all vectors share.
    struct Histogram {
        static let bins = 200
        /// Where the first bin begins, and how wide each is.
        let start: Float
        let step: Float
        private(set) var counts = [Int](repeating: 0, count: bins)

        init(from start: Float) {
            self.start = start
            step = (1 - start) / Float(Self.bins)
        }

        mutating func add(_ similarity: Float) {
            if similarity > start { counts[min(Self.bins - 1, Int((similarity - start) / step))] += 1 }
        }

        func middle(_ bin: Int) -> Float { start + (Float(bin) + 0.5) * step }
    }

    /// Of the lists of a graph; of one with a floor, which may hide where strangers end, of the exact lists of sampled rows.
    /// Throws `graph-too-short` where links begin below the floor.
    init(_ input: ClusteringInput, _ graph: NeighbourGraph, threads: Int) throws(LikenessError) {
        guard graph.floor == -.infinity else {
            self = try LinkThreshold.sampled(input, k: graph.k, threads: threads)
            guard value >= graph.floor else {
                throw LikenessError(
                    .graphTooShort, subject: "floor = \(graph.floor)",
                    "links begin at a similarity of \(percent(value)), below that from which this graph lists neighbours",
                    remedy: "make it again without --floor, or with a lower one")
            }
            return
        }
        var histogram = Histogram(from: input.sharedSimilarity)
        for row in 0..<graph.rows {
            graph.withNeighbours(of: row) { _, similarities in for s in similarities { histogram.add(s) } }
        }
        self.init(histogram, sampled: graph.rows, input)
    }

    /// Of the exact lists of a few thousand rows. O(sample·n·d).
    static func sampled(
        _ input: ClusteringInput, k: Int, seed: UInt64 = 1, threads: Int, cancellation: Cancellation? = nil
    ) throws(LikenessError) -> LinkThreshold {
        let vectors = input.vectors
        var random = SeededRandom(seed: seed)
        let rows = Set((0..<min(sample, vectors.rows)).map { _ in Int.random(in: 0..<vectors.rows, using: &random) })
            .sorted()
        var join = NeighbourJoin(k: min(k, vectors.rows - 1) + 1)
        (join.threads, join.cancellation) = (threads, cancellation)
        let found = try join.join(
            PackedRows(vectors.rows(at: rows), kind: .int8, right: false, threads: threads),
            base: PackedRows(vectors, kind: .int8, left: false, threads: threads))
        var histogram = Histogram(from: input.sharedSimilarity)
        for (s, row) in rows.enumerated() {
            for e in s * join.k..<(s + 1) * join.k where found.indices[e] >= 0 && Int(found.indices[e]) != row {
                histogram.add(found.similarities[e])
            }
        }
        return LinkThreshold(histogram, sampled: rows.count, input)
    }

    private static let sample = 2_000

    /// Of the lists of `sampled` rows among `rows`.
    private init(_ histogram: Histogram, sampled: Int, _ input: ClusteringInput) {
        let (counts, bins, step) = (histogram.counts, Histogram.bins, histogram.step)
        func middle(_ bin: Int) -> Float { histogram.middle(bin) }
        let pairs = Double(sampled) * Double(max(0, input.count - 1))
        let scale = EvidenceScale(input.meaning)
        func strangers(_ bin: Int) -> Double {
            let low = Double(scale.nats(middle(bin) - step / 2))
            return pairs * (exp(-low) - exp(-Double(scale.nats(middle(bin) + step / 2))))
        }
        // seven bins together: single ones hold too few links of a small album
        func links(_ bin: Int) -> Double {
            Double(counts[max(0, bin - 3)...min(bins - 1, bin + 3)].reduce(0, +)) / 7
        }
        // what more than one stranger in ten reaches is no link, and below the measured rates nothing is known of strangers
        let start = (bins / 10..<bins).first { scale.nats(middle($0)) >= log(10) } ?? bins / 2
        let crossing =
            (start..<bins).first { strangers($0) <= 0.1 * links($0) } ?? bins / 2
        let odds = middle(crossing)
        guard input.space.calibration == nil else {
            value = odds
            reason = "links begin at \(percent(odds)), where strangers make one in ten of them by the calibration"
            return
        }
        let mode = (crossing..<bins).max { links($0) < links($1) } ?? crossing
        value = (odds + middle(mode)) / 2
        reason = """
            no calibration is known: links begin at \(percent(value)), half way from the reach of strangers by their \
            own random pairs (\(percent(odds))) to the commonest similarity of neighbours (\(percent(middle(mode))))
            """
    }
}

func percent(_ similarity: Float) -> String { String(Double((similarity * 1000).rounded()) / 1000) }

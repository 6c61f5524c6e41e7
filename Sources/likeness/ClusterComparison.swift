import FaceCore
import FaceEvaluation
import FaceSpace
import Foundation

/// Every method on one set of faces, each over its own sweep of settings.
struct ClusterComparison: Encodable {
    let `protocol` = "cluster-compare"
    let faces: Int
    let people: Int
    let neighbours: Int
    /// nil where the graph was given.
    let graphSeconds: Double?
    let methods: [Entry]

    enum CodingKeys: String, CodingKey { case `protocol`, faces, people, neighbours, graphSeconds, methods }

    struct Entry: Encodable {
        let method: String
        /// nil where the method cannot take so many faces, or misses something; then ``failure`` says what.
        var standard: Point?
        /// The largest pairwise F of all points: chosen with the labels.
        var best: Point?
        var points: [Point] = []
        var failure: String?
    }

    /// One run.
    struct Point: Encodable {
        let settings: [String: Double]
        /// The similarity at which the method cuts, where it has one.
        let similarity: Double?
        let pairwise: PrecisionRecall
        let bcubed: PrecisionRecall
        let nmi: Double
        let groups: Int
        let seconds: Double
        let processorSeconds: Double
        let peakBytes: Int?

        var described: String {
            settings.isEmpty
                ? "standard"
                : settings.sorted { $0.key < $1.key }.map { "\($0.key) \(String(format: "%g", $0.value))" }
                    .joined(separator: ", ")
        }
    }

    init(
        _ input: ClusteringInput, truth: [Int], methods: [ClusterMethod], k: Int, sweeps: Bool, seed: UInt64,
        threads: Int, console: Console
    ) throws(LikenessError) {
        guard truth.count == input.count else {
            throw LikenessError(.lengthMismatch, "\(truth.count) true labels stand for \(input.count) vectors")
        }
        var (faces, seconds) = (input, Double?.none)
        if input.graph == nil {
            console.progress("neighbours")
            let start = ContinuousClock.now
            let graph = try NeighbourGraph.forGrouping(input.vectors, space: input.space, k: k, threads: threads)
            seconds = (ContinuousClock.now - start) / .seconds(1)
            faces = try input.with(graph: graph)
        }
        let people = Set(truth.filter { $0 >= 0 }).count
        var entries: [Entry] = []
        for method in methods {
            entries.append(
                Self.entry(
                    method, faces, truth, ClusterSweep(method, people: people), sweeps: sweeps, seed: seed,
                    threads: threads, console: console))
        }
        console.progress("")
        self.faces = input.count
        self.people = people
        neighbours = faces.graph?.k ?? 0
        graphSeconds = seconds
        self.methods = entries
    }

    private static func entry(
        _ method: ClusterMethod, _ faces: ClusteringInput, _ truth: [Int], _ sweep: ClusterSweep, sweeps: Bool,
        seed: UInt64, threads: Int, console: Console
    ) -> Entry {
        var entry = Entry(method: method.name)
        let standards = method.settings.reduce(into: [String: Double]()) { $0[$1.name] = $1.standard }
        func attempt(_ settings: [String: Double]) {
            console.progress("\(method.name) \(settings)")
            do throws(LikenessError) {
                let clusterer = try method.make(settings, seed: seed)
                let result = try ClusterRunResult(clusterer, faces, threads: threads)
                let similarity = sweep.similarity(standards.merging(settings) { $1 })
                entry.points.append(
                    try Point(result, truth: truth, settings: settings, similarity: similarity))
            } catch {
                entry.failure = error.message
            }
        }
        attempt(sweep.given)
        entry.standard = entry.points.first
        // a method that cannot run as it is cannot with other settings either
        if sweeps, entry.standard != nil {
            sweep.points.forEach(attempt)
            if let best = entry.points.max(by: { $0.pairwise.f < $1.pairwise.f }) {
                sweep.around(best.settings).forEach(attempt)
            }
        }
        entry.best = entry.points.max { $0.pairwise.f < $1.pairwise.f }
        return entry
    }
}

extension ClusterComparison.Point {
    init(
        _ result: ClusterRunResult, truth: [Int], settings: [String: Double], similarity: Double?
    ) throws(LikenessError) {
        let report = try GroupingReport(truth: truth, predicted: result.grouping.labels)
        let metrics = report.noiseAsSingletons
        self.settings = settings
        self.similarity = similarity
        pairwise = metrics.pairwise
        bcubed = metrics.bcubed
        nmi = metrics.nmi.arithmetic
        groups = result.grouping.groupCount
        seconds = result.seconds
        processorSeconds = result.processorSeconds
        peakBytes = result.peakBytes
    }
}

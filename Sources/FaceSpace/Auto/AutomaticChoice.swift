public import FaceCore
import Glibc

/// Which method and which threshold suit some faces, chosen without labels, and why.
///
/// Up to ``fewFaces`` faces: evidence, which asks every pair. More: modules of the map equation on the neighbour lists,
/// whose threshold follows from how many links strangers make by chance (``LinkThreshold``); evidence up to
/// ``manyFaces`` with a weak embedder, whose lists hold too few of a person's links.
public struct AutomaticChoice: Sendable {
    /// A method with settings, as ``ClusterMethod/make(_:seed:)`` takes them.
    public struct Proposal: Sendable, Hashable {
        public let method: String
        public let settings: [String: Double]
        /// In words, for people.
        public let reason: String
    }

    public let chosen: Proposal
    /// What would have been next, best first.
    public let runnersUp: [Proposal]
    /// What a similarity of these vectors means: the calibration of their space, or one read off them.
    public let meaning: Calibration

    /// Albums up to this are small enough that every pair is looked at.
    public static let fewFaces = 2_000
    /// Evidence on lists takes a minute for so many.
    public static let manyFaces = 100_000
    /// Entries of a list; of a given graph, as many as it has.
    static let neighbours = 80

    /// Whether an embedder parts people so little that strangers who pass once in ten thousand look like one person almost
    /// surely (at even odds before looking): dlib's, .997; mobilefacenet-y1's is .95.
    private static func isWeak(_ calibration: Calibration) -> Bool {
        calibration.probability(calibration.threshold(falseAcceptRate: 1e-4)) > 0.99
    }

    /// False unions of evidence to be expected for each of few faces.
    ///
    /// With a weak embedder most pairs of one person lie below what .015 asks for; albums of 60 to 1,000 faces of LFW and
    /// CelebA kept a precision of .996 at .1 (docs/grouping.md). The bell that is read off random pairs knows nothing of
    /// look-alikes and relatives, whose tail is fatter: without a calibration strangers have to be far rarer.
    static func falseAccepts(_ calibration: Calibration?) -> Double {
        guard let calibration else { return 1e-5 }
        return isWeak(calibration) ? 0.1 : 0.015
    }

    /// Looks at the vectors and their neighbour lists. O(entries); makes the exact graph where `input` has none.
    /// Throws as ``ClusteringInput/neighbours(k:floor:threads:)``.
    public init(_ input: ClusteringInput, threads: Int = availableThreads()) throws(LikenessError) {
        let k = min(Self.neighbours, input.graph?.k ?? Self.neighbours)
        let graph = input.count <= Self.fewFaces ? nil : try input.neighbours(k: k, reads: .infinity, threads: threads)
        try self.init(input, graph: graph, threads: threads)
    }

    /// `graph` is `nil` for few faces.
    /// Throws `graph-too-short` for lists that begin above the similarity from which rows are linked.
    init(_ input: ClusteringInput, graph: NeighbourGraph?, threads: Int) throws(LikenessError) {
        meaning = input.meaning
        let source = input.space.calibration == nil ? "their own random pairs" : "the calibration of \(input.space.id)"
        let evidence = Proposal(
            method: "evidence",
            settings: input.space.calibration == nil ? ["falseAccepts": 1e-7] : ["falseAccepts": 0.1],
            reason: "every union weighs all pairs of two groups; the rate of strangers comes from \(source)")
        guard let graph else {
            let rate = Self.falseAccepts(input.space.calibration)
            chosen = Proposal(
                method: "evidence", settings: ["falseAccepts": rate],
                reason: """
                    \(input.count) faces are few enough to compare each with all; two groups join while fewer than \
                    \(rate) false unions a face are to be expected; what that takes comes from \(source)
                    """)
            runnersUp = [
                Proposal(
                    method: "map-equation", settings: ["threshold": 0.5],
                    reason: "modules of the neighbour lists need no calibration, but lists that are long enough")
            ]
            return
        }
        let threshold = try LinkThreshold(input, graph, threads: threads)
        let modules = Proposal(
            method: "map-equation",
            settings: ["threshold": Double(threshold.value), "neighbours": Double(min(Self.neighbours, graph.k))],
            reason: """
                \(input.count) faces: modules of the map equation hold together by most of their links, so that one \
                bridge joins nobody; \(threshold.reason)
                """)
        if let calibration = input.space.calibration, Self.isWeak(calibration), input.count <= Self.manyFaces,
            graph.floor == -.infinity
        {
            chosen = Proposal(
                method: "evidence", settings: evidence.settings,
                reason: """
                    links would begin at \(percent(threshold.value)), which most pairs of one person do not reach with this \
                    embedder; \(evidence.reason)
                    """)
            runnersUp = [modules]
            return
        }
        chosen = modules
        runnersUp = [
            evidence,
            Proposal(
                method: "aggregation-dbscan", settings: ["threshold": 0.88],
                reason: "vectors moved towards their neighbours; good where most people have more than ten photos"),
        ]
    }
}

import FaceCore
import FaceEvaluation
import Foundation
import Testing

/// Agreement of groupings: the golden values, scikit-learn's on 220 labelings, and invariants.
@Suite struct ClusteringMetricTests {
    struct Pairs: Decodable {
        var tp: Int
        var fp: Int
        var fn: Int
        var tn: Int
    }
    struct Triple: Decodable {
        var precision: Double
        var recall: Double
        var f: Double
    }
    struct Metrics: Decodable {
        var error: String?
        var n: Int?
        var clusters: Int?
        var identities: Int?
        var singletons: Int?
        var pairs: Pairs?
        var pairwise: Triple?
        var bcubed: Triple?
        var nmi: [String: Double]?
        var amiArithmetic: Double?
        var ari: Double?
        var homogeneity: Double?
        var completeness: Double?
        var v: Double?
        var fowlkesMallows: Double?
        var expansionMean: Double?
        var expansionRatio: Double?
        var mixedClusters: Int?
        var purity: Double?
        var inversePurity: Double?
    }
    struct Covered: Decodable {
        var bcubed: Triple
        var pairwise: Triple
    }
    struct Case: Decodable {
        var name: String
        var truth: [Int]
        var predicted: [Int]
        var error: String?
        var truthKnown: Int?
        var coverage: Double?
        var noiseAsSingletons: Metrics?
        var noiseAsOneCluster: Metrics?
        var noiseDropped: Metrics?
        var covered: Covered?
    }

    func counts(_ p: GroupingMetrics.Pairs) -> [Int] { [p.tp, p.fp, p.fn, p.tn] }

    func expect(_ got: PrecisionRecall, _ want: Triple?, _ id: String) {
        #expect(agrees(got.precision, want?.precision), "\(id)")
        #expect(agrees(got.recall, want?.recall), "\(id)")
        #expect(agrees(got.f, want?.f), "\(id)")
    }

    func expect(_ got: GroupingMetrics, _ want: Metrics, _ id: String) {
        #expect(got.n == want.n && got.clusters == want.clusters && got.identities == want.identities, "\(id)")
        #expect(got.singletons == want.singletons && got.mixedClusters == want.mixedClusters, "\(id)")
        #expect(counts(got.pairs) == want.pairs.map { [$0.tp, $0.fp, $0.fn, $0.tn] }, "\(id)")
        expect(got.pairwise, want.pairwise, id)
        expect(got.bcubed, want.bcubed, id)
        expect(got.nmi, want.nmi ?? [:], id)
        #expect(agrees(got.ari, want.ari), "\(id)")
        #expect(agrees(got.homogeneity, want.homogeneity) && agrees(got.completeness, want.completeness), "\(id)")
        #expect(agrees(got.v, want.v) && agrees(got.fowlkesMallows, want.fowlkesMallows), "\(id)")
        #expect(agrees(got.expansionMean, want.expansionMean), "\(id)")
        #expect(agrees(got.expansionRatio, want.expansionRatio), "\(id)")
        #expect(agrees(got.purity, want.purity) && agrees(got.inversePurity, want.inversePurity), "\(id)")
    }

    func expect(_ got: GroupingMetrics.NormalisedInformation, _ want: [String: Double], _ id: String) {
        let values = ["arithmetic": got.arithmetic, "geometric": got.geometric, "min": got.min, "max": got.max]
        #expect(want.count == 4)
        for (name, value) in values { #expect(agrees(value, want[name]), "\(id) \(name)") }
    }

    @Test func goldenValues() throws {
        let cases = try Fixtures.section([Case].self, "clustering")
        #expect(cases.count == 28)
        for c in cases {
            if let error = c.error {
                let code = errorCode { _ = try GroupingReport(truth: c.truth, predicted: c.predicted) }
                #expect(code == codeNames[error], "\(c.name)")
                continue
            }
            let got = try GroupingReport(truth: c.truth, predicted: c.predicted)
            #expect(got.truthKnown == c.truthKnown && agrees(got.coverage, c.coverage), "\(c.name)")
            expect(got.noiseAsSingletons, try #require(c.noiseAsSingletons), c.name)
            #expect((got.noiseAsOneCluster == nil) == (c.noiseAsOneCluster == nil), "\(c.name)")
            if let g = got.noiseAsOneCluster, let w = c.noiseAsOneCluster { expect(g, w, "\(c.name) as one") }
            // "empty" there: nothing is left
            #expect((got.noiseDropped == nil) == (c.noiseDropped?.n == nil), "\(c.name)")
            if let g = got.noiseDropped, let w = c.noiseDropped { expect(g, w, "\(c.name) dropped") }
            #expect((got.covered == nil) == (c.covered == nil), "\(c.name)")
            if let g = got.covered, let w = c.covered {
                expect(g.bcubed, w.bcubed, c.name)
                expect(g.pairwise, w.pairwise, c.name)
            }
        }
    }

    @Test func adjustedInformationOfTheGoldenValues() throws {
        for c in try Fixtures.section([Case].self, "clustering") {
            guard let want = c.noiseAsSingletons?.amiArithmetic else { continue }
            let known = c.truth.indices.filter { c.truth[$0] >= 0 }
            let predicted = GroupingReport.asSingletons(known.map { c.predicted[$0] })
            let table = try ContingencyTable(truth: known.map { c.truth[$0] }, predicted: predicted)
            #expect(agrees(table.adjustedMutualInformation(), want), "\(c.name)")
        }
    }

    struct Peer: Decodable {
        struct Case: Decodable {
            var name: String
            var truth: [Int]
            var predicted: [Int]
            var pairs: Pairs
            var ari: Double
            var nmi: [String: Double]
            var ami: Double
            var homogeneity: Double
            var completeness: Double
            var v: Double
            var fowlkes_mallows: Double
        }
        var cases: [Case]
    }

    @Test func scikitLearnAgrees() throws {
        let peer = try JSONDecoder().decode(Peer.self, from: Fixtures.data("grouping.json"))
        #expect(peer.cases.count == 220)
        for c in peer.cases {
            let table = try ContingencyTable(truth: c.truth, predicted: c.predicted)
            let got = GroupingMetrics(table)
            #expect(counts(got.pairs) == [c.pairs.tp, c.pairs.fp, c.pairs.fn, c.pairs.tn], "\(c.name)")
            #expect(agrees(got.ari, c.ari), "\(c.name)")
            expect(got.nmi, c.nmi, c.name)
            #expect(agrees(table.adjustedMutualInformation(), c.ami), "\(c.name)")
            #expect(agrees(got.homogeneity, c.homogeneity) && agrees(got.completeness, c.completeness), "\(c.name)")
            #expect(agrees(got.v, c.v) && agrees(got.fowlkesMallows, c.fowlkes_mallows), "\(c.name)")
        }
    }

    @Test func expansionLeavesOutIdentitiesOfOneItemOnRequest() throws {
        let truth = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3]
        let got = try GroupingReport(truth: truth, predicted: [0, 0, 1, 1, 1, 2, 2, 3, -1, -1]).noiseAsSingletons
        #expect(got.expansionMean == 1.75 && got.expansionOfSeveral == 2)
        #expect(try GroupingMetrics(truth: [0, 1], predicted: [0, 1]).expansionOfSeveral == 1)
    }

    @Test func detectedIdentitiesAndWorstClusters() throws {
        // person 0: 4 of 6 in a cluster of 5; person 1: 3 of 3 in a cluster of 3; person 2: always a minority
        let truth = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
        let predicted = [5, 5, 5, 5, 6, 6, 7, 7, 7, 5, 8, 9]
        let table = try ContingencyTable(truth: truth, predicted: predicted)
        #expect(agrees(GroupingMetrics(table).detectedIdentities, 2.0 / 3))
        let worst = table.worstClusters(10)
        #expect(worst.map(\.label) == [5])
        #expect(worst[0].size == 5 && worst[0].majority == 0 && worst[0].purity == 0.8 && worst[0].identities == 2)
        let histogram: [[Int]] = table.sizeHistogram().map { [$0.size, $0.clusters] }
        #expect(histogram == [[1, 2], [2, 1], [3, 1], [5, 1]])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func namesAndOrderDoNotMatter(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let n = Int.random(in: 2...300, using: &random)
        let truth = (0..<n).map { _ in Int.random(in: 0...n / 3, using: &random) }
        let predicted = (0..<n).map { _ in Int.random(in: -1...n / 4, using: &random) }
        let want = try GroupingReport(truth: truth, predicted: predicted)
        let order = (0..<n).shuffled(using: &random)
        let shuffled = try GroupingReport(
            truth: order.map { truth[$0] * 7 + 3 },
            predicted: order.map { predicted[$0] < 0 ? -9 : 10_000 - predicted[$0] })
        // sums run in another order: the last bits may differ
        for (a, b) in [(want.noiseAsSingletons, shuffled.noiseAsSingletons)] {
            #expect(a.pairs == b.pairs && a.clusters == b.clusters && a.mixedClusters == b.mixedClusters)
            #expect(agrees(a.bcubed.f, b.bcubed.f, 1e-12) && agrees(a.nmi.arithmetic, b.nmi.arithmetic, 1e-12))
        }
        #expect(want.coverage == shuffled.coverage)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func droppingFacesNeverRaisesRecall(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let n = Int.random(in: 10...200, using: &random)
        let truth = (0..<n).map { _ in Int.random(in: 0...n / 4, using: &random) }
        var predicted = truth.map { random.unit() < 0.2 ? Int.random(in: 0...n / 4, using: &random) : $0 }
        var before = try GroupingReport(truth: truth, predicted: predicted)
        for _ in 0..<5 {
            predicted[Int.random(in: 0..<n, using: &random)] = -1
            let after = try GroupingReport(truth: truth, predicted: predicted)
            #expect(after.noiseAsSingletons.pairwise.recall <= before.noiseAsSingletons.pairwise.recall)
            #expect(after.noiseAsSingletons.bcubed.recall <= before.noiseAsSingletons.bcubed.recall + 1e-12)
            #expect(after.coverage <= before.coverage)
            before = after
        }
    }

    @Test func aMillionItemsNeedNoQuadraticMemory() throws {
        let n = 1_000_000
        let truth = (0..<n).map { $0 / 50 }
        let predicted = (0..<n).map { $0 / 25 }
        let got = try GroupingMetrics(truth: truth, predicted: predicted)
        #expect(got.pairwise.precision == 1 && agrees(got.pairwise.recall, 24.0 / 49))
        #expect(got.expansionMean == 2 && agrees(got.bcubed.recall, 0.5))
        #expect(got.ari > 0.6 && got.ari < 0.7)
    }
}

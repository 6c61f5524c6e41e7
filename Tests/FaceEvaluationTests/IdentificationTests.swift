import FaceCore
import FaceEvaluation
import Foundation
import Testing

/// `vectors/evaluation.json`, sections identification and quality, and searches against plain loops.
@Suite struct IdentificationTests {
    struct Ranks: Decodable {
        var optimistic: Double
        var pessimistic: Double
        var mean: Double
    }
    struct Reading: Decodable {
        var threshold: Double?
        var strict: Bool?
        var dir: Double
        var actualFar: Double
    }
    struct OpenSet: Decodable {
        var far: Double
        var rank: Int
        var kthImpostor: Reading
        var step: Reading
    }
    struct Case: Decodable {
        var name: String
        var scores: [[Double]]
        var galleryLabels: [Int]
        var probeLabels: [Int]
        var ranks: [Ranks?]
        var cmc: [String: [Double]]
        var mated: Int
        var nonmated: Int
        var dir: [OpenSet]
    }

    @Test func goldenRanksAndRates() throws {
        let cases = try Fixtures.section([Case].self, "identification", "cases")
        #expect(cases.count == 4)
        for c in cases {
            let outcomes = try zip(c.scores, c.probeLabels).map {
                try ProbeOutcome(scores: $0, gallery: c.galleryLabels, identity: $1)
            }
            for (got, want) in zip(outcomes, c.ranks) {
                #expect(got.rank(.optimistic) == want?.optimistic, "\(c.name)")
                #expect(got.rank(.pessimistic) == want?.pessimistic, "\(c.name)")
                #expect(got.rank(.mean) == want?.mean, "\(c.name)")
            }
            let report = try IdentificationReport(outcomes, identities: Set(c.galleryLabels).count)
            #expect(report.mated.count == c.mated && report.nonMated.count == c.nonmated, "\(c.name)")
            for (rule, want) in c.cmc {
                let rule = try #require(TieRule(rawValue: rule))
                #expect(agrees(report.matchCurve(upTo: want.count, rule), want), "\(c.name)")
                for (k, rate) in want.enumerated() {
                    #expect(agrees(report.identificationRate(rank: k + 1, rule), rate), "\(c.name)")
                }
            }
            if c.nonmated == 0 { #expect(try report.openSet(far: 0.1) == nil, "\(c.name)") }
            for want in c.dir {
                let readings: [(FalseAcceptConvention, Reading)] = [
                    (.kthImpostor, want.kthImpostor), (.step, want.step),
                ]
                for (convention, reading) in readings {
                    let got = try #require(try report.openSet(far: want.far, rank: want.rank, convention))
                    let id = "\(c.name) \(want.far) \(want.rank) \(convention)"
                    #expect(agrees(got.rate, reading.dir), "\(id)")
                    #expect(got.threshold.threshold == reading.threshold, "\(id)")
                    #expect(got.threshold.strict == (reading.strict ?? false), "\(id)")
                    #expect(agrees(got.threshold.actualFAR, reading.actualFar), "\(id)")
                }
            }
        }
    }

    struct Pool: Decodable {
        var name: String
        var embeddings: [[Double]]
        var quality: [Double]?
        var media: [Int]?
        var meanRaw: [Double]?
        var meanUnit: [Double]?
        var qualityWeighted: [Double]?
        var normWeighted: [Double]?
        var mediaMean: [Double]?
        var error: String?
    }

    @Test func goldenTemplates() throws {
        let cases = try Fixtures.section([Pool].self, "identification", "pooling")
        #expect(cases.count == 6)
        for c in cases {
            let (quality, media) = (c.quality ?? [], c.media ?? [])
            if let error = c.error {
                let rule: TemplatePooling = quality.isEmpty ? .meanUnit : .qualityWeighted
                let code = errorCode { _ = try rule.pool(c.embeddings, quality: quality) }
                #expect(code == codeNames[error], "\(c.name)")
                continue
            }
            let wanted: [TemplatePooling: [Double]] = [
                .meanRaw: c.meanRaw ?? [], .meanUnit: c.meanUnit ?? [], .qualityWeighted: c.qualityWeighted ?? [],
                .mediaMean: c.mediaMean ?? [],
            ]
            for rule in TemplatePooling.allCases {
                let want = try #require(wanted[rule])
                #expect(agrees(try rule.pool(c.embeddings, quality: quality, media: media), want), "\(c.name) \(rule)")
            }
            #expect(agrees(try TemplatePooling.meanRaw.pool(c.embeddings), c.normWeighted ?? []))
        }
        #expect(errorCode { _ = try TemplatePooling.meanRaw.pool([[1, -1], [-1, 1]]) } == "zero-template")
        #expect(errorCode { _ = try TemplatePooling.meanUnit.pool([[1], [1, 2]]) } == "length-mismatch")
        #expect(errorCode { _ = try TemplatePooling.mediaMean.pool([[1, 2]]) } == "length-mismatch")
        #expect(errorCode { _ = try TemplatePooling.meanUnit.pool([[1, .nan]]) } == "non-finite")
        #expect(errorCode { _ = try TemplatePooling.qualityWeighted.pool([[1, 1]], quality: [-1]) } == "non-finite")
    }

    struct Ranking: Decodable {
        var name: String
        var relevance: [[Int]]
        var k: Int
        var ap: [Double]
        var map: Double
    }

    @Test func goldenAveragePrecision() throws {
        for c in try Fixtures.section([Ranking].self, "identification", "ranking") {
            let got = c.relevance.map { averagePrecision($0.map { $0 == 1 }, at: c.k) }
            #expect(agrees(got, c.ap) && agrees(got.reduce(0, +) / Double(got.count), c.map), "\(c.name)")
        }
        #expect(averagePrecision([], at: 5) == 0 && averagePrecision([true], at: 0) == 0)
    }

    @Test(arguments: [(1, 1, 1), (50, 7, 3), (700, 2500, 200), (300, 4100, 4100)])
    func searchEqualsPlainLoops(_ probes: Int, _ entries: Int, _ people: Int) throws {
        var random = SeededRandom(seed: UInt64(entries))
        func rows(_ n: Int) -> Matrix {
            // few values a coordinate: ties occur
            Matrix((0..<n).map { _ in (0..<6).map { _ in Float(Int.random(in: -2...2, using: &random)) + 0.5 } })
        }
        let (gallery, wanted) = (rows(entries), rows(probes))
        let owners = (0..<entries).map { _ in Int.random(in: 0..<people, using: &random) * 3 - 1 }
        let identities = (0..<probes).map { _ in Int.random(in: 0..<2 * people, using: &random) * 3 - 1 }
        let search = try GallerySearch(gallery, identities: owners)
        #expect(search.identities == Set(owners).count)
        let got = try search.search(wanted, identities: identities, threads: 3)
        #expect(got.count == probes)
        let (a, b) = (LFWVerificationTests.unitRows(wanted), LFWVerificationTests.unitRows(gallery))
        for i in stride(from: 0, to: probes, by: 17) {
            let scores = (0..<entries).map { j in
                zip(a.row(i), b.row(j)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            }
            let want = try ProbeOutcome(scores: scores, gallery: owners, identity: identities[i])
            #expect(agrees(got[i].mate, want.mate, 1e-6) && agrees(got[i].best, want.best, 1e-6), "probe \(i)")
            guard let mate = want.mate else { continue }
            // Float products tie where Double ones differ in the last bits: compare with a slack
            let best = Dictionary(zip(owners, scores), uniquingKeysWith: max).filter { $0.key != identities[i] }
            let (sure, maybe) = (best.count { $0.value > mate + 1e-5 }, best.count { $0.value > mate - 1e-5 })
            #expect(got[i].better >= sure && got[i].better + got[i].equal <= maybe, "probe \(i)")
        }
    }

    @Test func severalEntriesAnIdentityCountOnce() throws {
        let gallery = Matrix([[1, 0], [0, 1], [0.9, 0.1], [0, 1], [1, 0]])
        let search = try GallerySearch(gallery, identities: [7, 3, 7, 3, 5])
        let got = try search.search(Matrix([[2, 0], [0, 1], [1, 1]]), identities: [7, 5, 100])
        #expect(got[0] == ProbeOutcome(mate: 1, better: 0, equal: 1, best: 1))
        #expect(got[1] == ProbeOutcome(mate: 0, better: 2, equal: 0, best: 1))
        #expect(got[2].mate == nil && got[2].better == 0)
    }

    @Test func badInputIsATypedError() throws {
        let m = Matrix([[1, 0], [0, 1]])
        #expect(errorCode { _ = try GallerySearch(m, identities: [1]) } == "length-mismatch")
        #expect(errorCode { _ = try GallerySearch(Matrix(rows: 0, columns: 2), identities: []) } == "empty")
        #expect(errorCode { _ = try GallerySearch(Matrix([[.nan]]), identities: [1]) } == "non-finite")
        let search = try GallerySearch(m, identities: [1, 2])
        #expect(errorCode { _ = try search.search(Matrix([[1, 2, 3]]), identities: [1]) } == "dimension-mismatch")
        #expect(errorCode { _ = try search.search(m, identities: [1]) } == "length-mismatch")
        #expect(errorCode { _ = try IdentificationReport([], identities: 2) } == "empty")
        let report = try IdentificationReport(search.search(m, identities: [1, 9]), identities: 2)
        #expect(errorCode { _ = try report.openSet(far: 2) } == "usage")
        #expect(errorCode { _ = try report.openSet(far: 0.1, .nearest) } == "usage")
        #expect(errorCode { _ = try ProbeOutcome(scores: [1], gallery: [], identity: 0) } == "length-mismatch")
    }

    struct Discard: Decodable {
        var name: String
        var genuine: [Double]
        var quality: [Double]
        var threshold: Double
        var grid: [Double]
        var fnmr: [Double?]
        var area: Double
        var ideal: [Double]
        var idealArea: Double
        var flatArea: Double
        var meanError: Double
        var gain: Double?
        var byQualityValue: [[Double]]
    }
    struct OfPair: Decodable {
        var a: Double
        var b: Double
        var minimum: Double
        var geometricMean: Double
        var mean: Double
    }

    @Test func goldenErrorVersusDiscard() throws {
        let cases = try Fixtures.section([Discard].self, "quality", "error_discard")
        #expect(cases.count == 5)
        for c in cases {
            let got = try ErrorDiscardCurve(
                genuine: c.genuine, quality: c.quality, threshold: c.threshold, grid: c.grid)
            #expect(zip(got.points, c.fnmr).allSatisfy { agrees($0.errors, $1) }, "\(c.name)")
            #expect(agrees(got.points.filter { $0.errors != nil }.map(\.ideal), c.ideal), "\(c.name)")
            #expect(agrees(got.area, c.area) && agrees(got.idealArea, c.idealArea), "\(c.name)")
            #expect(agrees(got.flatArea, c.flatArea) && agrees(got.meanError, c.meanError), "\(c.name)")
            #expect(agrees(got.gain, c.gain), "\(c.name)")
            #expect(got.byQuality.count == c.byQualityValue.count, "\(c.name)")
            for (g, w) in zip(got.byQuality, c.byQualityValue) {
                #expect(agrees([g.quality, g.discarded, g.errors], w), "\(c.name)")
            }
        }
        for p in try Fixtures.section([OfPair].self, "quality", "pair_quality") {
            #expect(agrees(PairQuality.minimum.combine(p.a, p.b), p.minimum))
            #expect(agrees(PairQuality.geometricMean.combine(p.a, p.b), p.geometricMean))
            #expect(agrees(PairQuality.mean.combine(p.a, p.b), p.mean))
        }
        #expect(errorCode { _ = try ErrorDiscardCurve(genuine: [], quality: [], threshold: 0) } == "empty")
        #expect(errorCode { _ = try ErrorDiscardCurve(genuine: [1], quality: [], threshold: 0) } == "length-mismatch")
        #expect(errorCode { _ = try ErrorDiscardCurve(genuine: [1], quality: [.nan], threshold: 0) } == "non-finite")
        for grid in [[], [0.1], [0, 0.5, 0.4], [0, 1.5]] as [[Double]] {
            let code = errorCode { _ = try ErrorDiscardCurve(genuine: [1], quality: [1], threshold: 0, grid: grid) }
            #expect(code == "usage")
        }
    }
}

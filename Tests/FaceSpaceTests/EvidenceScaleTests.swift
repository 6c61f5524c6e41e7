import FaceCore
import FaceSpace
import Foundation
import Testing

@Suite struct EvidenceScaleTests {
    let scale = EvidenceScale(SyntheticPeople.calibration)

    @Test func meetsTheMeasuredPoints() {
        #expect(abs(scale.nats(0.325) - Float(-log(1e-3))) < 1e-4)
        #expect(abs(scale.nats(0.468) - Float(-log(1e-5))) < 1e-4)
    }

    @Test func risesAndTurnsBack() {
        var last: Float = -1
        for s in stride(from: Float(0.05), through: 1, by: 0.01) {
            let e = scale.nats(s)
            #expect(e > last, "at similarity \(s)")
            #expect(abs(scale.similarity(nats: e) - s) < 1e-4, "at similarity \(s)")
            last = e
        }
        #expect(scale.nats(-1) == 0)
    }

    @Test func doesNotBelieveATailMadeOfWrongNames() {
        // All pairs of CelebA reach 10⁻⁶ at 0.604 and 10⁻⁷ at 0.770: people who are there under two names.
        var calibration = SyntheticPeople.calibration
        calibration = Calibration(
            slope: 18, intercept: -4.25,
            thresholds: calibration.thresholds + [
                .init(falseAcceptRate: 1e-6, similarity: 0.604), .init(falseAcceptRate: 1e-7, similarity: 0.770),
            ], source: "")
        #expect(EvidenceScale(calibration).nats(0.604) == scale.nats(0.604))
        #expect(scale.nats(0.604) > Float(-log(1e-6)) + 2)
    }

    @Test func believesATailThatGetsSteeper() {
        let calibration = Calibration(
            slope: 18, intercept: -4.25,
            thresholds: SyntheticPeople.calibration.thresholds + [.init(falseAcceptRate: 1e-6, similarity: 0.53)],
            source: "")
        #expect(abs(EvidenceScale(calibration).nats(0.53) - Float(-log(1e-6))) < 1e-3)
    }

    @Test func readsTheLogisticMapWhereNothingElseIsKnown() {
        let bare = EvidenceScale(Calibration(slope: 20, intercept: -6, thresholds: [], source: ""))
        #expect(bare.nats(0.6) > bare.nats(0.4))
        #expect(abs(bare.similarity(nats: bare.nats(0.5)) - 0.5) < 1e-3)
    }

    @Test func survivesPointsThatContradictEachOther() {
        let odd = EvidenceScale(
            Calibration(
                slope: 20, intercept: -6,
                thresholds: [
                    .init(falseAcceptRate: 1e-2, similarity: 0.3), .init(falseAcceptRate: 1e-3, similarity: 0.3),
                    .init(falseAcceptRate: 1e-4, similarity: 0.25), .init(falseAcceptRate: 0, similarity: 0.9),
                    .init(falseAcceptRate: .nan, similarity: 0.9),
                ], source: ""))
        #expect(odd.nats(0.5).isFinite && odd.nats(0.5) > odd.nats(0.2))
    }
}

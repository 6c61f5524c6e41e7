import FaceCore
import FaceSpace
import Testing

@Suite struct IncrementalOptionsTests {
    /// Rates of strangers as the card of mobilefacenet-y1 has them, moved and stretched.
    private func calibration(_ move: (Double) -> Double) -> Calibration {
        let points = [(0.236, 1e-2), (0.325, 1e-3), (0.401, 1e-4), (0.468, 1e-5)]
        return Calibration(
            slope: 20, intercept: -8,
            thresholds: points.map { .init(falseAcceptRate: $0.1, similarity: move($0.0)) }, source: "test")
    }

    @Test func standardThresholdsAreThoseOfTheSpaceTheyWereChosenOn() {
        let (own, standard) = (IncrementalOptions(calibration: calibration { $0 }), IncrementalOptions())
        #expect(abs(own.similarity - standard.similarity) < 0.01)
        #expect(abs(own.merge - standard.merge) < 0.01)
        #expect(abs(own.confirm - standard.confirm) < 0.01)
    }

    @Test func fewFacesHaveFewStrangersToFear() {
        let known = calibration { $0 }
        let few = IncrementalOptions(calibration: known, faces: 300)
        let some = IncrementalOptions(calibration: known, faces: 3_000)
        let many = IncrementalOptions(calibration: known, faces: 300_000)
        #expect(few.similarity < some.similarity && some.similarity < many.similarity)
        #expect(abs(many.similarity - IncrementalOptions(calibration: known).similarity) < 1e-6)
        // 11.0 nats: between the measured 10⁻⁴ (9.2) and 10⁻⁵ (11.5)
        #expect(few.similarity > 0.44 && few.similarity < 0.468)
        for options in [few, some, many] {
            #expect(options.similarity > options.merge && options.merge > options.confirm)
        }
        #expect(IncrementalOptions(calibration: known, faces: 0).similarity > 0)
    }

    @Test func anotherSpaceMeansTheSameBySimilaritiesOfItsOwn() {
        let other = IncrementalOptions(calibration: calibration { 0.8 + $0 / 5 })
        #expect(abs(other.similarity - 0.92) < 0.01 && abs(other.merge - 0.9) < 0.01)
        let tail = IncrementalOptions(calibration: calibration { 0.9 + $0 / 5 })
        #expect(tail.similarity <= 0.995)
    }
}

public import FaceCore
import FaceSpace
import Glibc

/// How probable it is that two groups are one person, from the calibration of their space.
///
/// A similarity becomes evidence e = −ln(false-accept rate), divided by what larger groups average away
/// (`EvidenceRule`). Among g groups, chance alone gives a group g·exp(−e) others per nat at e; people who lie in
/// parts give it ``partnersPerNat``, about the same everywhere. P = t / (t + g·exp(−e)).
public struct SamePersonOdds: Sendable {
    /// True partners to be expected of a group per nat of evidence. Measured on LFW and CelebA: see docs/questions.md.
    public var partnersPerNat: Double
    private let rule: EvidenceRule

    /// Throws `calibration-missing` for a space that nobody calibrated.
    public init(_ space: EmbeddingSpace, partnersPerNat: Double = 0.03) throws(LikenessError) {
        guard let calibration = space.calibration else {
            throw LikenessError(
                .calibrationMissing, subject: space.id, "questions need to know what a similarity means here",
                remedy: "use a model whose card carries a calibration")
        }
        self.partnersPerNat = partnersPerNat
        rule = EvidenceRule(scale: EvidenceScale(calibration), personShare: 0.8)
    }

    /// In nats, of the mean similarity of all pairs across two groups of these sizes.
    public func evidence(similarity: Float, sizes a: Int, _ b: Int) -> Float {
        rule.evidence(similarity: similarity, sizes: a, b)
    }

    /// In nats, of the best of `pairs` similarities: each pair was a chance to be alike.
    public func evidence(best similarity: Float, of pairs: Int) -> Float {
        max(0, rule.scale.nats(similarity) - Float(log(Double(max(1, pairs)))))
    }

    /// P(same) at this evidence, for two of `groups` groups.
    public func probability(evidence: Float, among groups: Int) -> Double {
        partnersPerNat / (partnersPerNat + Double(max(1, groups - 1)) * exp(-Double(evidence)))
    }

    /// The mean similarity of two large groups that this probability takes at least: below, no pair has it.
    func floor(probability p: Double, among groups: Int) -> Float {
        let nats = log(Double(max(1, groups - 1)) * p / (partnersPerNat * (1 - p)))
        return rule.scale.similarity(nats: Float(max(0.01, nats)) * rule.personShare)
    }
}

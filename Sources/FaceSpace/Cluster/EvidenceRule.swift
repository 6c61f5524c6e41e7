/// Evidence that two groups are one person, from their mean similarity and their sizes.
///
/// The similarity of two strangers is a person part, which no number of photos averages away, and a photo part, which
/// shrinks as 1/size: its variance for sizes a, b is γ = ρ + (1 − ρ)(1/a + 1/b)/2 of that of two single photos. In a
/// bell's tail −ln FAR goes with similarity²/variance, so the same mean similarity is worth 1/γ as much evidence.
/// Read off the tails at 10⁻³…10⁻⁵ for sizes 1…8, ρ is 0.65 ± 0.05 for mobilefacenet-y1 and 0.78 ± 0.05 for
/// dlib-resnet29; the default leans to the side of precision.
package struct EvidenceRule: Sendable {
    package let scale: EvidenceScale
    package let personShare: Float

    package init(scale: EvidenceScale, personShare: Float) {
        self.scale = scale
        self.personShare = personShare
    }

    /// In nats; a union at evidence e is wrong at a rate of about exp(−e) of all pairs of different people.
    package func evidence(similarity: Float, sizes a: Int, _ b: Int) -> Float {
        scale.nats(similarity) / spread(a, b)
    }

    /// γ: the variance of the mean similarity of strangers relative to that of two single photos.
    package func spread(_ a: Int, _ b: Int) -> Float {
        personShare + (1 - personShare) * (1 / Float(a) + 1 / Float(b)) / 2
    }
}

import Glibc

/// How a similarity of one space reads: as a probability, and as a false-accept rate.
///
/// Fitted on labelled pairs and stored with the model card; it belongs to the embedder, never to the product.
public struct Calibration: Sendable, Hashable, Codable {
    /// Logistic map (Platt 1999) P(same | s) = 1 / (1 + exp(−(slope·s + intercept))) at even prior odds.
    public var slope: Double
    public var intercept: Double
    /// Similarity at which a false-accept rate is reached among different people, sorted by falling rate.
    public var thresholds: [OperatingPoint]
    /// The data and rule that the figures were fitted on, for people.
    public var source: String

    public struct OperatingPoint: Sendable, Hashable, Codable {
        public var falseAcceptRate: Double
        public var similarity: Double

        public init(falseAcceptRate: Double, similarity: Double) {
            self.falseAcceptRate = falseAcceptRate
            self.similarity = similarity
        }
    }

    public init(slope: Double, intercept: Double, thresholds: [OperatingPoint], source: String) {
        self.slope = slope
        self.intercept = intercept
        self.thresholds = thresholds.sorted { $0.falseAcceptRate > $1.falseAcceptRate }
        self.source = source
    }

    /// Probability that two faces of this similarity are one person, when that was an even bet before looking.
    public func probability(_ similarity: Float) -> Double {
        1 / (1 + exp(-(slope * Double(similarity) + intercept)))
    }

    /// The similarity with that probability; the inverse of ``probability(_:)``.
    public func similarity(probability p: Double) -> Float {
        Float((log(p / (1 - p)) - intercept) / slope)
    }

    /// The similarity to ask for so that at most `rate` of comparisons of different people pass.
    ///
    /// Between measured points it is interpolated in log(rate); beyond them the nearest segment is carried on.
    public func threshold(falseAcceptRate rate: Double) -> Float {
        guard let first = thresholds.first else { return similarity(probability: 0.5) }
        guard thresholds.count > 1 else { return Float(first.similarity) }
        let x = log(max(rate, 1e-12))
        var k = 1
        while k < thresholds.count - 1, thresholds[k].falseAcceptRate > rate { k += 1 }
        let (a, b) = (thresholds[k - 1], thresholds[k])
        let (xa, xb) = (log(a.falseAcceptRate), log(b.falseAcceptRate))
        let s = a.similarity + (b.similarity - a.similarity) * (x - xa) / (xb - xa)
        return Float(min(s, 1))
    }
}

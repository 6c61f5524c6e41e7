package import FaceCore
import Glibc

/// How strongly a similarity speaks against chance: e(s) = −ln FAR(s), in nats, from the calibration of the space.
///
/// Similarities of two embedders do not compare; their evidence does. Between measured points it is linear in s; beyond
/// them the nearest segment is carried on, never below 0.
package struct EvidenceScale: Sendable {
    /// Rising in both.
    private let similarities: [Float]
    private let nats: [Float]
    private let calibration: Calibration

    /// Below this rate a point counts only while the curve keeps getting steeper, as the tail of a bell does. A handful
    /// of wrong names in the labelled pairs, which look like strangers of similarity 0.8, flatten it: on CelebA the
    /// slope is 34 nats before 10⁻⁵ and 17 after it.
    private static let trustedRate = 1e-5

    package init(_ calibration: Calibration) {
        self.calibration = calibration
        var s: [Float] = []
        var e: [Float] = []
        for point in calibration.thresholds where point.falseAcceptRate > 0 && point.falseAcceptRate < 1 {
            let (x, y) = (Float(point.similarity), Float(-log(point.falseAcceptRate)))
            if let last = s.last, let height = e.last {
                guard x > last + 1e-6, y > height else { continue }
                let slope = (y - height) / (x - last)
                if point.falseAcceptRate < Self.trustedRate, s.count > 1,
                    slope < (height - e[e.count - 2]) / (last - s[s.count - 2])
                {
                    break
                }
            }
            s.append(x)
            e.append(y)
        }
        similarities = s
        nats = e
    }

    /// The evidence of one comparison of this similarity, at least 0.
    package func nats(_ similarity: Float) -> Float {
        guard similarities.count > 1 else {
            // Only the logistic map is known: 1 − P stands in for the false-accept rate.
            return Float(-log(max(1e-30, 1 - calibration.probability(similarity))))
        }
        let k = segment { similarities[$0] < similarity }
        let slope = (nats[k] - nats[k - 1]) / (similarities[k] - similarities[k - 1])
        return max(0, nats[k - 1] + slope * (similarity - similarities[k - 1]))
    }

    /// The similarity of that evidence: the inverse of ``nats(_:)`` for positive evidence.
    package func similarity(nats e: Float) -> Float {
        guard similarities.count > 1 else {
            return calibration.similarity(probability: min(1 - 1e-12, max(1e-12, 1 - exp(-Double(e)))))
        }
        let k = segment { nats[$0] < e }
        let slope = (similarities[k] - similarities[k - 1]) / (nats[k] - nats[k - 1])
        return similarities[k - 1] + slope * (e - nats[k - 1])
    }

    /// The upper end of the segment to read, 1..<count.
    private func segment(_ below: (Int) -> Bool) -> Int {
        var k = 1
        while k < similarities.count - 1, below(k) { k += 1 }
        return k
    }
}

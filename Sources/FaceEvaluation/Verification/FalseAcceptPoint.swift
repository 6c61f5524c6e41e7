public import FaceCore

/// One operating point of a verifier: the share of genuine comparisons accepted at a wanted false accept rate.
public struct FalseAcceptPoint: Sendable, Hashable {
    /// The rate asked for.
    public let far: Double
    public let convention: FalseAcceptConvention
    public let trueAcceptRate: Double
    /// nil: above every score (nothing is accepted), or an interpolated point, which belongs to no threshold.
    public let threshold: Double?
    /// Accepted means score > threshold instead of ≥.
    public let strict: Bool
    /// The rate really reached; nil for an interpolated point.
    public let actualFAR: Double?
    /// Impostor comparisons behind the point.
    public let impostors: Int

    public var expectedFalseAccepts: Double { far * Double(impostors) }
    /// False when fewer than 10 false accepts are expected: the threshold then hangs on a handful of comparisons.
    public var isReliable: Bool { expectedFalseAccepts >= 10 }
}

extension ReceiverCurve {
    /// The operating point at a false accept rate in 0…1; throws `usage` for another.
    public func operatingPoint(
        far: Double, _ convention: FalseAcceptConvention = .step
    ) throws(LikenessError) -> FalseAcceptPoint {
        guard far >= 0, far <= 1 else {
            throw LikenessError(.usage, subject: "far", "a false accept rate lies in 0…1, not \(far)")
        }
        switch convention {
        case .step: return at(far, .step, points[lastPoint(falseAccepts: Int(far * Double(impostors) + 1e-9))])
        case .kthImpostor: return kthImpostor(far)
        case .interpolated: return interpolated(far)
        case .nearest: return nearest(far)
        }
    }

    private func at(_ far: Double, _ convention: FalseAcceptConvention, _ p: Point) -> FalseAcceptPoint {
        FalseAcceptPoint(
            far: far, convention: convention, trueAcceptRate: trueAcceptRate(p), threshold: p.threshold, strict: false,
            actualFAR: falseAcceptRate(p), impostors: impostors)
    }

    /// Index of the last point with at most `limit` false accepts; the counts rise along the curve.
    private func lastPoint(falseAccepts limit: Int) -> Int {
        points.partitioningIndex { $0.falseAccepts > limit } - 1
    }

    private func kthImpostor(_ far: Double) -> FalseAcceptPoint {
        let k = Int(far * Double(impostors) + 0.5)
        let first = points.partitioningIndex { $0.falseAccepts >= max(k, 1) }
        if k > 0 { return at(far, .kthImpostor, points[first]) }
        // above the largest impostor: what the point before its score accepts
        return FalseAcceptPoint(
            far: far, convention: .kthImpostor, trueAcceptRate: trueAcceptRate(points[first - 1]),
            threshold: points[first].threshold, strict: true, actualFAR: 0, impostors: impostors)
    }

    private func interpolated(_ far: Double) -> FalseAcceptPoint {
        let j = points.partitioningIndex { falseAcceptRate($0) > far } - 1
        var value = trueAcceptRate(points[j])
        if j + 1 < points.count {
            let (a, b) = (points[j], points[j + 1])
            let u = (far - falseAcceptRate(a)) / (falseAcceptRate(b) - falseAcceptRate(a))
            value += u * (trueAcceptRate(b) - value)
        }
        return FalseAcceptPoint(
            far: far, convention: .interpolated, trueAcceptRate: value, threshold: nil, strict: false, actualFAR: nil,
            impostors: impostors)
    }

    private func nearest(_ far: Double) -> FalseAcceptPoint {
        let gap = points.reduce(Double.infinity) { min($0, abs(falseAcceptRate($1) - far)) }
        let last = points.last { abs(falseAcceptRate($0) - far) <= gap + 1e-15 }
        return at(far, .nearest, last ?? points[0])
    }
}

extension Array {
    /// The first index whose element satisfies a predicate that is false, then true, along the array. O(log n).
    func partitioningIndex(_ isAfter: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

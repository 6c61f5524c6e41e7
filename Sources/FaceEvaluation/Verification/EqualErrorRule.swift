/// How the rate at which false accepts and false rejects are equal is read from a curve of steps.
public enum EqualErrorRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// Linear interpolation between the first point with FRR ≤ FAR and its predecessor. The default.
    case linear
    /// (FAR + FRR)/2 at the point where they are nearest; the highest such threshold.
    case nearest
    /// As linear, on the upper convex hull of the points; can be well below the others.
    case hull
}

extension ReceiverCurve {
    public func equalErrorRate(_ rule: EqualErrorRule = .linear) -> Double {
        switch rule {
        case .linear: crossing(points.map { (falseAcceptRate($0), trueAcceptRate($0)) })
        case .nearest: nearestEqualError.rate
        case .hull: crossing(hull)
        }
    }

    /// The point where FAR and FRR are nearest: their mean and its threshold. Gaps within 1e-15 count as equal.
    public var nearestEqualError: (rate: Double, threshold: Double?) {
        var best = (gap: Double.infinity, rate: 1.0, threshold: Double?.none)
        for p in points {
            let (far, frr) = (falseAcceptRate(p), falseRejectRate(p))
            let gap = abs(frr - far)
            if gap < best.gap - 1e-15 { best = (gap, (frr + far) / 2, p.threshold) }
        }
        return (best.rate, best.threshold)
    }

    private func crossing(_ line: [(far: Double, tar: Double)]) -> Double {
        var previous: (far: Double, gap: Double)?
        for p in line {
            let gap = (1 - p.tar) - p.far
            if gap <= 0 {
                guard gap < 0, let a = previous else { return p.far }
                return a.far + a.gap / (a.gap - gap) * (p.far - a.far)
            }
            previous = (p.far, gap)
        }
        return 1
    }

    /// Upper convex hull of (FAR, TAR) by Andrew's chain; the points are already in rising order of both.
    private var hull: [(far: Double, tar: Double)] {
        var out: [(far: Double, tar: Double)] = []
        for p in points {
            let q = (far: falseAcceptRate(p), tar: trueAcceptRate(p))
            while out.count >= 2 {
                let (a, b) = (out[out.count - 2], out[out.count - 1])
                let turn = (b.far - a.far) * (q.tar - a.tar) - (b.tar - a.tar) * (q.far - a.far)
                if turn < -1e-15 { break }
                out.removeLast()
            }
            out.append(q)
        }
        return out
    }
}

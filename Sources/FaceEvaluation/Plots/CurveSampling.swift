import Glibc

/// Points of a long curve that a figure of a thousand pixels can show.
enum CurveSampling {
    /// Indices of a curve by rising x: the ends, and for each of `steps` equal steps of x (of its logarithm, below a
    /// tenth of the largest) the first and the last point. What lies between two kept points of a step is at most a
    /// pixel away.
    static func indices(_ x: [Double], steps: Int = 500) -> [Int] {
        guard x.count > 4 * steps, let last = x.last else { return Array(x.indices) }
        func cell(_ v: Double) -> Int {
            if v > last / 10 { return Int(v / last * Double(steps)) }
            // an eighth of the steps for each decade, down to 1e-300
            return v > 1e-300 ? Int(log10(v) * Double(steps) / 8) - steps : .min
        }
        var kept: [Int] = []
        for i in x.indices {
            let starts = i == 0 || cell(x[i]) != cell(x[i - 1])
            let ends = i + 1 == x.count || cell(x[i]) != cell(x[i + 1])
            if starts || ends { kept.append(i) }
        }
        return kept
    }
}

extension ReceiverCurve {
    /// The curve of true against false accept rates with few points, for figures.
    public func sampled(steps: Int = 500) -> (far: [Double], tar: [Double]) {
        let far = points.map(falseAcceptRate)
        let kept = CurveSampling.indices(far, steps: steps)
        return (kept.map { far[$0] }, kept.map { trueAcceptRate(points[$0]) })
    }
}

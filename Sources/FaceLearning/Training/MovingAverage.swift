#if Training
    public import FaceCore

    /// An exponential moving average of parameters: d_t = min(d, (1 + t)/(10 + t)), t = 1, 2, …
    public final class MovingAverage {
        public let decay: Double
        public internal(set) var updates = 0
        /// Averages by the names of their parameters.
        public internal(set) var values: [String: Tensor] = [:]

        /// Begins at the parameters' present values.
        public init(_ parameters: [Parameter], decay: Double) throws(LikenessError) {
            self.decay = decay
            for p in parameters { values[p.name] = try p.value.detached().copied() }
        }

        public func update(_ parameters: [Parameter]) throws(LikenessError) {
            updates += 1
            let t = Double(updates)
            let d = min(decay, (1 + t) / (10 + t))
            try withoutGradients { () throws(LikenessError) in
                for p in parameters {
                    guard let average = values[p.name] else { continue }
                    try average.multiplyInPlace(d)
                    try average.addInPlace(p.value.detached(), times: 1 - d)
                }
            }
        }
    }
#endif

#if Training
    public import FaceCore

    /// How the terms of a loss become one number. No terms give 0, with zero gradient.
    public enum Reduction: String, Sendable, CaseIterable {
        case mean
        /// Divided by the number of terms above 0: progress stays visible when most terms are done.
        case meanOfNonZero = "mean_nonzero"
        case sum

        public func callAsFunction(_ terms: Tensor) throws(LikenessError) -> Tensor {
            let total = try terms.sum()
            switch self {
            case .sum: return total
            case .mean: return try total / Double(max(1, terms.count))
            case .meanOfNonZero: return try total / Double(max(1, Self.active(terms)))
            }
        }

        /// How many terms are above 0.
        static func active(_ terms: Tensor) throws(LikenessError) -> Int {
            try Int((terms.detached() .> 0).converted(to: .float64).sum().scalar())
        }
    }
#endif

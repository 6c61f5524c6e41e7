#if Training
    public import FaceCore

    /// −log softmax of the true class, with or without label smoothing.
    public struct CrossEntropy: Sendable {
        /// ε of the target (1 − ε)·one-hot + ε/C; the share of every class includes the true one.
        public var smoothing: Double
        public var reduction: Reduction

        public init(smoothing: Double = 0, reduction: Reduction = .mean) {
            self.smoothing = smoothing
            self.reduction = reduction
        }

        /// N×C logits and N columns → a scalar.
        public func callAsFunction(_ logits: Tensor, _ labels: Tensor) throws(LikenessError) -> Tensor {
            let normaliser = try logits.logSumExp(over: 1)
            let own = try logits.picked(labels)
            guard smoothing > 0 else { return try reduction(normaliser - own) }
            let all = try logits.mean(over: 1)
            return try reduction(normaliser - (own * (1 - smoothing) + all * smoothing))
        }
    }
#endif

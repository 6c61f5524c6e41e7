#if Training
    internal import FaceCore

    /// What a margin rule sees of one step: cosines, norms and the true classes.
    ///
    /// A head that holds only some of the classes (Partial FC, class-parallel) gives the cosines of those alone; `target` is
    /// complete all the same, detached where the true class lies in another process.
    public struct MarginBatch {
        /// N×C: cosines of the classes at hand; raw products where the rule leaves a length in, see ``MarginNormalisation``.
        public let products: Tensor
        /// N: cos θ of the true class.
        public let target: Tensor
        /// N: lengths of the features.
        public let featureNorms: Tensor
        /// N: lengths of the true classes' weights; nil unless the rule needs them.
        let weightNorms: Tensor?
        /// Rows whose true class is among the columns, and that column; nil when that is every row.
        let owned: (rows: Tensor, columns: Tensor)?
        /// N: columns of the true classes; used when `owned` is nil.
        let columns: Tensor
        /// Adds a number over the processes that share the classes.
        let sumOverClasses: (Tensor) throws(LikenessError) -> Tensor

        /// The logits with those of the true classes replaced.
        func replacingTarget(_ logits: Tensor, with target: Tensor) throws(LikenessError) -> Tensor {
            guard let owned else { return try logits.replacing(columns, with: target) }
            guard owned.rows.count > 0 else { return logits }
            return try logits.replacing(rows: owned.rows, columns: owned.columns, with: target.rows(owned.rows))
        }
    }

    /// What is brought to length one before features meet class weights.
    public enum MarginNormalisation: Sendable {
        /// Cosines times a scale.
        case both
        /// Weights only: ‖x‖ cos θ (A-Softmax).
        case weights
        /// Nothing: ‖W‖‖x‖ cos θ (L-Softmax, plain softmax).
        case none
    }
#endif

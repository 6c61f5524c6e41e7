#if Training
    public import FaceCore

    /// A loss of embeddings and their identities alone, without class weights.
    public protocol EmbeddingLoss {
        /// Features N×D, identities N → a scalar, and counts for the log.
        func callAsFunction(_ features: Tensor, _ labels: [Int]) throws(LikenessError) -> EmbeddingLossValue
    }

    /// A loss and how many terms it was made of.
    public struct EmbeddingLossValue {
        public let loss: Tensor
        /// Pairs, triplets or anchors.
        public let terms: Int
        /// Terms above 0; nil where a term has no such state.
        public let active: Int?
    }
#endif

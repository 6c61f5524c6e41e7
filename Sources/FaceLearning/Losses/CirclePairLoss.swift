#if Training
    public import FaceCore

    /// Circle loss of pairs (Sun et al. 2020): one term for the batch, softplus(lse(−γ α_p (s_p − 1 + m)) + lse(γ α_n (s_n − m)))
    /// over all pairs i < j of unit vectors; weights α without gradient.
    public struct CirclePairLoss: EmbeddingLoss, Sendable {
        public var margin: Double
        public var gamma: Double

        public init(gamma: Double = 80, margin: Double = 0.25) {
            (self.gamma, self.margin) = (gamma, margin)
        }

        public func callAsFunction(_ features: Tensor, _ labels: [Int]) throws(LikenessError) -> EmbeddingLossValue {
            let rows = try features.unitRows()
            let pairs = RowPairs.all(labels)
            let same = pairs.isSame.indices.filter { pairs.isSame[$0] }
            let different = pairs.isSame.indices.filter { !pairs.isSame[$0] }
            // Without pairs of both kinds nothing pulls or nothing pushes: the limit of the formula is 0.
            guard !same.isEmpty, !different.isEmpty else {
                return EmbeddingLossValue(loss: try features.sum() * 0, terms: 0, active: nil)
            }
            let positive = try CircleLoss.positive(similarities(rows, pairs, same), margin) * -gamma
            let negative = try CircleLoss.negative(similarities(rows, pairs, different), margin) * gamma
            let loss = try (positive.logSumExp(over: 0) + negative.logSumExp(over: 0)).softplus()
            return EmbeddingLossValue(loss: loss, terms: pairs.first.count, active: nil)
        }

        private func similarities(_ rows: Tensor, _ pairs: RowPairs, _ chosen: [Int]) throws(LikenessError) -> Tensor {
            let a = try rows.rows(Tensor(chosen.map { pairs.first[$0] }).beside(rows))
            return try a.rowProducts(rows.rows(Tensor(chosen.map { pairs.second[$0] }).beside(rows)))
        }
    }
#endif

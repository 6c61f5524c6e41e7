#if Training
    public import FaceCore

    /// SupCon (Khosla et al. 2020): per anchor − mean over its positives of log softmax over all others; unit vectors,
    /// temperature τ. An anchor without positive is left out of the mean but stays in the denominators.
    public struct SupervisedContrastive: EmbeddingLoss, Sendable {
        public var temperature: Double

        public init(temperature: Double = 0.1) { self.temperature = temperature }

        public func callAsFunction(_ features: Tensor, _ labels: [Int]) throws(LikenessError) -> EmbeddingLossValue {
            let n = labels.count
            let rows = try features.unitRows()
            var weights = [Double](repeating: 0, count: n * n)
            var anchors = 0
            for a in 0..<n {
                let positives = (0..<n).filter { $0 != a && labels[$0] == labels[a] }
                if !positives.isEmpty { anchors += 1 }
                for p in positives { weights[a * n + p] = 1 / Double(positives.count) }
            }
            guard anchors > 0 else { return EmbeddingLossValue(loss: try features.sum() * 0, terms: 0, active: nil) }
            let own = (0..<n * n).map { $0 / n == $0 % n ? -1e30 : 0.0 }
            let element = rows.element
            // an anchor is not among its own others
            let logits =
                try rows.productOfRows(rows) / temperature + Tensor(own, [n, n], element: element).beside(rows)
            let share = try Tensor(weights, [n, n], element: element).beside(rows)
            let loss = try (logits.logSoftmax(over: 1) * share).sum() * (-1 / Double(anchors))
            return EmbeddingLossValue(loss: loss, terms: anchors, active: nil)
        }
    }
#endif

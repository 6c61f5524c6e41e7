#if Training
    public import FaceCore

    /// [d(a,p) − d(a,n) + m]₊, or log(1 + e^(d(a,p) − d(a,n))) in its soft form (Schroff et al. 2015, Hermans et al. 2017).
    public struct TripletLoss: EmbeddingLoss, Sendable {
        public var margin: Double
        public var distance: RowDistance
        public var selection: TripletSelection
        public var reduction: Reduction
        public var isSoft: Bool

        public init(
            margin: Double = 0.2, distance: RowDistance = RowDistance(.squared, unitRows: true),
            selection: TripletSelection = .semiHardOne, reduction: Reduction = .mean, isSoft: Bool = false
        ) {
            (self.margin, self.distance, self.selection) = (margin, distance, selection)
            (self.reduction, self.isSoft) = (reduction, isSoft)
        }

        public func callAsFunction(_ features: Tensor, _ labels: [Int]) throws(LikenessError) -> EmbeddingLossValue {
            let rows = try distance.prepared(features)
            let chosen = selection.triplets(labels, try distance.table(rows), margin: margin)
            guard !chosen.anchors.isEmpty else {
                return EmbeddingLossValue(loss: try features.sum() * 0, terms: 0, active: 0)
            }
            let near = try distances(rows, chosen.anchors, chosen.positives)
            let far = try distances(rows, chosen.anchors, chosen.negatives)
            let difference = try near - far
            let terms = isSoft ? try difference.softplus() : try (difference + margin).clamped(0, nil)
            return EmbeddingLossValue(
                loss: try reduction(terms), terms: chosen.anchors.count, active: try Reduction.active(terms))
        }

        /// Each distance is worked out once, however many triplets share it.
        private func distances(_ rows: Tensor, _ first: [Int], _ second: [Int]) throws(LikenessError) -> Tensor {
            let n = rows.shape[0]
            var place: [Int: Int] = [:]
            var (a, b, indices): ([Int], [Int], [Int]) = ([], [], [])
            for (i, j) in zip(first, second) {
                let key = min(i, j) * n + max(i, j)
                if place[key] == nil {
                    place[key] = a.count
                    a.append(i)
                    b.append(j)
                }
                indices.append(place[key, default: 0])
            }
            return try distance(rows, a, b).rows(Tensor(indices).beside(rows))
        }
    }
#endif

#if Training
    public import FaceCore

    /// What sub-centre ArcFace (Deng et al. 2020) says about its training data: noise gathers in the sub-centres that few
    /// samples choose.
    public enum SubCentres {
        /// The sub-centre of its own class that each sample is nearest to; features N×D, weights C×K×D.
        public static func winners(
            _ features: Tensor, _ weights: Tensor, _ labels: [Int]
        ) throws(LikenessError) -> (indices: [Int], cosines: Tensor) {
            let shape = weights.shape
            guard shape.count == 3, features.shape.last == shape[2] else {
                throw LikenessError(.shapeMismatch, subject: "sub-centres", "\(weights.shape) for \(features.shape)")
            }
            return try withoutGradients { () throws(LikenessError) in
                let own = try weights.detached().rows(Tensor(labels).beside(features)).unitRows()
                let cosines = try (own * features.detached().unitRows().unsqueezed(1)).sum(over: 2)
                return (try cosines.maximum(over: 1).indices.integers(), cosines)
            }
        }

        /// Samples to be left out before training goes on with one centre a class: those farther than `angle` degrees from
        /// their class's dominant sub-centre, the one that most of its samples choose (lowest number on a tie).
        public static func dropped(
            _ features: Tensor, _ weights: Tensor, _ labels: [Int], angle: Double = 75
        ) throws(LikenessError) -> (samples: [Int], dominant: [Int]) {
            let (winners, cosines) = try winners(features, weights, labels)
            let (classes, k) = (weights.shape[0], weights.shape[1])
            var votes = [[Int]](repeating: [Int](repeating: 0, count: k), count: classes)
            for (label, winner) in zip(labels, winners) { votes[label][winner] += 1 }
            let dominant = votes.map { row in row.indices.max { (row[$0], -$0) < (row[$1], -$1) } ?? 0 }
            let values = try cosines.doubles()
            let least = _cos(angle * .pi / 180)
            let samples = labels.indices.filter { values[$0 * k + dominant[labels[$0]]] < least }
            return (samples, dominant)
        }
    }
#endif

#if Training
    public import FaceCore

    /// Softmax in two steps: over clusters of classes, then over the classes of the true cluster only.
    ///
    /// The sum of both cross-entropies is exactly −log P(cluster) P(class | cluster). Only the weights of the clusters in the
    /// batch are touched: with K clusters, memory and work of the second step shrink by up to K. Margins belong to that step.
    public final class TwoHeadSoftmax: ClassHead {
        public private(set) var rule: any MarginRule
        /// C×D.
        public let weights: Parameter
        /// K×D and K.
        public let clusterWeights: Parameter
        public let clusterBias: Parameter
        public private(set) var clusters: ClassClusters

        public init(
            weights: Tensor, clusterWeights: Tensor, clusterBias: Tensor, clusters: ClassClusters, rule: any MarginRule
        ) throws(LikenessError) {
            guard weights.shape[0] == clusters.clusterOfClass.count, clusterWeights.shape[0] == clusters.members.count,
                clusterBias.shape == [clusters.members.count], clusterWeights.shape[1] == weights.shape[1]
            else {
                throw LikenessError(
                    .shapeMismatch, subject: "two-head softmax",
                    "weights of \(weights.shape) and \(clusterWeights.shape) for \(clusters.members.count) clusters of "
                        + "\(clusters.clusterOfClass.count) classes")
            }
            self.weights = try Parameter("head.weight", weights, kind: .head)
            self.clusterWeights = try Parameter("head.cluster.weight", clusterWeights, kind: .head)
            self.clusterBias = try Parameter("head.cluster.bias", clusterBias, kind: .plain)
            self.clusters = clusters
            self.rule = rule
        }

        public var parameters: [Parameter] { [weights, clusterWeights, clusterBias] }
        public var state: HeadState {
            HeadState(numbers: rule.state, integers: ["clusters": clusters.clusterOfClass])
        }
        public func restore(_ state: HeadState) throws(LikenessError) {
            rule.restore(state.numbers)
            guard let stored = state.integers["clusters"] else { return }
            try replaceClusters(ClassClusters(clusterOfClass: stored))
        }

        /// Makes the clusters anew from the class weights as they are now; returns the share of the classes that moved.
        ///
        /// Clusters keep their numbers and with them the rows of the first head and their momentum; rows of classes lie by
        /// class, so that nothing else moves.
        @discardableResult
        public func recluster(seed: UInt64 = 1, threads: Int = availableThreads()) throws(LikenessError) -> Double {
            let (classes, d) = (weights.value.shape[0], weights.value.shape[1])
            var centres = Matrix(rows: classes, columns: d)
            let block = 8192
            for start in stride(from: 0, to: classes, by: block) {
                let count = min(block, classes - start)
                let values = try weights.value.detached().slice(0, from: start, count: count).floats()
                for i in 0..<count { centres.setRow(start + i, values[i * d..<(i + 1) * d]) }
            }
            let count = clusters.members.count
            let next = try ClassClusters.balanced(
                centres, count: count, rounds: 5, start: clusters, seed: seed, threads: threads)
            // A cluster that lost its last class would leave its row without a number: then all stays as it is.
            guard next.members.count == count else { return 0 }
            let moved = zip(next.clusterOfClass, clusters.clusterOfClass).count { $0 != $1 }
            clusters = next
            return Double(moved) / Double(classes)
        }

        private func replaceClusters(_ other: ClassClusters) throws(LikenessError) {
            guard other.clusterOfClass.count == clusters.clusterOfClass.count,
                other.members.count == clusters.members.count
            else {
                throw LikenessError(
                    .checkpointMismatch, subject: "clusters",
                    "the checkpoint has \(other.members.count) clusters of \(other.clusterOfClass.count) classes, "
                        + "\(clusters.members.count) of \(clusters.clusterOfClass.count) are wanted",
                    remedy: "resume with the recipe of the run")
            }
            clusters = other
        }

        public func step(_ features: Tensor, _ labels: [Int], factor: Double) throws(LikenessError) -> HeadReport {
            let clusterLabels = labels.map { clusters.clusterOfClass[$0] }
            let logits = try features.productOfRows(clusterWeights.value) + clusterBias.value
            let clusterLoss = try CrossEntropy()(logits, Tensor(clusterLabels).beside(features))
            // A leaf for the rows of each cluster in the batch: slices of one leaf would each get a gradient as large as all.
            let present = Set(clusterLabels).sorted()
            var leaves: [Tensor] = []
            var within = try features.sum() * 0
            var (hits, cosines) = (0.0, 0.0)
            for cluster in present {
                let samples = clusterLabels.indices.filter { clusterLabels[$0] == cluster }
                let columns = try Tensor(samples.map { clusters.placeOfClass[labels[$0]] }).beside(features)
                let own = try weights.value.detached().rows(Tensor(clusters.members[cluster]).beside(features)).asLeaf()
                let batch = try MarginBatch(
                    features: features.rows(Tensor(samples).beside(features)), weights: own, labels: columns, rule: rule
                )
                within = try within + CrossEntropy(reduction: .sum)(rule.logits(batch), columns)
                let best = try batch.products.detached().maximum(over: 1).indices
                hits += try (best .== columns).converted(to: .float64).sum().scalar()
                cosines += try batch.target.sum().scalar()
                leaves.append(own)
            }
            let n = Double(labels.count)
            within = try within / n
            let loss = try clusterLoss + within
            try (loss * factor).backward()
            let rows = try Tensor(present.flatMap { clusters.members[$0] }).beside(features)
            weights.sparse = (
                rows,
                try Tensor.concatenated(leaves.map { (leaf) throws(LikenessError) in try leaf.gradientOrZeros() })
            )
            return HeadReport(
                loss: try loss.scalar(),
                parts: ["clusters": try clusterLoss.scalar(), "within": try within.scalar()],
                targetCosine: cosines / n, accuracy: hits / n)
        }
    }
#endif

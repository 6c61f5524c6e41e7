#if Training
    public import FaceCore

    /// Class weights spread over processes, of which each step uses a sample (Partial FC, An et al. 2021).
    ///
    /// Process r of R owns a contiguous range of classes. Features and labels of all processes are gathered; each process
    /// computes the logits of its sample; maximum and sum of the softmax are reduced; only sampled rows get a gradient, and the
    /// optimiser leaves the weights and the momentum of all others as they are. Rate 1 is the plain class-parallel head;
    /// without a group everything happens in this process.
    public final class PartialHead: ClassHead {
        public private(set) var rule: any MarginRule
        /// Rows of this process, C_own×D.
        public let weights: Parameter
        /// The classes that the rows stand for.
        public let classes: Range<Int>
        public let rate: Double
        private let group: ProcessGroup?
        private let learnedScale: Parameter?
        private let seed: UInt64
        private var steps: UInt64 = 0
        /// The sample of the next step, for tests.
        package var given: [Int]?
        /// Classes of the last step, counted in this process.
        public private(set) var sample: [Int] = []

        /// `weights` are the rows of `classes` alone.
        public init(
            weights: Tensor, classes: Range<Int>, rule: any MarginRule, rate: Double = 1, group: ProcessGroup? = nil,
            seed: UInt64 = 1
        ) throws(LikenessError) {
            guard weights.dimensions == 2, weights.shape[0] == classes.count, rate > 0, rate <= 1 else {
                throw LikenessError(
                    .shapeMismatch, subject: "partial head",
                    "weights of \(weights.shape) for \(classes.count) classes at the rate \(rate)")
            }
            self.weights = try Parameter("head.weight", weights, kind: .head, isReplicated: group == nil)
            (self.classes, self.rule, self.rate, self.group, self.seed) = (classes, rule, rate, group, seed)
            if case .learned(let scale) = rule.scale {
                learnedScale = try Parameter("head.scale", scale, kind: .plain, isReplicated: false)
            } else {
                learnedScale = nil
            }
        }

        /// The range of classes of one process: the first ones own one class more where they do not divide evenly.
        public static func share(of classes: Int, rank: Int, size: Int) -> Range<Int> {
            let (each, more) = classes.quotientAndRemainder(dividingBy: size)
            let start = rank * each + min(rank, more)
            return start..<start + each + (rank < more ? 1 : 0)
        }

        public var parameters: [Parameter] { [weights] + [learnedScale].compactMap { $0 } }
        public var state: HeadState {
            HeadState(numbers: rule.state.merging(["steps": Double(steps)]) { $1 })
        }
        public func restore(_ state: HeadState) throws(LikenessError) {
            rule.restore(state.numbers)
            steps = UInt64(state.numbers["steps"] ?? 0)
        }

        public func step(_ features: Tensor, _ labels: [Int], factor: Double) throws(LikenessError) -> HeadReport {
            let all = try gathered(features, labels)
            let rows = try all.features.asLeaf()
            sample = given ?? chooseSample(all.labels)
            steps += 1
            let indices = try Tensor(sample).beside(features)
            let own = try weights.value.detached().rows(indices).asLeaf()
            let batch = try batch(rows, own, all.labels)
            let logits = try rule.logits(batch)
            let share = try GlobalSoftmax(logits, batch, sum: sum, maximum: maximum)
            // Features' gradient belongs to the mean over this process's own batch, weights' to the mean over all.
            let n = Double(all.labels.count)
            var total = try (logits * share.gradient).sum() * (factor / n)
            var loss = share.loss
            if let penalty = try rule.penalty(batch) {
                loss += try penalty.scalar()
                // every process has the whole batch: each takes its share of the term
                total = try total + penalty * (factor / Double(group?.size ?? 1))
            }
            try total.backward()
            weights.sparse = (indices, try own.gradientOrZeros())
            try finish(features, rows)
            return HeadReport(
                loss: loss, targetCosine: try batch.target.mean().scalar(), accuracy: try accuracy(batch))
        }

        private func chooseSample(_ labels: [Int]) -> [Int] {
            guard rate < 1 else { return Array(0..<classes.count) }
            var random = SeededRandom(seed: seed &+ steps &* 0x9E37_79B9 &+ UInt64(group?.rank ?? 0) << 48)
            let keys = (0..<classes.count).map { _ in random.unit() }
            let positives = Set(labels.filter(classes.contains).map { $0 - classes.lowerBound })
            return ClassSample.chosen(keys: keys, positives: positives, rate: rate)
        }

        private func gathered(
            _ features: Tensor, _ labels: [Int]
        ) throws(LikenessError) -> (features: Tensor, labels: [Int]) {
            guard let group else { return (features, labels) }
            let lists = try group.gathered(Tensor(labels))
            let all = try Tensor.concatenated(lists).integers()
            return (try Tensor.concatenated(group.gathered(features)), all)
        }

        /// The samples' cosines with this process's share of the classes.
        private func batch(_ rows: Tensor, _ own: Tensor, _ labels: [Int]) throws(LikenessError) -> MarginBatch {
            let place = Dictionary(uniqueKeysWithValues: sample.enumerated().map { ($1 + classes.lowerBound, $0) })
            let mine = labels.indices.filter { place[labels[$0]] != nil }
            let ownedRows = try Tensor(mine).beside(rows)
            let ownedColumns = try Tensor(mine.map { place[labels[$0], default: 0] }).beside(rows)
            let (unitRows, unitOwn) = (try rows.unitRows(), try own.unitRows())
            let products: Tensor =
                switch rule.normalisation {
                case .both: try unitRows.productOfRows(unitOwn)
                case .weights: try rows.productOfRows(unitOwn)
                case .none: try rows.productOfRows(own)
                }
            let cosines = try unitRows.rows(ownedRows).rowProducts(unitOwn.rows(ownedColumns))
            let zeros = try rows.detached().slice(1, from: 0, count: 1).squeezed(1).zeros()
            // Every process knows all true cosines; only the owner's are differentiated.
            let known = try sum(zeros.addingRows(ownedRows, cosines.detached()))
            let norms: Tensor? =
                rule.normalisation == .none && !(rule is PlainSoftmax)
                ? try zeros.addingRows(ownedRows, own.rows(ownedColumns).rowNorms()) : nil
            return MarginBatch(
                products: products, target: try known.replacingRows(ownedRows, with: cosines),
                featureNorms: try rows.rowNorms(), weightNorms: norms, owned: (ownedRows, ownedColumns),
                columns: ownedColumns, sumOverClasses: sum)
        }

        private func sum(_ tensor: Tensor) throws(LikenessError) -> Tensor { try group?.sum(tensor) ?? tensor }
        private func maximum(_ tensor: Tensor) throws(LikenessError) -> Tensor { try group?.maximum(tensor) ?? tensor }

        /// The gradient of all features is summed over the processes; each keeps its part.
        private func finish(_ features: Tensor, _ rows: Tensor) throws(LikenessError) {
            var gradient = try rows.gradientOrZeros()
            if let group {
                let n = features.shape[0]
                gradient = try group.sum(gradient).slice(0, from: group.rank * n, count: n) * Double(group.size)
                if let scale = learnedScale?.value, let partial = try scale.gradient() {
                    try scale.setGradient(group.sum(partial))
                }
            }
            try features.setGradient(
                features.gradient().map { (old) throws(LikenessError) in try old + gradient } ?? gradient)
        }

        /// Over all processes: is the largest cosine the true class's?
        private func accuracy(_ batch: MarginBatch) throws(LikenessError) -> Double {
            try withoutGradients { () throws(LikenessError) in
                let lowest = try batch.target.detached() * 0 - 2
                let others = try batch.replacingTarget(batch.products.detached(), with: lowest)
                let best = try maximum(others.shape[1] > 0 ? others.maximum(over: 1).values : lowest)
                let reference = rule.normalisation == .both ? batch.target : try batch.target * batch.featureNorms
                return try 1 - (reference .< best).converted(to: .float64).mean().scalar()
            }
        }
    }

    /// The softmax over the columns of all processes: the mean loss, and the derivative N·∂loss/∂logits of this one's columns.
    struct GlobalSoftmax {
        let loss: Double
        let gradient: Tensor

        init(
            _ logits: Tensor, _ batch: MarginBatch, sum: (Tensor) throws(LikenessError) -> Tensor,
            maximum: (Tensor) throws(LikenessError) -> Tensor
        ) throws(LikenessError) {
            (loss, gradient) = try withoutGradients { () throws(LikenessError) in
                let values = try logits.detached()
                let n = values.shape[0]
                let lowest = try batch.target.detached() * 0 - 1e30
                let top = try maximum(values.shape[1] > 0 ? values.maximum(over: 1).values : lowest)
                let exponentials = try (values - top.unsqueezed(1)).exp()
                let total = try sum(exponentials.sum(over: 1))
                var shares = try exponentials / total.unsqueezed(1)
                let zeros = try top.zeros()
                var own = zeros
                if let owned = batch.owned, owned.rows.count > 0 {
                    own = try zeros.addingRows(owned.rows, values.picked(rows: owned.rows, columns: owned.columns))
                    let p = try shares.picked(rows: owned.rows, columns: owned.columns)
                    shares = try shares.replacing(rows: owned.rows, columns: owned.columns, with: p - 1)
                }
                let terms = try total.log() + top - sum(own)
                return (try terms.sum().scalar() / Double(n), shares)
            }
        }
    }
#endif

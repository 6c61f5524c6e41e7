#if Training
    internal import FaceCore
    internal import FaceSpace

    /// What a network is shown in a step and what it is told about its answer.
    protocol GraphTask {
        /// Samples, of which a step takes some.
        var count: Int { get }
        /// Rows of the graph of a sample, 0 where it has none of its own.
        func places(_ sample: Int) -> Int
        /// The loss of these samples, a single number, and what they say of how good the network is.
        func loss(
            _ model: GraphModel, _ samples: [Int], rotation: Tensor?, draw: inout SeededRandom
        ) throws(LikenessError) -> (loss: Tensor, score: GraphScore)
    }

    /// Sums over samples from which the quality of a network follows.
    struct GraphScore {
        /// Sums of one number that is to be told.
        struct Regression {
            var count = 0.0
            var error = 0.0
            var sum = 0.0
            var squares = 0.0
            /// Squared distances of the targets from their mean.
            var spread: Double { squares - sum * sum / count }
        }

        var regressions: [Regression] = []
        /// Classification: right answers and answers, for each class.
        var right = [0.0, 0.0]
        var asked = [0.0, 0.0]
        var loss = 0.0
        var weight = 0.0

        mutating func add(_ other: GraphScore) {
            if regressions.isEmpty { regressions = other.regressions.map { _ in Regression() } }
            for (n, more) in other.regressions.enumerated() {
                regressions[n].count += more.count
                regressions[n].error += more.error
                regressions[n].sum += more.sum
                regressions[n].squares += more.squares
            }
            for c in 0...1 {
                right[c] += other.right[c]
                asked[c] += other.asked[c]
            }
            loss += other.loss
            weight += other.weight
        }

        var meanLoss: Double { weight > 0 ? loss / weight : 0 }

        /// Share of the targets' variance that is told (R²), of all numbers together, or the mean of both classes' shares of right answers: 0 and
        /// 0.5 by chance, 1 at best.
        var quality: Double {
            if !regressions.isEmpty {
                let spread = regressions.map(\.spread).reduce(0, +)
                return spread > 0 ? 1 - regressions.map(\.error).reduce(0, +) / spread : 0
            }
            let shares = (0...1).filter { asked[$0] > 0 }.map { right[$0] / asked[$0] }
            return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
        }

        /// Of numbers against their targets, `each` of one sample side by side.
        init(_ found: Tensor, _ targets: [Float], each: Int = 1, loss: Double) throws(LikenessError) {
            regressions = [Regression](repeating: Regression(), count: each)
            for (i, (value, target)) in zip(try found.floats(), targets).enumerated() {
                let (y, t) = (Double(value), Double(target))
                regressions[i % each].count += 1
                regressions[i % each].error += (y - t) * (y - t)
                regressions[i % each].sum += t
                regressions[i % each].squares += t * t
            }
            (self.loss, weight) = (loss * Double(targets.count), Double(targets.count))
        }

        /// Of ln P of two classes.
        init(_ logP: Tensor, classes: [Int], known: [Bool], loss: Double) throws(LikenessError) {
            let values = try logP.floats()
            for (i, label) in classes.enumerated() where known[i] {
                asked[label] += 1
                if (values[2 * i + 1] > values[2 * i]) == (label == 1) { right[label] += 1 }
            }
            weight = asked[0] + asked[1]
            self.loss = loss * weight
        }

        init() {}
    }

    /// GCN-V: single rows with the averages of their neighbours; mean squared error of the confidence.
    struct VertexTask: GraphTask {
        private let x: Tensor
        private let means: Tensor
        private let targets: [Float]
        var count: Int { targets.count }
        func places(_ sample: Int) -> Int { 0 }

        /// Rows of unknown people are in the lists of others, but none is asked about.
        init(_ sets: [GraphSet], confidences: [[Float]]) throws(LikenessError) {
            var (rows, averages, targets): ([Tensor], [Tensor], [Float]) = ([], [], [])
            for (set, confidence) in zip(sets, confidences) {
                let known = set.truth.indices.filter { set.truth[$0] >= 0 }
                rows.append(try Self.tensor(set.vectors.rows(at: known)))
                averages.append(
                    try Self.tensor(MeanAdjacency(of: set.graph).means(of: set.vectors).rows(at: known)))
                targets += known.map { confidence[$0] }
            }
            x = try Tensor.concatenated(rows)
            means = try Tensor.concatenated(averages)
            self.targets = targets
        }

        private static func tensor(_ matrix: Matrix) throws(LikenessError) -> Tensor {
            try Tensor((0..<matrix.rows).flatMap { matrix.row($0) }, [matrix.rows, matrix.columns])
        }

        func loss(
            _ model: GraphModel, _ samples: [Int], rotation: Tensor?, draw: inout SeededRandom
        ) throws(LikenessError) -> (loss: Tensor, score: GraphScore) {
            let indices = try Tensor(samples)
            var (a, b) = (try x.rows(indices), try means.rows(indices))
            if let rotation { (a, b) = (try a.product(rotation), try b.product(rotation)) }
            let wanted = samples.map { targets[$0] }
            let found = try model.confidences(a, means: b)
            let loss = try (found - Tensor(wanted, [wanted.count])).squared().mean()
            return (loss, try GraphScore(found.detached(), wanted, loss: loss.scalar()))
        }
    }

    /// GCN-D: whole proposals; mean squared error of what they are worth.
    struct ProposalTask: GraphTask {
        let sets: [GraphSet]
        let samples: [GraphSample]
        let frame: GraphFrame
        let threads: Int
        var count: Int { samples.count }
        func places(_ sample: Int) -> Int { samples[sample].members.count }

        func loss(
            _ model: GraphModel, _ chosen: [Int], rotation: Tensor?, draw: inout SeededRandom
        ) throws(LikenessError) -> (loss: Tensor, score: GraphScore) {
            let some = chosen.map { samples[$0] }
            let batch = try GraphBatch(
                some, of: sets, kind: .detection, frame: frame, rotation: rotation, threads: threads)
            let found = try model(batch)
            let loss = try (found - batch.worths).squared().mean()
            let score = try GraphScore(
                found.detached(), some.flatMap(\.worths), each: some[0].worths.count, loss: loss.scalar())
            return (loss, score)
        }
    }

    /// GCN-S and GCN-E: who of a small graph is the person of its seed or pivot; cross-entropy.
    struct MembershipTask: GraphTask {
        let kind: GraphNetworkKind
        let sets: [GraphSet]
        let samples: [GraphSample]
        /// Of «someone else» and «the same person».
        let classWeights: [Double]
        let frame: GraphFrame
        let threads: Int
        var count: Int { samples.count }
        func places(_ sample: Int) -> Int { samples[sample].members.count }

        init(
            _ recipe: GraphRecipe, sets: [GraphSet], samples: [GraphSample], classWeights: [Double]? = nil,
            threads: Int
        ) {
            (kind, self.sets, self.samples) = (recipe.kind, sets, samples)
            (frame, self.threads) = (recipe.graphFrame, threads)
            self.classWeights = classWeights ?? Self.weights(sets, samples, balance: recipe.balance)
        }

        /// share^−β, their mean over all answers 1; the first row stands for seeds that are drawn later.
        private static func weights(_ sets: [GraphSet], _ samples: [GraphSample], balance: Double) -> [Double] {
            var counts = [1.0, 1.0]
            for sample in samples {
                for (place, label) in sample.labels(sample.pivot ?? 0, sets[sample.set].truth).enumerated()
                where place != sample.pivot { counts[label] += 1 }
            }
            let total = counts[0] + counts[1]
            let raw = counts.map { _pow($0 / total, -balance) }
            let mean = zip(raw, counts).map { $0 * $1 }.reduce(0, +) / total
            return raw.map { $0 / mean }
        }

        func loss(
            _ model: GraphModel, _ chosen: [Int], rotation: Tensor?, draw: inout SeededRandom
        ) throws(LikenessError) -> (loss: Tensor, score: GraphScore) {
            let some = chosen.map { samples[$0] }
            let pivots = some.map { $0.pivot ?? Int.random(in: 0..<$0.members.count, using: &draw) }
            let batch = try GraphBatch(
                some, of: sets, kind: kind, frame: frame, pivots: pivots, rotation: rotation, threads: threads)
            let logP = try model(batch)
            let weights = zip(batch.classes, batch.known).map { $1 ? Float(classWeights[$0]) : 0 }
            let total = max(1e-6, Double(weights.reduce(0, +)))
            let picked = try logP.picked(Tensor(batch.classes))
            let loss = try (picked * Tensor(weights, [weights.count])).sum() * (-1 / total)
            let score = try GraphScore(
                logP.detached(), classes: batch.classes, known: batch.known, loss: loss.scalar())
            return (loss, score)
        }
    }
#endif

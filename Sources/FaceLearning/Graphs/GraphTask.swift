#if Training
    internal import FaceCore
    internal import FaceSpace

    /// What a network is shown in a step and what it is told about its answer.
    protocol GraphTask {
        /// Samples, of which a step takes some.
        var count: Int { get }
        /// The loss of these samples, a single number, and what they say of how good the network is.
        func loss(
            _ model: GraphModel, _ samples: [Int], rotation: Tensor?, draw: inout SeededRandom
        ) throws(LikenessError) -> (loss: Tensor, score: GraphScore)
    }

    /// Sums over samples from which the quality of a network follows.
    struct GraphScore {
        /// Regression: number, sum of squared errors, sum and sum of squares of the targets.
        var regression = (count: 0.0, error: 0.0, sum: 0.0, squares: 0.0)
        /// Classification: right answers and answers, for each class.
        var right = [0.0, 0.0]
        var asked = [0.0, 0.0]
        var loss = 0.0
        var weight = 0.0

        mutating func add(_ other: GraphScore) {
            regression.count += other.regression.count
            regression.error += other.regression.error
            regression.sum += other.regression.sum
            regression.squares += other.regression.squares
            for c in 0...1 {
                right[c] += other.right[c]
                asked[c] += other.asked[c]
            }
            loss += other.loss
            weight += other.weight
        }

        var meanLoss: Double { weight > 0 ? loss / weight : 0 }

        /// Share of the targets' variance that is told (R²), or the mean of both classes' shares of right answers: 0 and
        /// 0.5 by chance, 1 at best.
        var quality: Double {
            if regression.count > 0 {
                let mean = regression.sum / regression.count
                let variance = regression.squares - regression.count * mean * mean
                return variance > 0 ? 1 - regression.error / variance : 0
            }
            let shares = (0...1).filter { asked[$0] > 0 }.map { right[$0] / asked[$0] }
            return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
        }

        /// Of numbers against their targets.
        init(_ found: Tensor, _ targets: [Float], loss: Double) throws(LikenessError) {
            for (value, target) in zip(try found.floats(), targets) {
                let (y, t) = (Double(value), Double(target))
                regression.error += (y - t) * (y - t)
                regression.sum += t
                regression.squares += t * t
            }
            regression.count = Double(targets.count)
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

        init(_ sets: [GraphSet], confidences: [[Float]]) throws(LikenessError) {
            var (rows, averages): ([Tensor], [Tensor]) = ([], [])
            for set in sets {
                rows.append(try Self.tensor(set.vectors))
                averages.append(try Self.tensor(MeanAdjacency(of: set.graph).means(of: set.vectors)))
            }
            x = try Tensor.concatenated(rows)
            means = try Tensor.concatenated(averages)
            targets = confidences.flatMap(\.self)
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
        let threads: Int
        var count: Int { samples.count }

        func loss(
            _ model: GraphModel, _ chosen: [Int], rotation: Tensor?, draw: inout SeededRandom
        ) throws(LikenessError) -> (loss: Tensor, score: GraphScore) {
            let some = chosen.map { samples[$0] }
            let batch = try GraphBatch(some, of: sets, kind: .detection, rotation: rotation, threads: threads)
            let found = try model(batch)
            let loss = try (found - batch.worths).squared().mean()
            return (loss, try GraphScore(found.detached(), some.map(\.worth), loss: loss.scalar()))
        }
    }

    /// GCN-S and GCN-E: who of a small graph is the person of its seed or pivot; cross-entropy.
    struct MembershipTask: GraphTask {
        let kind: GraphNetworkKind
        let sets: [GraphSet]
        let samples: [GraphSample]
        /// Of «someone else» and «the same person».
        let classWeights: [Double]
        let threads: Int
        var count: Int { samples.count }

        init(
            _ recipe: GraphRecipe, sets: [GraphSet], samples: [GraphSample], classWeights: [Double]? = nil,
            threads: Int
        ) {
            (kind, self.sets, self.samples, self.threads) = (recipe.kind, sets, samples, threads)
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
                some, of: sets, kind: kind, pivots: pivots, rotation: rotation, threads: threads)
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

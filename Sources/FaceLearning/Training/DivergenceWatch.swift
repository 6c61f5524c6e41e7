public import FaceCore

/// Tells when a run has gone wrong, and how.
///
/// A falling loss is no proof of learning: with a margin of 60° and s = 64 it falls while the accuracy stays at chance.
public struct DivergenceWatch: Sendable, Hashable, Codable {
    /// What one step shows.
    public struct Sample: Sendable {
        public var loss: Double
        /// Share of samples whose own class has the largest cosine, margins left out; nil without class weights.
        public var accuracy: Double?
        public var targetCosine: Double?
        /// Mean distance between embeddings of the batch, of unit length.
        public var spread: Double?
        public var isFinite: Bool

        public init(loss: Double, accuracy: Double?, targetCosine: Double?, spread: Double?, isFinite: Bool) {
            (self.loss, self.accuracy, self.targetCosine) = (loss, accuracy, targetCosine)
            (self.spread, self.isFinite) = (spread, isFinite)
        }
    }

    public let classes: Int
    /// Steps of an epoch.
    public let epoch: Int
    /// The smallest loss that perfect features could reach; nil where that is 0.
    public let lowerBound: Double?

    private var steps = 0
    private var skipped = 0
    private var firstLoss: Double?
    private var firstSpread: Double?
    private var collapsed = 0
    private var loss = 0.0
    private var accuracy: Double?
    private var cosine: Double?
    private var bestCosine: Double?
    private var fallingSince: Int?

    public init(classes: Int, epoch: Int, lowerBound: Double? = nil) {
        (self.classes, self.epoch, self.lowerBound) = (classes, max(1, epoch), lowerBound)
    }

    /// Takes note of a step. Throws `training-diverged` with what is wrong and what to try.
    public mutating func observe(_ sample: Sample) throws(LikenessError) {
        steps += 1
        guard sample.isFinite, sample.loss.isFinite else {
            skipped += 1
            guard skipped < 3 else {
                throw Self.diverged(
                    "the loss or a gradient was not finite three times in a row",
                    "a lower learning rate, a longer warm-up, or --precision float32")
            }
            return
        }
        skipped = 0
        let rate = firstLoss == nil ? 1 : 0.05
        loss += rate * (sample.loss - loss)
        if firstLoss == nil { (firstLoss, firstSpread) = (sample.loss, sample.spread) }
        if let value = sample.accuracy { accuracy = (accuracy ?? value) + rate * (value - (accuracy ?? value)) }
        if let value = sample.targetCosine { cosine = (cosine ?? value) + rate * (value - (cosine ?? value)) }
        try checkCollapse(sample)
        try checkCosine()
        if steps >= 2 * epoch, steps >= 100 { try checkLearning() }
    }

    /// One odd batch is no collapse: twenty in a row are.
    private mutating func checkCollapse(_ sample: Sample) throws(LikenessError) {
        guard let start = firstSpread, start > 1e-3, let spread = sample.spread else { return }
        collapsed = spread < 0.1 * start ? collapsed + 1 : 0
        guard collapsed >= 20 else { return }
        throw Self.diverged(
            "the embeddings collapse: their mean distance fell from \(rounded(start)) to \(rounded(spread))",
            "semi-hard instead of hard selection, larger batches, or a softmax term beside the triplets")
    }

    private mutating func checkCosine() throws(LikenessError) {
        guard let cosine else { return }
        if cosine >= (bestCosine ?? -2) { (bestCosine, fallingSince) = (cosine, nil) }
        guard cosine < (bestCosine ?? -2) - 0.02 else { return }
        let since = fallingSince ?? steps
        fallingSince = since
        guard steps - since >= 1000 else { return }
        throw Self.diverged(
            "the mean cosine to the own class has fallen for 1000 steps, from \(rounded(bestCosine ?? 0)) to "
                + "\(rounded(cosine))", "a smaller margin, or a margin that grows over the first epochs")
    }

    private func checkLearning() throws(LikenessError) {
        guard let start = firstLoss else { return }
        if let accuracy, accuracy < max(0.01, 3 / Double(max(1, classes))), classes > 3, loss < start {
            throw Self.diverged(
                "the loss fell from \(rounded(start)) to \(rounded(loss)), but the accuracy without margin is "
                    + "\(rounded(accuracy * 100)) %: the margin is too large to be met",
                "a smaller margin, a margin that grows over the first epochs, annealing of λ, or a lower learning rate")
        }
        if let lowerBound, lowerBound > 0.1, loss < 1.01 * lowerBound {
            throw Self.diverged(
                "the loss has reached \(rounded(loss)), the least that this scale allows", "a larger or learned scale")
        }
    }

    private func rounded(_ x: Double) -> String { "\((x * 1000).rounded() / 1000)" }

    private static func diverged(_ what: String, _ remedy: String) -> LikenessError {
        LikenessError(.trainingDiverged, subject: "training", what, remedy: "try \(remedy)")
    }
}

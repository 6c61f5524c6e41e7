/// Pairs of chips on which a run is measured while it learns.
public struct EvaluationRecipe: Sendable, Hashable, Codable {
    /// Stands in the metrics and names the file of scores: letters, digits and hyphens.
    public var name: String
    /// An LFW list (View 1 or View 2) or a `.csv` with left, right and label.
    public var pairs: String
    /// Folder of the chips that the list names.
    public var chips: String
    /// Steps between evaluations; each epoch unless given, 0 at the end only.
    public var every: Int?

    public init(name: String, pairs: String, chips: String, every: Int? = nil) {
        (self.name, self.pairs, self.chips, self.every) = (name, pairs, chips, every)
    }

    /// Whether a run stands at a point where this is due.
    func isDue(step: Int, stepsPerEpoch: Int, end: Int) -> Bool {
        let interval = every ?? stepsPerEpoch
        return step == end || interval > 0 && step.isMultiple(of: interval)
    }
}

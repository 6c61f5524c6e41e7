/// A list of comparisons by item name: who is compared with whom, and whether they are one person.
public struct ComparisonList: Sendable, Hashable {
    public struct Comparison: Sendable, Hashable {
        public var left: String
        public var right: String
        public var same: Bool
        /// Values of further columns (`ComparisonList.columns`), for cohorts.
        public var attributes: [String]

        public init(left: String, right: String, same: Bool, attributes: [String] = []) {
            self.left = left
            self.right = right
            self.same = same
            self.attributes = attributes
        }
    }

    public var comparisons: [Comparison]
    /// Folds that the list itself declares, as ranges of comparisons; empty when it declares none.
    public var folds: [Range<Int>]
    /// Names of the further columns.
    public var columns: [String]

    public init(comparisons: [Comparison], folds: [Range<Int>] = [], columns: [String] = []) {
        self.comparisons = comparisons
        self.folds = folds
        self.columns = columns
    }
}

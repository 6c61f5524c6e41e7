/// How class weights are held.
public struct HeadRecipe: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case full
        /// Spread over the processes, a share of the classes in each step.
        case partial
        case twoHead = "two-head"
    }
    public var kind: Kind = .full
    /// Share of the classes in a step of `partial`.
    public var rate: Double = 1
    /// Clusters of `two-head`; √C unless given.
    public var clusters: Int?
    /// Epochs between new clusters of `two-head`, made from the class weights of that moment; 0 for never.
    public var recluster: Double = 1

    public init(_ kind: Kind = .full) { self.kind = kind }

    public init(from decoder: any Decoder) throws {
        let fields = try PartialFields(decoder, like: self)
        try fields.read("kind", into: &kind)
        try fields.read("rate", into: &rate)
        try fields.read("clusters", into: &clusters)
        try fields.read("recluster", into: &recluster)
    }
}

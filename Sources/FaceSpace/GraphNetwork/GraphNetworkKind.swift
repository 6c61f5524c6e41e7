/// A graph network that can be trained, by the name that its tensors and its file carry.
public enum GraphNetworkKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// ``DetectionNetwork``.
    case detection = "gcn-d"
    /// ``SegmentationNetwork``.
    case segmentation = "gcn-s"
    /// ``ConfidenceNetwork``.
    case confidence = "gcn-v"
    /// ``ConnectivityNetwork``.
    case connectivity = "gcn-e"

    /// Whether it judges proposals of groups, which may have axes of their own.
    public var readsProposals: Bool { self == .detection || self == .segmentation }
}

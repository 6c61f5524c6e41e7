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
}

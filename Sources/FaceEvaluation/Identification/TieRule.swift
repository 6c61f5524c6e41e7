/// Where an identity stands among others with the same score.
public enum TieRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// Behind all of them. The default of every report.
    case pessimistic
    /// Before all of them.
    case optimistic
    /// In their middle.
    case mean
}

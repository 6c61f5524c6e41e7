/// How a true accept rate "at a false accept rate f" is read from a curve of steps.
public enum FalseAcceptConvention: String, Sendable, Hashable, Codable, CaseIterable {
    /// The last point with at most ⌊f·N⌋ false accepts: never promises too much. The default.
    case step
    /// BLUFR: the threshold is the k-th largest impostor score, k = ⌊f·N + ½⌋; ties can make the real rate larger.
    case kthImpostor = "kth_impostor"
    /// Linear between the last point with FAR ≤ f and the next.
    case interpolated
    /// The point with the smallest |FAR − f|, as published template scripts do; it may lie above f.
    case nearest
}

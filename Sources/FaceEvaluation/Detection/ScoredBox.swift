public import FaceCore

/// One detection to be judged.
public struct ScoredBox: Sendable, Hashable {
    public var box: Box
    /// Larger is surer; comparable within one detector only.
    public var score: Double

    public init(box: Box, score: Double) {
        self.box = box
        self.score = score
    }
}

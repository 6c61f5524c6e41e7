public import FaceCore

/// One face that people marked in a picture.
public struct AnnotatedBox: Sendable, Hashable {
    public var box: Box
    /// Neither a hit when found nor an error when missed.
    public var ignored: Bool

    public init(box: Box, ignored: Bool = false) {
        self.box = box
        self.ignored = ignored
    }
}

public import FaceCore

/// A face with a person's name, to be written into metadata.
public struct NamedFace: Sendable, Hashable {
    public var name: String
    /// In fractions of the UPRIGHT picture.
    public var box: Box

    public init(name: String, box: Box) {
        self.name = name
        self.box = box
    }
}

public import FaceCore

extension Quality {
    /// A face whose vector says nothing about its person: taken for no face at all, or useless in another way.
    public var isRejected: Bool { reasons.contains(.notAFace) || score < 0.02 }
}

public import FaceCore

extension LikenessError.Code {
    /// The file ends before its picture does.
    public static let imageTruncated = Self("image-truncated", exitStatus: 65)
    /// The file has no bytes.
    public static let imageEmpty = Self("image-empty", exitStatus: 65)
    /// The file is no picture, or one of a kind that is not read.
    public static let imageUnsupported = Self("image-unsupported", exitStatus: 65)
    /// More pixels or bytes than the limits allow.
    public static let imageTooLarge = Self("image-too-large", exitStatus: 65)
    /// The file starts like a picture and then makes no sense.
    public static let imageCorrupt = Self("image-corrupt", exitStatus: 65)
}

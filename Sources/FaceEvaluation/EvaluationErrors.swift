public import FaceCore

extension LikenessError.Code {
    /// Nothing was given to measure.
    public static let emptyInput = Self("empty", exitStatus: 65)
    /// No comparison of one person with himself: a true accept rate does not exist.
    public static let noGenuine = Self("no-genuine", exitStatus: 65)
    /// No comparison of different people: a false accept rate does not exist.
    public static let noImpostor = Self("no-impostor", exitStatus: 65)
    /// Two lists that belong together differ in length.
    public static let lengthMismatch = Self("length-mismatch", exitStatus: 65)
}

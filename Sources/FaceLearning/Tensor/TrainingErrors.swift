public import FaceCore

extension LikenessError.Code {
    /// A tensor operation that LibTorch refused.
    public static let tensorOperation = Self("tensor-operation", exitStatus: 70)
    /// Tensors whose shapes do not fit together.
    public static let shapeMismatch = Self("shape-mismatch", exitStatus: 65)
    /// A device for tensors that this machine, or this LibTorch, does not have.
    public static let deviceUnavailable = Self("device-unavailable", exitStatus: 69)
    /// A file, recipe or option that training cannot use.
    public static let trainingInput = Self("training-input", exitStatus: 65)
    /// A training run that went wrong: not finite, collapsed, at chance.
    public static let trainingDiverged = Self("training-diverged", exitStatus: 65)
    /// A checkpoint that does not fit the run that is to be resumed.
    public static let checkpointMismatch = Self("checkpoint-mismatch", exitStatus: 65)
}

import CTorchShim

/// Whether this build can train.
public enum Training {
    /// Whether LibTorch is linked (package trait `Training`).
    public static var isAvailable: Bool { ts_available() == 1 }
}

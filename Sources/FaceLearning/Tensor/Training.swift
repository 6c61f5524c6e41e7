internal import CTorchShim
public import FaceCore

/// Whether this build can train.
public enum Training {
    /// Whether LibTorch is linked (package trait `Training`).
    public static var isAvailable: Bool { ts_available() == 1 }

    /// Throws `component-missing` unless this build can train.
    public static func require() throws(LikenessError) {
        guard !isAvailable else { return }
        throw LikenessError(
            .componentMissing, subject: "LibTorch", "this likeness was built without training",
            remedy: "run scripts/bootstrap --training, then "
                + "swift build --traits Training --scratch-path .build-training")
    }
}

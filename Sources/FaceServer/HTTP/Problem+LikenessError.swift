package import FaceCore
import HTTPTypes

extension Problem {
    /// The answer to an error of the libraries. What names a file or a row stays out of it: of `subject` only the name of
    /// a field is shown.
    package init(_ error: LikenessError) {
        let kind = Self.kinds[error.code.description] ?? .internalError
        let advice = error.remedy.map { " (\($0))" } ?? ""
        let detail = kind == .internalError ? "an error that nobody foresaw; the log has it" : error.message + advice
        let faults: [FieldFault] =
            kind == .invalidInput ? [FieldFault(pointer: "/\(error.subject ?? "")", detail: error.message)] : []
        self.init(kind, detail, faults: faults, members: [.init("code", .string(error.code.description))])
        if kind.status == 503 { headers[.retryAfter] = "5" }
    }

    private static let kinds: [String: Kind] = [
        "image-truncated": .unreadableImage, "image-empty": .unreadableImage, "image-unsupported": .unreadableImage,
        "image-corrupt": .unreadableImage, "image-too-large": .tooLarge, "no-face": .noFace,
        "several-faces": .severalFaces, "model-missing": .modelMissing, "model-changed": .modelMissing,
        "model-unknown": .modelMissing, "component-missing": .modelMissing, "no-calibration": .modelMissing,
        "space-mismatch": .wrongSpace, "dimension-mismatch": .wrongSpace, "usage": .invalidInput,
        "invalid-input": .invalidInput, "not-found": .notFound, "file-missing": .notFound, "conflict": .conflict,
        "stale-version": .staleVersion, "cancelled": .unavailable, "library-busy": .unavailable,
        "disk-full": .unavailable, "file-unwritable": .unavailable,
    ]
}

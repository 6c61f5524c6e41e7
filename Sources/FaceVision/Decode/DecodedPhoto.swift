/// A photo in memory, upright, at the working size, with what its file says about it.
public struct DecodedPhoto: Sendable {
    /// Something that did not stop the decoder and that a person may want to know.
    public struct Warning: Sendable, Hashable {
        /// Kebab-case: `image-truncated`, `image-damaged`, `colour-profile-ignored`.
        public let code: String
        public let message: String

        public init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// Pixels at the working size.
    public let raster: Raster
    /// Pixels of the photo at full size, upright.
    public let fullWidth: Int
    public let fullHeight: Int
    /// SHA-256 of the file's bytes, 64 hexadecimal digits; nil when the options do not ask for it.
    public let contentHash: String?
    public let format: ImageFormat
    /// When the photo was taken, ISO 8601 in local time, `2024-05-01T12:33:10` or with `+02:00` where the camera says so.
    public let captureDate: String?
    public let warnings: [Warning]

    public init(
        raster: Raster, fullWidth: Int, fullHeight: Int, contentHash: String? = nil, format: ImageFormat,
        captureDate: String? = nil, warnings: [Warning] = []
    ) {
        self.raster = raster
        self.fullWidth = fullWidth
        self.fullHeight = fullHeight
        self.contentHash = contentHash
        self.format = format
        self.captureDate = captureDate
        self.warnings = warnings
    }

    /// Working pixels per pixel of the full photo, at most 1: a box of the raster divided by it is a box of the photo.
    public var scale: Float {
        Float(max(raster.width, raster.height)) / Float(max(1, fullWidth, fullHeight))
    }
}

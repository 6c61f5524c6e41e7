import CVipsShim
public import FaceCore

/// Reads photos: any of `ImageFormat`, upright, in sRGB without alpha, reduced to a working size while decoding.
///
/// What a file is, is judged by its bytes. Sizes are checked before pixels take memory. May be used from any number of
/// threads at once; it prints nothing and keeps nothing.
public struct PhotoDecoder: Sendable {
    public struct Options: Sendable, Hashable {
        /// What to do with a file that ends before its picture does.
        public enum Truncated: String, Sendable, Hashable, CaseIterable {
            /// `image-truncated` is thrown.
            case refuse
            /// What is there is used where the format allows it, and a warning says so; the missing part is grey or black.
            case acceptWithWarning = "accept-with-warning"
        }

        /// Longest side of the raster in pixels; 0: full size. Smaller photos are not enlarged.
        public var workingSize: Int
        /// Pixels of the full photo at most. The default takes the 200-megapixel phones of today.
        public var maximumPixels: Int
        /// Bytes of the file at most.
        public var maximumBytes: Int
        public var truncated: Truncated
        /// Whether `DecodedPhoto.contentHash` is filled in.
        public var hashesContent: Bool

        public init(
            workingSize: Int = 1440, maximumPixels: Int = 200_000_000, maximumBytes: Int = 256 << 20,
            truncated: Truncated = .refuse, hashesContent: Bool = true
        ) {
            self.workingSize = workingSize
            self.maximumPixels = maximumPixels
            self.maximumBytes = maximumBytes
            self.truncated = truncated
            self.hashesContent = hashesContent
        }
    }

    public let options: Options

    /// Throws `usage` for limits that make no sense.
    public init(_ options: Options = .init()) throws(LikenessError) {
        guard (0...100_000).contains(options.workingSize), options.workingSize == 0 || options.workingSize >= 16 else {
            throw LikenessError(
                .usage, "a working size of \(options.workingSize) pixels is not in 16…100000 (or 0 for full size)")
        }
        guard options.maximumPixels > 0, options.maximumPixels <= 1 << 31, options.maximumBytes > 0 else {
            throw LikenessError(
                .usage, "the limits on pixels and bytes must be positive, and at most 2147483648 pixels")
        }
        self.options = options
    }

    /// The bytes of a photo's file, if it is a regular file within the limit; nothing is decoded.
    public func read(path: String) throws(LikenessError) -> [UInt8] {
        try fileBytes(path, limit: options.maximumBytes)
    }

    /// Decodes a file. Throws the codes of `decode(bytes:name:)`, `file-missing` or `file-unreadable`.
    public func decode(path: String) throws(LikenessError) -> DecodedPhoto {
        try decode(bytes: read(path: path), name: path)
    }

    /// Decodes the bytes of a file; `name` is the subject of errors.
    ///
    /// Throws `image-empty`, `image-unsupported`, `image-too-large`, `image-truncated` or `image-corrupt`.
    public func decode(bytes: [UInt8], name: String) throws(LikenessError) -> DecodedPhoto {
        let format = try recognise(bytes, name)
        if bytes.count > options.maximumBytes {
            throw LikenessError(
                .imageTooLarge, subject: name,
                "the file has \(bytes.count) bytes; the limit is \(options.maximumBytes)",
                remedy: "raise the limit on bytes if you trust the file")
        }
        let cut = isCut(bytes, format)
        if cut, options.truncated == .refuse { throw truncated(name) }
        var picture = lk_picture()
        defer { lk_picture_free(&picture) }
        let status = run(bytes, format, &picture)
        if cut, status == lk_corrupt { throw truncated(name) }
        guard status == lk_ok else { throw failure(status, picture, format, bytes, name) }
        let exif = withBytes(picture.exif, picture.exif_length) { Exif($0) }
        var warnings = decoderWarnings(picture, format, cut)
        let before = picture.warnings
        guard lk_to_srgb(&picture) == lk_ok else {
            throw LikenessError(
                .imageCorrupt, subject: name, "the colours of this \(format.name) cannot be converted to sRGB")
        }
        if picture.warnings > before {
            warnings.append(.init(code: "colour-profile-ignored", message: text(picture)))
        }
        let orientation = picture.orientation > 0 ? Int(picture.orientation) : exif?.orientation ?? 1
        let turned = orientation >= 5
        return DecodedPhoto(
            raster: upright(picture, orientation),
            fullWidth: Int(turned ? picture.full_height : picture.full_width),
            fullHeight: Int(turned ? picture.full_width : picture.full_height),
            contentHash: options.hashesContent ? SHA256.hex(of: bytes) : nil,
            format: format, captureDate: exif?.captureDate, warnings: warnings)
    }

    private func recognise(_ bytes: [UInt8], _ name: String) throws(LikenessError) -> ImageFormat {
        if bytes.isEmpty {
            throw LikenessError(.imageEmpty, subject: name, "the file is empty", remedy: "copy the photo again")
        }
        switch ImageFormat.recognise(bytes.prefix(ImageFormat.signatureLength)) {
        case .format(let format): return format
        case .unsupported(let kind):
            throw LikenessError(
                .imageUnsupported, subject: name, "the file is \(kind), which is not read",
                remedy: "convert it to JPEG or PNG")
        case .other(let kind):
            throw LikenessError(
                .imageUnsupported, subject: name, "the file is \(kind), not a photo", remedy: "leave it out")
        case nil:
            throw LikenessError(.imageUnsupported, subject: name, "the file is not a picture", remedy: "leave it out")
        }
    }

    private func run(_ bytes: [UInt8], _ format: ImageFormat, _ picture: inout lk_picture) -> lk_status {
        var request = lk_request(
            side: Int32(options.workingSize), maximum_pixels: Int64(options.maximumPixels),
            accept_truncated: options.truncated == .refuse ? 0 : 1)
        let loader: lk_format
        switch format {
        case .jpeg:
            return bytes.withUnsafeBufferPointer { lk_jpeg_decode($0.baseAddress, $0.count, &request, &picture) }
        case .png: loader = lk_png
        case .webp: loader = lk_webp
        case .tiff: loader = lk_tiff
        case .gif: loader = lk_gif
        case .heic, .avif: loader = lk_heif
        case .bmp:
            return bytes.withUnsafeBufferPointer { lk_bmp_decode($0.baseAddress, $0.count, &request, &picture) }
        }
        return bytes.withUnsafeBufferPointer { lk_vips_decode($0.baseAddress, $0.count, loader, &request, &picture) }
    }

    private func upright(_ picture: lk_picture, _ orientation: Int) -> Raster {
        let width = Int(picture.width)
        let height = Int(picture.height)
        let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
            lk_turn(picture.pixels, picture.width, picture.height, Int32(orientation), target.baseAddress)
            count = width * height * 3
        }
        return orientation >= 5
            ? Raster(width: height, height: width, pixels: pixels)
            : Raster(width: width, height: height, pixels: pixels)
    }

    private func decoderWarnings(_ picture: lk_picture, _ format: ImageFormat, _ cut: Bool) -> [DecodedPhoto.Warning] {
        if cut || picture.truncated != 0 {
            return [.init(code: "image-truncated", message: "the file ends before its picture does")]
        }
        if picture.warnings == 0 { return [] }
        return [.init(code: "image-damaged", message: "the \(format.name) data are irregular: \(text(picture))")]
    }

    private func failure(
        _ status: lk_status, _ picture: lk_picture, _ format: ImageFormat, _ bytes: [UInt8], _ name: String
    ) -> LikenessError {
        let detail = text(picture).isEmpty ? "" : ": \(text(picture))"
        switch status {
        case lk_truncated: return truncated(name)
        case lk_too_large where Int(picture.full_width) * Int(picture.full_height) > options.maximumPixels:
            return LikenessError(
                .imageTooLarge, subject: name,
                "the picture has \(picture.full_width) × \(picture.full_height) pixels; the limit is \(options.maximumPixels)",
                remedy: "raise the limit on pixels if you trust the file")
        case lk_too_large:
            return LikenessError(.imageTooLarge, subject: name, "the picture takes too much memory\(detail)")
        case lk_unsupported:
            return LikenessError(
                .imageUnsupported, subject: name, "this kind of \(format.name) is not read here\(detail)",
                remedy: "convert it to JPEG or PNG")
        case lk_no_library:
            return libraryMissing()
        default:
            return LikenessError(
                .imageCorrupt, subject: name, "the \(format.name) data are damaged\(detail)",
                remedy: "copy the photo again")
        }
    }

    private func truncated(_ name: String) -> LikenessError {
        LikenessError(
            .imageTruncated, subject: name, "the file ends before its picture does",
            remedy: "copy the photo again, or accept truncated photos")
    }

    private func text(_ picture: lk_picture) -> String {
        withUnsafeBytes(of: picture.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private func withBytes<R>(_ p: UnsafeMutablePointer<UInt8>?, _ n: Int, _ body: ([UInt8]) -> R) -> R? {
        p.map { body(Array(UnsafeBufferPointer(start: $0, count: n))) }
    }
}

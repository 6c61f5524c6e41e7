import CVipsShim
package import FaceCore

/// What a photo's file says beside its pixels: EXIF and XMP blocks, untouched, and the sides as stored.
package struct PhotoMetadata: Sendable {
    /// As stored, before ``orientation`` is applied; 0 where it is not known.
    package var storedWidth = 0
    package var storedHeight = 0
    /// EXIF 1…8.
    package var orientation = 1
    package var exif: [UInt8]?
    /// XMP packets: one, and for JPEG perhaps an extension.
    package var xmp: [[UInt8]] = []

    /// Reads the blocks of a photo of at most `limit` bytes without decoding pixels.
    ///
    /// BMP and GIF carry none. Throws as ``PhotoDecoder``: `image-empty`, `image-unsupported`, `image-corrupt`…
    package init(path: String, limit: Int = 256 << 20) throws(LikenessError) {
        try self.init(bytes: fileBytes(path, limit: limit), name: path)
    }

    package init(bytes: [UInt8], name: String) throws(LikenessError) {
        guard case .format(let format) = ImageFormat.recognise(bytes.prefix(ImageFormat.signatureLength)) else {
            throw LikenessError(
                bytes.isEmpty ? .imageEmpty : .imageUnsupported, subject: name,
                bytes.isEmpty ? "the file is empty" : "the file is not a picture")
        }
        switch format {
        case .jpeg:
            let segments = JPEGSegments(bytes)
            (storedWidth, storedHeight) = (segments.width, segments.height)
            exif = segments.exif
            xmp = segments.xmp
            orientation = exif.map { Exif($0).orientation } ?? 1
        case .bmp: readBMPSides(bytes)
        case .gif:
            (storedWidth, storedHeight) = (little(bytes, 6, 2), little(bytes, 8, 2))
        case .png: try readOther(bytes, lk_png, name)
        case .webp: try readOther(bytes, lk_webp, name)
        case .tiff: try readOther(bytes, lk_tiff, name)
        case .heic, .avif: try readOther(bytes, lk_heif, name)
        }
    }

    package var capture: CaptureFacts { exif.map { CaptureFacts(exif: $0) } ?? CaptureFacts() }

    /// The sides in a BMP's header; a negative height stands for rows from the top.
    private mutating func readBMPSides(_ bytes: [UInt8]) {
        if little(bytes, 14, 4) == 12 {
            (storedWidth, storedHeight) = (little(bytes, 18, 2), little(bytes, 20, 2))
        } else {
            let height = Int32(truncatingIfNeeded: little(bytes, 22, 4))
            (storedWidth, storedHeight) = (little(bytes, 18, 4), Int(height.magnitude))
        }
    }

    private func little(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
        guard at + count <= bytes.count else { return 0 }
        return (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }

    private mutating func readOther(_ bytes: [UInt8], _ format: lk_format, _ name: String) throws(LikenessError) {
        var found = lk_metadata()
        defer { lk_metadata_free(&found) }
        let status = bytes.withUnsafeBufferPointer { lk_vips_metadata($0.baseAddress, $0.count, format, &found) }
        if status == lk_no_library { throw libraryMissing() }
        guard status == lk_ok else {
            throw LikenessError(
                status == lk_unsupported ? .imageUnsupported : .imageCorrupt, subject: name,
                "the picture's metadata cannot be read")
        }
        (storedWidth, storedHeight) = (Int(found.full_width), Int(found.full_height))
        func block(_ p: UnsafeMutablePointer<UInt8>?, _ n: Int) -> [UInt8]? {
            p.map { Array(UnsafeBufferPointer(start: $0, count: n)) }
        }
        exif = block(found.exif, found.exif_length)
        if let packet = block(found.xmp, found.xmp_length) { xmp = [packet] }
        orientation = found.orientation > 0 ? Int(found.orientation) : exif.map { Exif($0).orientation } ?? 1
    }
}

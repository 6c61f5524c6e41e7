import CVipsShim
public import FaceCore

/// Turns pictures in memory into the bytes of a file.
public enum RasterEncoder {
    public enum Kind: Sendable, Hashable {
        /// quality: 1…100, clamped.
        case jpeg(quality: Int)
        case png
    }

    /// Throws `bad-data` for an empty picture or one with a side above 65,500 pixels as JPEG.
    public static func encode(_ raster: Raster, as kind: Kind) throws(LikenessError) -> [UInt8] {
        let quality: Int32 =
            switch kind {
            case .jpeg(let q): Int32(min(100, max(1, q)))
            case .png: 0
            }
        guard raster.width > 0, raster.height > 0 else { throw refused(raster, "has no pixels") }
        if quality > 0, max(raster.width, raster.height) > 65_500 { throw refused(raster, "is too large for JPEG") }
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = raster.pixels.withUnsafeBufferPointer {
            lk_encode($0.baseAddress, Int32(raster.width), Int32(raster.height), quality, &bytes, &count)
        }
        guard status == lk_ok, let bytes else {
            if status == lk_no_library { throw libraryMissing() }
            throw refused(raster, "cannot be written")
        }
        defer { lk_bytes_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private static func refused(_ raster: Raster, _ why: String) -> LikenessError {
        LikenessError(.badData, "a picture of \(raster.width) × \(raster.height) pixels \(why)")
    }
}

func libraryMissing() -> LikenessError {
    LikenessError(
        .componentMissing, subject: "libvips", "libvips could not be started", remedy: "run scripts/bootstrap")
}

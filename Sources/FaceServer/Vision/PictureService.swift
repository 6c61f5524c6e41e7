import FaceLibrary

/// Pictures that have to be decoded: reduced photos and crops that are not kept any more. On threads of their own, so that
/// a page of a hundred of them makes no click wait; what was made lately is kept in memory.
final class PictureService: Sendable {
    private static let threads = 2
    private static let waiting = 256
    /// A few thousand small pictures, or two hundred large ones.
    private static let cacheBytes = 64 << 20

    private let library: PhotoLibrary
    private let pool = WorkPool("likeness-pictures", threads: threads, waiting: waiting)
    private let cache = ByteCache(limit: cacheBytes)

    init(_ library: PhotoLibrary) { self.library = library }

    /// A photo as a JPEG of at most `side` pixels; `version` names its bytes.
    func image(of photo: String, version: String, side: Int) async throws -> [UInt8] {
        let key = "\(photo) \(version) \(side)"
        if let known = cache[key] { return known }
        let (library, cache) = (library, cache)
        return try await pool.run {
            // of many who ask for the same picture the first makes it
            if let known = cache[key] { return known }
            let generation = cache.generation
            let bytes = try library.picture(of: photo, side: side)
            cache.keep(bytes, for: key, madeIn: generation)
            return bytes
        }
    }

    func crop(of face: String) async throws -> Crop {
        let library = library
        return try await pool.run { try library.crop(of: face) }
    }

    /// Drops all that is kept: somebody or something is being forgotten.
    func forgetAll() { cache.removeAll() }

    var keptBytes: Int { cache.bytes }

    func close() { pool.close() }
}

public import FaceCore
internal import Glibc

/// Small pictures of faces as files named by their content: `ab/cd/<sha256>.jpg`.
///
/// The name is the SHA-256 of the JPEG before sealing, so that the same picture is kept once and every read is checked. Any
/// number of threads may use a store at once.
public struct CropStore: Sendable {
    public let folder: String
    private let key: LibraryKey?
    private static let sealedMark = Array("LKCROP1\n".utf8)
    /// No crop is larger; a file that is was not written by us.
    private static let largest = 16 << 20

    /// The store in `folder`, which is made with the first crop. With a key, new crops are sealed; open ones stay readable.
    public init(_ folder: String, key: LibraryKey? = nil) {
        self.folder = folder
        self.key = key
    }

    /// Where a crop lies. Throws `bad-data` unless `hash` is 64 hexadecimal digits: a name never leads out of the folder.
    public func path(of hash: String) throws(LikenessError) -> String {
        guard hash.utf8.count == 64, Hexadecimal.bytes(hash) != nil else {
            throw LikenessError(.badData, subject: String(hash.prefix(80)), "this is not the hash of a crop")
        }
        return "\(folder)/\(hash.prefix(2))/\(hash.dropFirst(2).prefix(2))/\(hash).jpg"
    }

    /// Keeps a JPEG; returns its hash. It is on the disk on return.
    ///
    /// A crop that is there already, and whole, is left as it is. Throws `bad-data` for what is no JPEG, `file-unwritable`.
    @discardableResult
    public func put(_ jpeg: [UInt8]) throws(LikenessError) -> String {
        guard jpeg.starts(with: [0xFF, 0xD8, 0xFF]), jpeg.count <= CropStore.largest else {
            throw LikenessError(.badData, subject: folder, "a crop is a JPEG of at most \(CropStore.largest) bytes")
        }
        let hash = SHA256.hex(of: jpeg)
        let path = try path(of: hash)
        if isKept(hash, asSealed: key != nil) { return hash }
        try makeFolder(String(path.dropLast(69)))
        let file = try AtomicFile(path, force: true)
        if let key {
            try file.write(CropStore.sealedMark + (Hexadecimal.bytes(key.id) ?? []))
            try file.write(try key.seal(jpeg, for: .crops, context: Array(hash.utf8)))
        } else {
            try file.write(jpeg)
        }
        try file.commit()
        return hash
    }

    /// The JPEG of this hash. Throws `file-missing`, `file-damaged` when it is not what its name says, `key-missing`.
    public func get(_ hash: String) throws(LikenessError) -> [UInt8] {
        let path = try path(of: hash)
        let file = try InputFile(path)
        guard file.size <= CropStore.largest + 64 else { throw damaged(path) }
        let stored = try file.bytes(at: 0, count: file.size)
        let jpeg = stored.starts(with: CropStore.sealedMark) ? try open(stored, hash, path) : stored
        guard SHA256.hex(of: jpeg) == hash else { throw damaged(path) }
        return jpeg
    }

    public func contains(_ hash: String) throws(LikenessError) -> Bool { access(try path(of: hash), F_OK) == 0 }

    /// Overwrites a crop with zeros and removes it; returns whether there was one.
    @discardableResult
    public func remove(_ hash: String) throws(LikenessError) -> Bool {
        try remove(path: try path(of: hash))
    }

    /// What ``sweep(keeping:olderThan:)`` did.
    public struct Sweep: Sendable, Hashable {
        public var kept = 0
        public var removed = 0
        public var removedBytes = 0
    }

    /// Removes crops that nothing refers to, and what interrupted writes left. O(files).
    ///
    /// `keeping` holds the hashes in use. Files younger than `seconds` stay: an import writes crops before it records them.
    public func sweep(keeping: Set<String>, olderThan seconds: Int = 3600) throws(LikenessError) -> Sweep {
        var out = Sweep()
        let now = time(nil)
        for path in try files() {
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            let name = path.split(separator: "/").last ?? ""
            let isWanted = name.hasSuffix(".jpg") && keeping.contains(String(name.dropLast(4)))
            if isWanted || now - status.st_mtim.tv_sec < seconds {
                out.kept += 1
            } else if try remove(path: path) {
                out.removed += 1
                out.removedBytes += Int(status.st_size)
            }
        }
        return out
    }

    /// The hashes of all crops, sorted. O(files).
    public func hashes() throws(LikenessError) -> [String] {
        try files().compactMap { path in
            let name = path.split(separator: "/").last ?? ""
            return name.utf8.count == 68 && name.hasSuffix(".jpg") ? String(name.dropLast(4)) : nil
        }
    }

    // MARK: inside

    /// Whether the crop is there, whole, and sealed as it should be.
    private func isKept(_ hash: String, asSealed: Bool) -> Bool {
        guard (try? get(hash)) != nil, let path = try? path(of: hash), let file = try? InputFile(path),
            let head = try? file.bytes(at: 0, count: min(file.size, CropStore.sealedMark.count))
        else { return false }
        return (head == CropStore.sealedMark) == asSealed
    }

    private func open(_ stored: [UInt8], _ hash: String, _ path: String) throws(LikenessError) -> [UInt8] {
        let start = CropStore.sealedMark.count + 8
        guard stored.count > start else { throw damaged(path) }
        guard let key, key.id == Hexadecimal.text(Array(stored[CropStore.sealedMark.count..<start])) else {
            throw LikenessError(
                .keyMissing, subject: path, key == nil ? "the crop is sealed" : "the crop is sealed with another key",
                remedy: "give the library's key file")
        }
        let plain = stored[start...].withUnsafeBytes { key.open($0, for: .crops, context: Array(hash.utf8)) }
        guard let plain else { throw damaged(path) }
        return plain
    }

    private func remove(path: String) throws(LikenessError) -> Bool {
        do throws(LikenessError) {
            let file = try WritableFile(path)
            try file.write([UInt8](repeating: 0, count: try file.size()), at: 0)
            try file.sync()
        } catch  where error.code == .fileMissing {
            return false
        } catch  where error.code == .fileFormat {
            // a link or something special in our folder: its name goes, what it leads to is not ours
        }
        try removeFile(path)
        if let slash = path.lastIndex(of: "/") { try syncFolder(String(path[..<slash])) }
        return true
    }

    /// Every file two folders down, sorted.
    private func files() throws(LikenessError) -> [String] {
        var out: [String] = []
        for first in try names(folder) {
            for second in try names("\(folder)/\(first)") {
                out += try names("\(folder)/\(first)/\(second)").map { "\(folder)/\(first)/\(second)/\($0)" }
            }
        }
        return out
    }

    /// Names in a folder; none where there is no such folder.
    private func names(_ path: String) throws(LikenessError) -> [String] {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [] }
        return try folderNames(path)
    }

    private func damaged(_ path: String) -> LikenessError {
        LikenessError(
            .fileDamaged, subject: path, "the crop is not what its name says", remedy: "make it again from its photo")
    }
}

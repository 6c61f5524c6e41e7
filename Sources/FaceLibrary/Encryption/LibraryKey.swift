internal import Crypto
public import FaceCore
internal import Foundation
internal import Glibc

/// The secret that vectors and crops of one library are sealed with (AES-256-GCM); destroying it is their erasure.
///
/// It lives in a file of mode 0600 outside the library folder. Losing it loses vectors and crops, which can be made again
/// from the photos; names and decisions are not sealed with it.
public struct LibraryKey: Sendable, Hashable, CustomStringConvertible {
    /// What a sealed thing is for; each has a key of its own, so that one kind cannot be taken for another.
    public enum Purpose: String, Sendable {
        case vectors
        case crops
    }

    /// 16 hexadecimal digits that name the key and tell nothing about it.
    public let id: String
    private let secret: [UInt8]
    private let vectorKey: SymmetricKey
    private let cropKey: SymmetricKey

    /// A new random key.
    public init() {
        var generator = SystemRandomNumberGenerator()
        self.init(secret: (0..<LibraryKey.length).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    init(secret: [UInt8]) {
        precondition(secret.count == LibraryKey.length, "a key has \(LibraryKey.length) bytes")
        self.secret = secret
        let master = SymmetricKey(data: secret)
        func derived(_ use: String, _ count: Int = LibraryKey.length) -> SymmetricKey {
            HKDF<Crypto.SHA256>.deriveKey(
                inputKeyMaterial: master, info: Data("likeness 1 \(use)".utf8), outputByteCount: count)
        }
        vectorKey = derived(Purpose.vectors.rawValue)
        cropKey = derived(Purpose.crops.rawValue)
        id = derived("id", 8).withUnsafeBytes { Hexadecimal.text($0) }
    }

    /// Only the id: a key that is printed by accident gives nothing away.
    public var description: String { "library key \(id)" }

    public static func == (a: LibraryKey, b: LibraryKey) -> Bool { a.id == b.id }
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }

    // MARK: the key file

    private static let length = 32
    private static let word = "likeness-key-1"

    /// Writes a new key into a file of mode 0600 that must not exist. Throws `file-exists` or `file-unwritable`.
    public static func create(_ path: String) throws(LikenessError) -> LibraryKey {
        let key = LibraryKey()
        let file = try WritableFile(path, create: true)
        try file.write(Array("\(word) \(key.id) \(Hexadecimal.text(key.secret))\n".utf8), at: 0)
        try file.sync()
        try syncFolder(folder(of: path))
        return key
    }

    /// Reads a key. Throws `file-missing`, `file-format`, `file-damaged`, or `key-exposed` when others may read the file.
    public static func load(_ path: String) throws(LikenessError) -> LibraryKey {
        let input = try InputFile(path)
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw LikenessError(
                .keyExposed, subject: path, "others may read or change the key's file", remedy: "chmod 600 \(path)")
        }
        guard input.size <= 256 else { throw LikenessError(.fileFormat, subject: path, "this is no key file") }
        let text = String(decoding: try input.bytes(at: 0, count: input.size), as: UTF8.self)
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard words.count == 3, words[0] == word, let secret = Hexadecimal.bytes(words[2]), secret.count == length
        else { throw LikenessError(.fileFormat, subject: path, "this is no key file") }
        let key = LibraryKey(secret: secret)
        guard key.id == words[1] else {
            throw LikenessError(.fileDamaged, subject: path, "the key does not match its own name")
        }
        return key
    }

    /// Overwrites and removes a key's file: what was sealed with it can never be read again.
    public static func destroy(_ path: String) throws(LikenessError) {
        let file = try WritableFile(path)
        try file.write([UInt8](repeating: 0, count: try file.size()), at: 0)
        try file.sync()
        try removeFile(path)
        try syncFolder(folder(of: path))
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    // MARK: sealing

    /// Bytes that sealing adds: a nonce of 12 and a tag of 16.
    static let overhead = 28

    /// Nonce, ciphertext and tag. `context` is not written, but opening asks for the same.
    func seal(_ plain: [UInt8], for purpose: Purpose, context: [UInt8]) throws(LikenessError) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(Data(plain), using: key(purpose), authenticating: Data(context))
            return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            throw LikenessError(.defect, "sealing failed: \(error)")
        }
    }

    /// What was sealed; nil when the key, the context or a single bit is another.
    func open(_ sealed: UnsafeRawBufferPointer, for purpose: Purpose, context: [UInt8]) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: Data(sealed)),
            let plain = try? AES.GCM.open(box, using: key(purpose), authenticating: Data(context))
        else { return nil }
        return Array(plain)
    }

    private func key(_ purpose: Purpose) -> SymmetricKey { purpose == .vectors ? vectorKey : cropKey }
}

extension LikenessError.Code {
    /// Something is sealed and no key was given, or another one.
    public static let keyMissing = Self("key-missing", exitStatus: 69)
    /// A key's file may be read by others.
    public static let keyExposed = Self("key-exposed", exitStatus: 77)
}

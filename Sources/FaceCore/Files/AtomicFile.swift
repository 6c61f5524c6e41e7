import Glibc

/// A file that appears whole or not at all: written beside its place, synced, then renamed.
///
/// An existing file is replaced only with `force`; the folder is synced, so that the name survives a crash. A file that
/// is never committed leaves nothing behind.
public final class AtomicFile {
    public let path: String
    /// Bytes written so far.
    public private(set) var count = 0
    private let force: Bool
    private let temporary: String
    private let folder: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private static let bufferSize = 1 << 20

    /// Throws `file-exists`, `file-missing` (no such folder) or `file-unwritable`.
    public init(_ path: String, force: Bool = false) throws(LikenessError) {
        self.path = path
        self.force = force
        let slash = path.lastIndex(of: "/")
        folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        guard !name.isEmpty else { throw LikenessError(.fileUnwritable, subject: path, "the path names no file") }
        // a name at the limit of the file system leaves no room for an affix: only its start is kept
        temporary = "\(folder)/.\(name.prefix(48)).\(UInt64.random(in: 0 ... .max)).part"
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else {
                throw LikenessError(.fileUnwritable, subject: path, "there is a folder of this name")
            }
            guard force else { throw AtomicFile.exists(path) }
        }
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            let code: LikenessError.Code = errno == ENOENT ? .fileMissing : .fileUnwritable
            throw LikenessError(code, subject: path, "cannot create: \(systemMessage(errno))")
        }
    }

    /// Writes into an open descriptor: lets a test meet a full disk (`/dev/full`).
    package init(descriptor: Int32, path: String) {
        self.path = path
        self.descriptor = descriptor
        force = true
        folder = "."
        temporary = ""
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(temporary)
        }
    }

    /// Appends bytes. Throws `file-unwritable` (a full disk, a file size limit).
    public func write(_ bytes: UnsafeRawBufferPointer) throws(LikenessError) {
        precondition(descriptor >= 0, "the file was committed before")
        count += bytes.count
        if buffer.count + bytes.count <= AtomicFile.bufferSize {
            buffer.append(contentsOf: bytes)
            return
        }
        try flush()
        if bytes.count < AtomicFile.bufferSize { buffer.append(contentsOf: bytes) } else { try send(bytes) }
    }

    public func write(_ bytes: [UInt8]) throws(LikenessError) {
        try write(values: bytes)
    }

    public func write(_ text: String) throws(LikenessError) { try write(Array(text.utf8)) }

    /// Appends the memory of trivial values, in this machine's byte order.
    public func write<T: BitwiseCopyable>(values: [T]) throws(LikenessError) {
        try values.withUnsafeBufferPointer { (raw) throws(LikenessError) in try write(UnsafeRawBufferPointer(raw)) }
    }

    /// Makes room for `bytes` more, which ``fill(_:at:)`` may then write in any order, from several threads; what is not
    /// filled holds zeros. Returns where the room begins.
    package func reserve(_ bytes: Int) throws(LikenessError) -> Int {
        try flush()
        let start = count
        guard ftruncate(descriptor, start + bytes) == 0, lseek(descriptor, start + bytes, SEEK_SET) >= 0 else {
            throw failure("reserve \(bytes) bytes", errno)
        }
        count += bytes
        return start
    }

    /// Writes into the room that ``reserve(_:)`` made.
    package func fill(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(LikenessError) {
        var done = 0
        while done < bytes.count {
            let part = pwrite(descriptor, bytes.baseAddress! + done, min(bytes.count - done, 1 << 30), place + done)
            if part >= 0 {
                done += part
            } else if errno != EINTR {
                throw failure("write", errno)
            }
        }
    }

    /// Appends zeros until ``count`` is a multiple of `alignment`.
    public func pad(to alignment: Int) throws(LikenessError) {
        try write([UInt8](repeating: 0, count: (alignment - count % alignment) % alignment))
    }

    /// Makes the file appear. Throws `file-exists` when another one has appeared meanwhile and `force` is off.
    public func commit() throws(LikenessError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw failure("sync", errno) }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else {
            let reason = errno
            unlink(temporary)
            throw failure("close", reason)
        }
        try putInPlace()
        let holder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if holder >= 0 {
            fsync(holder)
            close(holder)
        }
    }

    /// Writes a whole file of these bytes.
    public static func write(_ bytes: [UInt8], to path: String, force: Bool = false) throws(LikenessError) {
        let file = try AtomicFile(path, force: force)
        try file.write(bytes)
        try file.commit()
    }

    private func putInPlace() throws(LikenessError) {
        if force {
            guard rename(temporary, path) == 0 else {
                let reason = errno
                unlink(temporary)
                throw failure("rename", reason)
            }
            return
        }
        // a link fails where the name is taken, a rename would replace it
        let linked = link(temporary, path)
        let reason = errno
        unlink(temporary)
        guard linked == 0 else { throw reason == EEXIST ? AtomicFile.exists(path) : failure("name", reason) }
    }

    private func flush() throws(LikenessError) {
        try buffer.withUnsafeBufferPointer { (raw) throws(LikenessError) in try send(UnsafeRawBufferPointer(raw)) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws(LikenessError) {
        var done = 0
        while done < bytes.count {
            let part = Glibc.write(descriptor, bytes.baseAddress! + done, min(bytes.count - done, 1 << 30))
            if part >= 0 {
                done += part
            } else if errno != EINTR {
                throw failure("write", errno)
            }
        }
    }

    private func failure(_ what: String, _ reason: Int32) -> LikenessError {
        LikenessError(.fileUnwritable, subject: path, "cannot \(what): \(systemMessage(reason))")
    }

    private static func exists(_ path: String) -> LikenessError {
        LikenessError(
            .fileExists, subject: path, "the file exists", remedy: "name another, or pass --force to replace it")
    }
}

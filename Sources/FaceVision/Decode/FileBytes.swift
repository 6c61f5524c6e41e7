package import FaceCore
import Glibc

/// The bytes of a regular file of at most `limit` bytes.
///
/// Opened without waiting, so that a pipe without a writer cannot hang us; read, not mapped, so that a file that
/// shrinks meanwhile cannot kill us.
package func fileBytes(_ path: String, limit: Int) throws(LikenessError) -> [UInt8] {
    let (descriptor, size) = try openRegular(path)
    defer { close(descriptor) }
    if size > limit { throw tooManyBytes(path, limit) }
    var bytes = try readAll(descriptor, capacity: size, path)
    // files of /proc say 0 and have more
    while true {
        let more = try readAll(descriptor, capacity: bytes.isEmpty ? 65536 : bytes.count, path)
        if more.isEmpty { return bytes }
        bytes += more
        if bytes.count > limit { throw tooManyBytes(path, limit) }
    }
}

/// At most `count` first bytes of a regular file.
package func fileHead(_ path: String, count: Int) throws(LikenessError) -> [UInt8] {
    let (descriptor, size) = try openRegular(path)
    defer { close(descriptor) }
    return try readAll(descriptor, capacity: min(count, max(size, 1)), path)
}

private func tooManyBytes(_ path: String, _ limit: Int) -> LikenessError {
    LikenessError(
        .imageTooLarge, subject: path, "the file has more than \(limit) bytes",
        remedy: "raise the limit on bytes if you trust the file")
}

private func openRegular(_ path: String) throws(LikenessError) -> (descriptor: Int32, size: Int) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    if descriptor < 0 { throw fileError(path, errno) }
    var s = stat()
    if fstat(descriptor, &s) != 0 {
        let code = errno
        close(descriptor)
        throw fileError(path, code)
    }
    if s.st_mode & S_IFMT != S_IFREG {
        close(descriptor)
        throw LikenessError(.fileUnreadable, subject: path, "\(kindName(s.st_mode)), not a file")
    }
    return (descriptor, Int(s.st_size))
}

private func kindName(_ mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "this is a folder"
    case S_IFIFO: "this is a pipe"
    case S_IFCHR, S_IFBLK: "this is a device"
    case S_IFSOCK: "this is a socket"
    default: "this is something special"
    }
}

/// A file that cannot be opened or read, by its errno.
package func fileError(_ path: String, _ code: Int32) -> LikenessError {
    let reason = String(cString: strerror(code))
    switch code {
    case ENOENT, ENOTDIR:
        return LikenessError(.fileMissing, subject: path, "there is no such file", remedy: "check the path")
    case EACCES, EPERM:
        return LikenessError(
            .fileUnreadable, subject: path, "the file cannot be read: \(reason)", remedy: "grant read permission")
    case ELOOP:
        return LikenessError(.fileUnreadable, subject: path, "the symbolic links go in a circle")
    default:
        return LikenessError(.fileUnreadable, subject: path, "the file cannot be read: \(reason)")
    }
}

private func readAll(_ descriptor: Int32, capacity: Int, _ path: String) throws(LikenessError) -> [UInt8] {
    var failed: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        while count < capacity {
            let n = read(descriptor, buffer.baseAddress! + count, capacity - count)
            if n < 0, errno == EINTR { continue }
            if n < 0 { failed = errno }
            if n <= 0 { return }
            count += n
        }
    }
    if failed != 0 { throw fileError(path, failed) }
    return bytes
}

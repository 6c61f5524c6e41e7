package import FaceCore
import Glibc

/// A file that is read and written in place, with the system's answers as typed errors.
package final class WritableFile: Sendable {
    package let path: String
    private let descriptor: Int32

    /// Opens a regular file, or makes one of mode 0600 where there was none. Throws `file-missing`,
    /// `file-unreadable`, `file-unwritable`, `file-exists` or `file-format`.
    package init(_ path: String, create: Bool = false, writes: Bool = true) throws(LikenessError) {
        self.path = path
        let access = writes || create ? O_RDWR : O_RDONLY
        let making = create ? O_CREAT | O_EXCL : 0
        // O_NOFOLLOW: a link put in the place of a segment must not redirect what is zeroed
        let fd = open(path, access | making | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0o600)
        guard fd >= 0 else { throw WritableFile.openError(path, errno, create: create) }
        var status = stat()
        guard fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(fd)
            throw LikenessError(.fileFormat, subject: path, "this is not a regular file")
        }
        descriptor = fd
    }

    deinit { close(descriptor) }

    /// Bytes in the file now.
    package func size() throws(LikenessError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw LikenessError(.fileUnreadable, subject: path, "cannot tell the size: \(systemMessage(errno))")
        }
        return Int(status.st_size)
    }

    /// `count` bytes from `offset`; throws `file-truncated` when the file ends before.
    package func read(at offset: Int, count: Int) throws(LikenessError) -> [UInt8] {
        var got = 0
        var reason: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while got < count {
                let part = pread(descriptor, buffer.baseAddress! + got, min(count - got, 1 << 30), offset + got)
                if part < 0, errno == EINTR { continue }
                if part < 0 { reason = errno }
                if part <= 0 { break }
                got += part
            }
            filled = got
        }
        if reason != 0 {
            throw LikenessError(.fileUnreadable, subject: path, "cannot read: \(systemMessage(reason))")
        }
        guard got == count else {
            throw LikenessError(
                .fileTruncated, subject: path, "the file ends at byte \(offset + got), \(count - got) bytes too early",
                remedy: "restore it from a backup")
        }
        return bytes
    }

    package func write(_ bytes: [UInt8], at offset: Int) throws(LikenessError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(LikenessError) in
            let raw = UnsafeRawBufferPointer(buffer)
            var done = 0
            while done < raw.count {
                let part = pwrite(descriptor, raw.baseAddress! + done, min(raw.count - done, 1 << 30), offset + done)
                if part >= 0 {
                    done += part
                } else if errno != EINTR {
                    throw LikenessError(.fileUnwritable, subject: path, "cannot write: \(systemMessage(errno))")
                }
            }
        }
    }

    /// Waits until everything written is on the disk.
    package func sync() throws(LikenessError) {
        guard fdatasync(descriptor) == 0 else {
            throw LikenessError(.fileUnwritable, subject: path, "cannot sync: \(systemMessage(errno))")
        }
    }

    /// `length` bytes from the start of the file in the address space, read-only.
    ///
    /// The length may lie beyond the end of the file: pages there become readable as the file grows, and must not be
    /// touched before.
    package func map(length: Int) throws(LikenessError) -> MappedFile {
        guard let base = mmap(nil, length, PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
            throw LikenessError(.fileUnreadable, subject: path, "cannot map: \(systemMessage(errno))")
        }
        return MappedFile(base: base, count: length, path: path)
    }

    private static func openError(_ path: String, _ reason: Int32, create: Bool) -> LikenessError {
        let text = systemMessage(reason)
        switch reason {
        case EEXIST: return LikenessError(.fileExists, subject: path, "there is such a file already")
        case ENOENT, ENOTDIR:
            return LikenessError(
                .fileMissing, subject: path, create ? "the folder does not exist" : "there is no such file",
                remedy: "restore it from a backup")
        case ELOOP: return LikenessError(.fileFormat, subject: path, "this is a symbolic link, not a file")
        case EROFS: return LikenessError(.fileUnwritable, subject: path, "cannot open: \(text)")
        default:
            return LikenessError(create ? .fileUnwritable : .fileUnreadable, subject: path, "cannot open: \(text)")
        }
    }
}

import Glibc

/// A regular file, opened for reading. Pipes, folders and devices are refused, so that no read can block or never end.
public final class InputFile: Sendable {
    public let path: String
    /// Bytes in the file when it was opened.
    public let size: Int
    private let descriptor: Int32

    /// Throws `file-missing`, `file-unreadable` (no permission, a loop of links) or `file-format` (not a file).
    public init(_ path: String) throws(LikenessError) {
        self.path = path
        // without O_NONBLOCK opening a pipe that nobody writes would wait for ever
        let fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard fd >= 0 else { throw InputFile.openError(path, errno) }
        var status = stat()
        guard fstat(fd, &status) == 0 else {
            let reason = errno
            close(fd)
            throw InputFile.openError(path, reason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(fd)
            throw LikenessError(.fileFormat, subject: path, "this is not a regular file", remedy: "give a file")
        }
        size = Int(status.st_size)
        descriptor = fd
    }

    deinit { close(descriptor) }

    /// Fills `buffer` from `offset`; throws `file-truncated` when the file ends before.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(LikenessError) {
        var done = 0
        while done < buffer.count {
            let part = try readSome(into: .init(rebasing: buffer[done...]), at: offset + done)
            guard part > 0 else {
                throw LikenessError(
                    .fileTruncated, subject: path,
                    "the file ends at byte \(offset + done), \(buffer.count - done) bytes too early")
            }
            done += part
        }
    }

    /// Reads at most `buffer.count` bytes from `offset`; 0 at the end of the file.
    public func readSome(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(LikenessError) -> Int {
        guard buffer.count > 0 else { return 0 }
        while true {
            let got = pread(descriptor, buffer.baseAddress, min(buffer.count, 1 << 30), off_t(offset))
            if got >= 0 { return got }
            if errno != EINTR {
                throw LikenessError(.fileUnreadable, subject: path, "cannot read: \(systemMessage(errno))")
            }
        }
    }

    /// `count` bytes from `offset`. The range is checked against the file before memory is taken.
    public func bytes(at offset: Int, count: Int) throws(LikenessError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw LikenessError(
                .fileTruncated, subject: path, "\(count) bytes at \(offset) were asked of a file of \(size) bytes")
        }
        var failure: LikenessError?
        let out = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(LikenessError) {
                try read(into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count), at: offset)
                filled = count
            } catch { failure = error }
        }
        if let failure { throw failure }
        return out
    }

    /// The whole file in the address space, read-only. Another process that shortens the file while it is mapped
    /// ends this one with SIGBUS: map only files that this person owns.
    public func map() throws(LikenessError) -> MappedFile {
        guard size > 0 else { throw LikenessError(.fileTruncated, subject: path, "the file is empty") }
        guard let base = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
            throw LikenessError(.fileUnreadable, subject: path, "cannot map: \(systemMessage(errno))")
        }
        return MappedFile(base: base, count: size, path: path)
    }

    private static func openError(_ path: String, _ reason: Int32) -> LikenessError {
        if reason == ENOENT || reason == ENOTDIR {
            return LikenessError(.fileMissing, subject: path, "there is no such file", remedy: "check the path")
        }
        return LikenessError(.fileUnreadable, subject: path, "cannot open: \(systemMessage(reason))")
    }
}

/// What the system says about an error number.
package func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }

import Glibc

/// What tells a changed file from an unchanged one without reading it.
struct FileStamp: Equatable {
    var bytes: Int
    /// Nanoseconds since 1970.
    var modified: Int
    var inode: Int

    /// Nil when there is no regular file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        bytes = Int(status.st_size)
        modified = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
        inode = Int(truncatingIfNeeded: status.st_ino)
    }

    init(bytes: Int, modified: Int, inode: Int) { (self.bytes, self.modified, self.inode) = (bytes, modified, inode) }
}

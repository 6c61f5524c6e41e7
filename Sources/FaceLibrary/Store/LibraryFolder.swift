import FaceCore
import Glibc

/// Where the parts of a library lie.
struct LibraryFolder: Sendable {
    let path: String

    var database: String { "\(path)/likeness.sqlite" }
    var vectors: String { "\(path)/vectors" }
    var crops: String { "\(path)/crops" }
    var density: String { "\(path)/groups" }
    var backups: String { "\(path)/backup" }
    var lock: String { "\(path)/lock" }

    init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    var exists: Bool { access(database, F_OK) == 0 }

    /// Makes the folder and those below, readable by the owner alone. Throws `file-unwritable`.
    func make() throws(LikenessError) {
        for folder in [path, vectors, crops, density, backups] {
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
                throw LikenessError(.fileUnwritable, subject: folder, "cannot be made: \(systemMessage(errno))")
            }
        }
    }

    /// The lock of the one process that writes. Throws `library-busy` when another holds it.
    func takeLock() throws(LikenessError) -> LibraryLock {
        let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LikenessError(.fileUnwritable, subject: lock, "cannot be made: \(systemMessage(errno))")
        }
        let held = LibraryLock(descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw LikenessError(
                .libraryBusy, subject: path, "another process works on this library",
                remedy: "end the other `likeness serve` or `likeness library`, or send the change to the running server"
            )
        }
        return held
    }
}

/// A lock that is held as long as the object lives.
final class LibraryLock: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}

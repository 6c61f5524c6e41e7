package import FaceCore
import Glibc

/// Makes a folder (mode 0700) and those above it; one that exists is left as it is. Throws `file-unwritable`.
package func makeFolder(_ path: String) throws(LikenessError) {
    var status = stat()
    if stat(path, &status) == 0 {
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw LikenessError(.fileUnwritable, subject: path, "there is a file in the place of this folder")
        }
        return
    }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
        throw LikenessError(.fileUnwritable, subject: path, "cannot make the folder: \(systemMessage(errno))")
    }
}

/// Waits until the names in a folder are on the disk, so that a new, renamed or removed file survives a crash.
package func syncFolder(_ path: String) throws(LikenessError) {
    let holder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard holder >= 0 else {
        throw LikenessError(.fileUnwritable, subject: path, "cannot open the folder: \(systemMessage(errno))")
    }
    defer { close(holder) }
    guard fsync(holder) == 0 else {
        throw LikenessError(.fileUnwritable, subject: path, "cannot sync the folder: \(systemMessage(errno))")
    }
}

/// The names in a folder, sorted byte by byte, without "." and ".."; names that are no UTF-8 are left out.
package func folderNames(_ path: String) throws(LikenessError) -> [String] {
    guard let directory = opendir(path) else {
        let code: LikenessError.Code = errno == ENOENT ? .fileMissing : .fileUnreadable
        throw LikenessError(code, subject: path, "cannot list the folder: \(systemMessage(errno))")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        guard let name = String(validating: bytes, as: UTF8.self), name != ".", name != ".." else { continue }
        names.append(name)
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Removes a file; one that is not there is no error. Returns whether there was one. Throws `file-unwritable`.
@discardableResult
package func removeFile(_ path: String) throws(LikenessError) -> Bool {
    if unlink(path) == 0 { return true }
    if errno == ENOENT { return false }
    throw LikenessError(.fileUnwritable, subject: path, "cannot remove: \(systemMessage(errno))")
}

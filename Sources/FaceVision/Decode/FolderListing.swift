import FaceCore
import Glibc

/// A file by device and number, whatever its path.
struct FileIdentity: Hashable {
    let device: UInt64
    let number: UInt64
}

/// What a path leads to, through links.
enum FileKind {
    case file
    case folder(FileIdentity)
    /// A pipe, device or socket.
    case special
    /// errno
    case failure(Int32)

    static func of(_ path: String) -> FileKind {
        var s = stat()
        guard stat(path, &s) == 0 else { return .failure(errno) }
        switch s.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder(FileIdentity(device: UInt64(s.st_dev), number: UInt64(s.st_ino)))
        default: return .special
        }
    }
}

/// The names in a folder.
struct FolderListing {
    /// Sorted byte by byte, without "." and "..".
    var names: [String] = []
    /// Names that are no UTF-8: no `String` can open them.
    var unreadable: [LikenessError] = []

    static func names(_ folder: String) -> Result<FolderListing, LikenessError> {
        guard let directory = opendir(folder) else { return .failure(fileError(folder, errno)) }
        defer { closedir(directory) }
        var listing = FolderListing()
        while let entry = readdir(directory) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if bytes == [0x2E] || bytes == [0x2E, 0x2E] { continue }
            if let name = String(validating: bytes, as: UTF8.self) {
                listing.names.append(name)
            } else {
                let shown = joined(folder, String(decoding: bytes, as: UTF8.self))
                listing.unreadable.append(
                    LikenessError(
                        .fileUnreadable, subject: shown, "the file's name is not UTF-8", remedy: "rename the file"))
            }
        }
        listing.names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return .success(listing)
    }
}

func joined(_ folder: String, _ name: String) -> String { folder.hasSuffix("/") ? folder + name : folder + "/" + name }

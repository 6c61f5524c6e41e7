import FaceCore
import Glibc

/// Copies files below a folder and notes their digests.
struct BackupCopy {
    let folder: String
    private(set) var files: [BackupManifest.File] = []

    init(_ folder: String) { self.folder = folder }

    /// Copies a file; its digest is of the bytes that were written.
    mutating func copy(_ source: String, to path: String) throws(LikenessError) {
        let input = try InputFile(source)
        let target = "\(folder)/\(path)"
        try makeFolder(String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)]))
        let output = try AtomicFile(target)
        var sum = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let part = try input.readSome(into: buffer, at: offset)
            if part == 0 { break }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<part])
            sum.update(bytes)
            try output.write(bytes)
            offset += part
        }
        try output.commit()
        files.append(.init(path: path, bytes: offset, sha256: sum.hex()))
    }

    /// Writes a file of these bytes.
    mutating func write(_ bytes: [UInt8], to path: String) throws(LikenessError) {
        try AtomicFile.write(bytes, to: "\(folder)/\(path)")
        files.append(.init(path: path, bytes: bytes.count, sha256: SHA256.hex(of: bytes)))
    }

    /// Notes a file that is there already.
    mutating func note(_ path: String) throws(LikenessError) {
        let file = try InputFile("\(folder)/\(path)")
        files.append(.init(path: path, bytes: file.size, sha256: try SHA256.hex(of: file)))
    }

    /// Every file below a folder, by path; links and special files are left out.
    static func files(below folder: String) throws(LikenessError) -> [String] {
        var out: [String] = []
        var open = [""]
        while let part = open.popLast() {
            let path = part.isEmpty ? folder : "\(folder)/\(part)"
            for name in try folderNames(path) {
                let relative = part.isEmpty ? name : "\(part)/\(name)"
                var status = stat()
                guard lstat("\(folder)/\(relative)", &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR { open.append(relative) }
                if status.st_mode & S_IFMT == S_IFREG { out.append(relative) }
            }
        }
        return out.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// Puts a finished folder in the place of one that is missing or empty, and waits for the disk.
func putFolder(_ partial: String, at path: String) throws(LikenessError) {
    // the system replaces an empty folder only, and does that at once
    guard rename(partial, path) == 0 else {
        let code: LikenessError.Code = errno == ENOTEMPTY || errno == EEXIST ? .fileExists : .fileUnwritable
        throw LikenessError(
            code, subject: path,
            code == .fileExists ? "the folder is not empty" : "cannot rename: \(systemMessage(errno))",
            remedy: code == .fileExists ? "name an empty or new folder" : nil)
    }
    let slash = path.lastIndex(of: "/")
    try syncFolder(slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".")
}

/// Throws `file-exists` unless there is nothing at `path`, or an empty folder.
func requireEmpty(_ path: String) throws(LikenessError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR, try folderNames(path).isEmpty else {
        throw LikenessError(
            .fileExists, subject: path, "there is something already", remedy: "name an empty or new folder")
    }
}

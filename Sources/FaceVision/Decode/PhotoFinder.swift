public import FaceCore
import Glibc

/// Turns what a person named (files, folders, patterns) into a list of photos.
///
/// The list follows the arguments; inside a folder it is sorted by name, byte by byte, so that it is the same on every
/// file system. A photo that is reached twice is listed once. Folders are walked with their links, each folder once.
public struct PhotoFinder: Sendable {
    private let includesHidden: Bool

    /// `followHidden`: whether walks and patterns see names that start with a dot. What is named outright always counts.
    public init(followHidden: Bool = false) { includesHidden = followHidden }

    /// The photos, and an error for each thing that was named or met and cannot be one.
    ///
    /// A file that is named is listed whatever it holds: `PhotoDecoder` says what is wrong with it. In folders and
    /// patterns files count when their bytes begin like a picture, or when their name says that they are one; others
    /// are passed over. Throws nothing: `file-missing` and `file-unreadable` are among the results.
    public func find(_ paths: [String]) -> [Result<String, LikenessError>] {
        var walk = Walk(includesHidden: includesHidden)
        for path in paths { walk.add(named: path) }
        return walk.found
    }
}

private struct Walk {
    let includesHidden: Bool
    private(set) var found: [Result<String, LikenessError>] = []
    private var folders: Set<FileIdentity> = []
    private var files: Set<String> = []

    init(includesHidden: Bool) { self.includesHidden = includesHidden }

    mutating func add(named path: String) {
        if path.isEmpty { return fail(LikenessError(.fileMissing, subject: path, "an empty path names nothing")) }
        switch FileKind.of(path) {
        case .folder: walk(path)
        case .file, .special: take(path)
        case .failure(let code):
            // a name with brackets may exist as it stands, so a pattern is only what does not
            guard code == ENOENT || code == ENOTDIR, PathPattern.isPattern(path) else {
                return fail(fileError(path, code))
            }
            let matches = PathPattern(path).matches(includesHidden: includesHidden)
            if matches.isEmpty {
                return fail(
                    LikenessError(.fileMissing, subject: path, "nothing matches this pattern", remedy: "check the path")
                )
            }
            for match in matches { walk(match) }
        }
    }

    /// Adds what lies under `start`, depth first, in order; a stack of our own, since folders nest as deep as paths go.
    private mutating func walk(_ start: String) {
        var open = [start]
        while let path = open.popLast() {
            switch FileKind.of(path) {
            case .folder(let identity):
                if folders.insert(identity).inserted { open += children(path).reversed() }
            case .file: takeIfPhoto(path)
            case .special: break
            case .failure(let code):
                if PhotoNames.sayPhoto(path) { fail(fileError(path, code)) }
            }
        }
    }

    private mutating func children(_ folder: String) -> [String] {
        switch FolderListing.names(folder) {
        case .failure(let error):
            fail(error)
            return []
        case .success(let listing):
            for unreadable in listing.unreadable { fail(unreadable) }
            return listing.names.filter { includesHidden || !$0.hasPrefix(".") }.map { joined(folder, $0) }
        }
    }

    private mutating func takeIfPhoto(_ path: String) {
        if PhotoNames.sayPhoto(path) { return take(path) }
        do throws(LikenessError) {
            let head = try fileHead(path, count: ImageFormat.signatureLength)
            switch ImageFormat.recognise(head) {
            case .format, .unsupported: take(path)
            case .other, nil: break
            }
        } catch {
            fail(error)
        }
    }

    private mutating func take(_ path: String) {
        guard let resolved = realpath(path, nil) else { return fail(fileError(path, errno)) }
        defer { free(resolved) }
        if files.insert(String(cString: resolved)).inserted { found.append(.success(path)) }
    }

    private mutating func fail(_ error: LikenessError) { found.append(.failure(error)) }
}

/// Names that promise a photo: such a file is reported when it is none.
private enum PhotoNames {
    static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "webp", "tif", "tiff", "gif", "heic", "heif", "hif", "avif", "bmp",
    ]

    static func sayPhoto(_ path: String) -> Bool {
        guard let dot = path.lastIndex(of: "."), dot > path.lastIndex(of: "/") ?? path.startIndex else { return false }
        return endings.contains(path[path.index(after: dot)...].lowercased())
    }
}

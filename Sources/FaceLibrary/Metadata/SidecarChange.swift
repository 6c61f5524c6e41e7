public import FaceCore
import FaceVision
internal import Glibc

/// What writing named faces beside a photo would do: the dry run, and the thing to carry out.
public struct SidecarChange: Sendable, Hashable {
    /// The sidecar: `photo.jpg.xmp`, or `photo.xmp` where only that is there and belongs to no other file.
    public let path: String
    /// Its bytes now; nil where there is none.
    public let before: [UInt8]?
    /// Its bytes afterwards.
    public let after: [UInt8]

    public var isNothing: Bool { before == after }

    private static let longest = 32 << 20

    /// Looks what the sidecar of `photo` becomes with these faces. Nothing is written.
    ///
    /// The same faces a second time change nothing. The photo's file is read for its orientation and sides and is never
    /// changed. Throws as reading a photo does, or `metadata-broken` for a sidecar that cannot be understood.
    public init(photo: String, faces: [NamedFace]) throws(LikenessError) {
        let metadata = try PhotoMetadata(path: photo)
        guard metadata.storedWidth > 0, metadata.storedHeight > 0 || faces.isEmpty else {
            throw LikenessError(.metadataBroken, subject: photo, "the photo does not say how large it is")
        }
        for face in faces {
            let box = face.box
            guard [box.x, box.y, box.width, box.height].allSatisfy(\.isFinite),
                box.clipped(width: 1, height: 1).area > 0, !RegionWriter.cleaned(face.name).isEmpty
            else { throw LikenessError(.badData, subject: photo, "a face to be written has no name or no box") }
        }
        let writer = RegionWriter(
            orientation: StoredOrientation(exif: metadata.orientation), storedWidth: metadata.storedWidth,
            storedHeight: metadata.storedHeight)
        path = SidecarChange.path(for: photo)
        before = try SidecarChange.bytes(path)
        after = faces.isEmpty ? before ?? [] : try writer.text(faces, in: before, subject: path)
    }

    /// Writes the sidecar beside its place and puts it there. Throws `file-changed` when it is no longer what was looked
    /// at, or `file-unwritable`.
    public func apply() throws(LikenessError) {
        if isNothing { return }
        guard try SidecarChange.bytes(path) == before else {
            throw LikenessError(
                .fileChanged, subject: path, "the sidecar changed while we looked", remedy: "try again")
        }
        var status = stat()
        let hadMode = lstat(path, &status) == 0
        try AtomicFile.write(after, to: path, force: true)
        if hadMode { chmod(path, status.st_mode & 0o7777) }
    }

    /// The change as lines: "-" goes, "+" comes, two unchanged lines around; empty where nothing changes.
    public var diff: String {
        if isNothing { return "" }
        let old = SidecarChange.lines(before ?? [])
        let new = SidecarChange.lines(after)
        var head = 0
        while head < min(old.count, new.count), old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < min(old.count, new.count) - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] {
            tail += 1
        }
        var out = ["--- \(before == nil ? "/dev/null" : path)", "+++ \(path)"]
        out += old[max(0, head - 2)..<head].map { "  \($0)" }
        out += old[head..<(old.count - tail)].map { "- \($0)" }
        out += new[head..<(new.count - tail)].map { "+ \($0)" }
        out += old[(old.count - tail)..<min(old.count, old.count - tail + 2)].map { "  \($0)" }
        return out.joined(separator: "\n") + "\n"
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    // MARK: which file

    /// Sidecars of a photo that are there, the more exact name first.
    static func candidates(for photo: String) -> [String] {
        [photo + ".xmp", stem(photo) + ".xmp"].filter { access($0, F_OK) == 0 && $0 != photo }
    }

    private static func path(for photo: String) -> String {
        let exact = photo + ".xmp"
        let shared = stem(photo) + ".xmp"
        if access(exact, F_OK) == 0 || access(shared, F_OK) != 0 { return exact }
        // photo.xmp is the raw file's where there is one
        let slash = photo.lastIndex(of: "/")
        let folder = slash.map { String(photo[..<$0]) } ?? "."
        let name = String(stem(photo)[(slash.map { photo.index(after: $0) } ?? photo.startIndex)...])
        let others = ((try? folderNames(folder.isEmpty ? "/" : folder)) ?? []).filter {
            $0.hasPrefix(name + ".") && !$0.hasSuffix(".xmp") && !$0.dropFirst(name.count + 1).contains(".")
        }
        return others.count > 1 ? exact : shared
    }

    private static func stem(_ photo: String) -> String {
        guard let dot = photo.lastIndex(of: "."), !photo[dot...].contains("/") else { return photo }
        return String(photo[..<dot])
    }

    /// The bytes of a sidecar; nil where there is none. Links are not followed: their target is not ours to replace.
    static func bytes(_ path: String) throws(LikenessError) -> [UInt8]? {
        do throws(LikenessError) {
            let file = try WritableFile(path, writes: false)
            let size = try file.size()
            guard size <= longest else {
                throw LikenessError(.metadataBroken, subject: path, "a sidecar of \(size) bytes is not believed")
            }
            return try file.read(at: 0, count: size)
        } catch  where error.code == .fileMissing { return nil }
    }
}

import FaceCore
import FaceVision
import Foundation

/// The photos of one request on their way to the disk: no more of them than a piece is ever in memory.
package final class InboxIntake {
    package struct Received: Encodable, Sendable {
        /// As the client called it, or `photo`.
        package let name: String
        package let bytes: Int
    }

    /// One bad photo of many is a result, not the end of the others.
    package struct Refused: Encodable, Sendable {
        package let name: String
        package let code: String
        package let detail: String
    }

    package private(set) var received: [Received] = []
    package private(set) var refused: [Refused] = []

    private let folder: String
    private var name = ""
    private var stem = ""
    private var head: [UInt8] = []
    private var file: AtomicFile?
    private var ending = ""
    private var sum = SHA256()
    private var count = 0
    private var isRefused = false

    package init(folder: String) { self.folder = folder }

    package func take(_ event: MultipartParser.Event) throws {
        switch event {
        case .begin(_, let file): try begin(file)
        case .bytes(let bytes): try add(bytes)
        case .end: try end()
        }
    }

    private func begin(_ fileName: String?) throws {
        guard received.count + refused.count < PhotoInbox.mostPhotos else {
            throw Problem(
                .tooLarge, "a request has at most \(PhotoInbox.mostPhotos) photos",
                members: [.init("limit", .integer(PhotoInbox.mostPhotos))])
        }
        stem = PhotoInbox.stem(fileName)
        let shown = (fileName ?? "").split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? stem
        name = String(
            String.UnicodeScalarView(shown.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }.prefix(200)))
        (head, file, sum, count, isRefused) = ([], nil, SHA256(), 0, false)
    }

    private func add(_ bytes: [UInt8]) throws {
        guard !isRefused else { return }
        count += bytes.count
        if count > PhotoInbox.photoLimit {
            return refuse("too-large", "has more than \(PhotoInbox.photoLimit) bytes")
        }
        guard file == nil else { return try write(bytes) }
        head += bytes
        if head.count >= ImageFormat.signatureLength { try open() }
    }

    /// What a photo is, its first bytes say; what is none never reaches the disk.
    private func open() throws {
        switch ImageFormat.recognise(head) {
        case .format(let format)?: ending = Self.endings[format] ?? format.rawValue
        case .unsupported(let kind)?: return refuse("image-unsupported", "is \(kind), which is not read")
        case .other(let kind)?: return refuse("image-unsupported", "is \(kind), not a photo")
        case nil: return refuse("image-unsupported", head.isEmpty ? "is empty" : "is not a picture")
        }
        file = try AtomicFile("\(folder)/.sent-\(Secret.makeID())")
        try write(head)
        head = []
    }

    private func write(_ bytes: [UInt8]) throws {
        sum.update(bytes)
        try file?.write(bytes)
    }

    private func end() throws {
        if !isRefused, file == nil { try open() }
        guard !isRefused, let done = file else { return }
        try done.commit()
        file = nil
        let target = "\(folder)/\(stem)-\(sum.hex().prefix(16)).\(ending)"
        guard chmod(done.path, 0o600) == 0, rename(done.path, target) == 0 else {
            unlink(done.path)
            throw LikenessError(.fileUnwritable, subject: target, "cannot be put into its place")
        }
        received.append(Received(name: name, bytes: count))
    }

    private func refuse(_ code: String, _ detail: String) {
        isRefused = true
        file = nil
        head = []
        refused.append(Refused(name: name, code: code, detail: detail))
    }

    private static let endings: [ImageFormat: String] = [.jpeg: "jpg", .tiff: "tif"]
}

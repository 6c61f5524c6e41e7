package import FaceCore
import Foundation
import HTTPTypes
import Synchronization

/// The folder of photos that were sent to the server; an import root of its own.
///
/// A photo's name on the disk is made here: letters and digits of what the client called it, a part of its hash and the
/// ending of what its bytes are. The same photo sent again finds its own file.
package final class PhotoInbox: Sendable {
    /// Photos of one request (service.md §11).
    package static let mostPhotos = 200
    /// Bytes of one photo.
    package static let photoLimit = BodyReader.uploadLimit
    /// Bytes of one request.
    package static let requestLimit = 2 << 30
    /// From the first byte of a request to the last.
    static let patience = Duration.seconds(1800)
    /// Requests at once.
    static let mostAtOnce = 5
    /// Bytes that must stay free on the disk.
    private static let reserve = 1_000_000_000

    package let folder: String
    private let underWay = Mutex(0)

    package init(_ folder: String) { self.folder = folder }

    /// Makes the folder, and removes what uploads that were broken off have left for more than an hour.
    package func prepare() throws(LikenessError) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw LikenessError(.fileUnwritable, subject: folder, "cannot be made: \(String(cString: strerror(errno)))")
        }
        let hourAgo = Date().addingTimeInterval(-3600)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix(".sent-") || name.hasPrefix("..sent-") {
            let path = "\(folder)/\(name)"
            let changed = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
            if let changed, changed < hourAgo { unlink(path) }
        }
    }

    /// Takes one of the places for uploads. Throws `busy`, or `unavailable` when the disk is nearly full.
    func enter() throws(Problem) {
        if let free = ProcessFigures.freeBytes(folder), free < Self.reserve + Self.photoLimit {
            throw Problem(.unavailable, "the disk has less than 1 GB left", headers: [.retryAfter: "600"])
        }
        let isFree = underWay.withLock { count in
            guard count < Self.mostAtOnce else { return false }
            count += 1
            return true
        }
        guard isFree else { throw Problem.busy }
    }

    func leave() { underWay.withLock { $0 -= 1 } }

    /// A file name without anything that a path, a shell or a person could take for something else.
    package static func stem(_ name: String?) -> String {
        let last = (name ?? "").split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let plain = last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
        var kept = String.UnicodeScalarView()
        for scalar in plain.unicodeScalars.prefix(200) {
            let isGood = CharacterSet.alphanumerics.contains(scalar) || scalar == "-" || scalar == "_"
            kept.append(isGood ? scalar : "-")
        }
        let text = String(kept).trimmingCharacters(in: .init(charactersIn: "-"))
        // a name has 255 bytes on most file systems
        var short = ""
        for character in text where short.utf8.count + String(character).utf8.count <= 60 { short.append(character) }
        return short.isEmpty ? "photo" : short
    }
}

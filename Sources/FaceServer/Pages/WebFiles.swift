import Foundation
import HTTPTypes

/// The files of the pages: read once, named by their content, served from memory.
///
/// There is one page, `index.html`; every other file answers at `/app/<name>`, whatever folder it lies in. The page says
/// `"/app/…"` and is served with `"/app/<hash of all files>/…"` instead; the imports of the modules are relative, so all of
/// them follow. Under that address a file never changes and is cached for ever; under the plain one it is asked for again
/// with its ETag.
package struct WebFiles: Sendable {
    package struct File: Sendable {
        package let bytes: [UInt8]
        package let type: String
        package let tag: String
    }

    /// By name, without folders.
    package let files: [String: File]
    /// Of all files; part of their immutable address.
    package let release: String

    package init(_ contents: [String: [UInt8]]) {
        let sums = contents.keys.sorted().map { "\($0) \(Secret.digest(contents[$0] ?? []))" }
        release = String(Secret.digest(sums.joined(separator: "\n")).prefix(16))
        var files: [String: File] = [:]
        for (name, bytes) in contents {
            let type = Self.type(of: name)
            let served = type.hasPrefix("text/html") ? Self.linked(bytes, release) : bytes
            files[name] = File(bytes: served, type: type, tag: "\"\(Secret.digest(served).prefix(24))\"")
        }
        self.files = files
    }

    /// All files of a folder and the folders in it. Links and hidden files are left out.
    package init(folder: String) {
        var contents: [String: [UInt8]] = [:]
        let manager = FileManager.default
        for case let path as String in manager.enumerator(atPath: folder) ?? .init() {
            let whole = "\(folder)/\(path)"
            let isFile = (try? manager.attributesOfItem(atPath: whole)[.type] as? FileAttributeType) == .typeRegular
            let parts = path.split(separator: "/")
            guard isFile, let name = parts.last, !parts.contains(where: { $0.hasPrefix(".") }),
                let data = manager.contents(atPath: whole)
            else { continue }
            contents[String(name)] = Array(data)
        }
        self.init(contents)
    }

    /// Where the pages lie beside the running program, as SwiftPM and an installation leave them; nil where they are not.
    package static func installedFolder() -> String? {
        guard let program = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(program) }
        let folder = (String(cString: program) as NSString).deletingLastPathComponent
        let places = [
            "\(folder)/likeness_FaceServer.resources/Web", "\(folder)/../share/likeness/Web",
        ]
        return places.first { FileManager.default.fileExists(atPath: "\($0)/index.html") }
    }

    /// The one page; nil when the program was installed without it.
    package func index(ifNoneMatch: String?) -> Reply? { reply(file: "index.html", isVersioned: false, ifNoneMatch) }

    /// The answer for `<name>` or `<release>/<name>`; nil when there is no such file. The page is none of them.
    package func reply(_ path: String, ifNoneMatch: String?) -> Reply? {
        let isVersioned = path.hasPrefix("\(release)/")
        let name = isVersioned ? String(path.dropFirst(release.count + 1)) : path
        return name == "index.html" ? nil : reply(file: name, isVersioned: isVersioned, ifNoneMatch)
    }

    private func reply(file name: String, isVersioned: Bool, _ ifNoneMatch: String?) -> Reply? {
        guard let file = files[name] else { return nil }
        var headers: HTTPFields = [.eTag: file.tag]
        headers[.cacheControl] = isVersioned ? "public, max-age=31536000, immutable" : "no-cache"
        let asked = (ifNoneMatch ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if asked.contains(file.tag) || asked.contains("W/" + file.tag) { return Reply(304, headers: headers) }
        return Reply(200, .bytes(file.bytes, type: file.type), headers: headers)
    }

    private static func linked(_ html: [UInt8], _ release: String) -> [UInt8] {
        guard let text = String(validating: html, as: UTF8.self) else { return html }
        return Array(text.replacingOccurrences(of: "\"/app/", with: "\"/app/\(release)/").utf8)
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "json": "application/json", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg",
        "webp": "image/webp", "ico": "image/x-icon", "woff2": "font/woff2", "txt": "text/plain; charset=utf-8",
    ]

    private static func type(of path: String) -> String {
        types[(path as NSString).pathExtension.lowercased()] ?? "application/octet-stream"
    }
}

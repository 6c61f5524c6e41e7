import Foundation
package import HTTPTypes

/// The files of the pages: read once, named by their content, served from memory.
///
/// There is one page, `index.html`; every other file answers at `/app/<name>`, whatever folder it lies in. The page says
/// `"/app/…"` and is served with `"/app/<hash of all files>/…"` instead; the imports of the modules are relative, so all of
/// them follow. Under that address a file never changes and is cached for ever; under the plain one it is asked for again
/// with its ETag. Texts are compressed once, for those who take gzip.
package struct WebFiles: Sendable {
    package struct File: Sendable {
        package let bytes: [UInt8]
        /// The same, compressed; nil where that gains nothing.
        package let compressed: [UInt8]?
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
            let isText = type.hasPrefix("text/") || type.hasPrefix("image/svg")
            files[name] = File(
                bytes: served, compressed: isText ? Gzip.compressed(served) : nil, type: type,
                tag: String(Secret.digest(served).prefix(24)))
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
    package func index(_ request: HTTPFields = [:]) -> Reply? { reply(file: "index.html", isVersioned: false, request) }

    /// The page with a first view in it, for one reader only; nil when the program was installed without the page.
    package func index(showing view: String) -> Reply? {
        guard let file = files["index.html"], let html = String(validating: file.bytes, as: UTF8.self) else {
            return nil
        }
        let whole = html.replacingOccurrences(of: Self.place, with: view)
        return Reply(200, .bytes(Array(whole.utf8), type: file.type), headers: [.cacheControl: "no-store"])
    }

    /// Where `index.html` takes the first view.
    private static let place = "<!-- first view -->"

    /// The answer for `<name>` or `<release>/<name>`; nil when there is no such file. The page is none of them.
    ///
    /// - Parameter request: headers of the request; `If-None-Match` and `Accept-Encoding` count.
    package func reply(_ path: String, _ request: HTTPFields = [:]) -> Reply? {
        let isVersioned = path.hasPrefix("\(release)/")
        let name = isVersioned ? String(path.dropFirst(release.count + 1)) : path
        return name == "index.html" ? nil : reply(file: name, isVersioned: isVersioned, request)
    }

    private func reply(file name: String, isVersioned: Bool, _ request: HTTPFields) -> Reply? {
        guard let file = files[name] else { return nil }
        let packed = Gzip.isAccepted(request[.acceptEncoding]) ? file.compressed : nil
        // each form of the file has a tag of its own (RFC 9110 §8.8.3)
        let tag = packed == nil ? "\"\(file.tag)\"" : "\"\(file.tag)-gzip\""
        var headers: HTTPFields = [.eTag: tag]
        headers[.cacheControl] = isVersioned ? "public, max-age=31536000, immutable" : "no-cache"
        if file.compressed != nil { headers[.vary] = "Accept-Encoding" }
        let asked = (request[.ifNoneMatch] ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if asked.contains(tag) || asked.contains("W/" + tag) { return Reply(304, headers: headers) }
        if packed != nil { headers[.contentEncoding] = "gzip" }
        return Reply(200, .bytes(packed ?? file.bytes, type: file.type), headers: headers)
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

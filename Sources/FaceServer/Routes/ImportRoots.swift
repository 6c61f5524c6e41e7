import Foundation

/// The folders below which the pages may import: a caller of the API sees no other part of the disk.
package struct ImportRoots: Sendable {
    /// Without links, sorted.
    package let folders: [String]

    package init(_ folders: [String]) {
        self.folders = Set(folders.compactMap { Self.resolved($0) }).sorted()
    }

    /// The real path of a folder or file inside a root. What lies outside, by its name or by a link on the way, is refused
    /// in the same words whether it exists or not.
    package func resolve(_ path: String) throws(Problem) -> String {
        guard let real = Self.resolved(path), folders.contains(where: { real == $0 || real.hasPrefix($0 + "/") }) else {
            throw Problem(
                .forbidden, "this path is in none of the folders that may be imported",
                faults: [.init(pointer: "/paths", detail: "is outside the allowed folders, or not there")])
        }
        return real
    }

    private static func resolved(_ path: String) -> String? {
        guard path.hasPrefix("/"), let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}

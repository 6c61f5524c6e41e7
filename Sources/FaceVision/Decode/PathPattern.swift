/// A path with wildcards, for the case that no shell expanded it: `*`, `?`, `[a-z]`, `[!a]` inside a name, and `**` for
/// any number of folders.
///
/// Compares letters, not bytes: `?` is one letter also outside ASCII, and a composed letter equals a decomposed one.
struct PathPattern {
    private let root: String
    private let parts: [[Character]]

    static func isPattern(_ path: String) -> Bool { path.contains { "*?[".contains($0) } }

    init(_ path: String) {
        root = path.hasPrefix("/") ? "/" : ""
        parts = path.split(separator: "/").map(Array.init)
    }

    /// Existing paths that match, sorted.
    func matches(includesHidden: Bool) -> [String] {
        var paths = [root]
        for (i, part) in parts.enumerated() {
            if part == ["*", "*"] {
                paths = paths.flatMap { foldersUnder($0, includesHidden) }
                if i == parts.count - 1 { paths = paths.filter { !$0.isEmpty } }
            } else if part.contains(where: { "*?[".contains($0) }) {
                paths = paths.flatMap { children($0, includesHidden || part.first == ".") { matches($0, part) } }
            } else {
                paths = paths.map { extend($0, String(part)) }.filter { exists($0) }
            }
        }
        return Set(paths).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func extend(_ folder: String, _ name: String) -> String { folder.isEmpty ? name : joined(folder, name) }

    private func exists(_ path: String) -> Bool {
        if case .failure = FileKind.of(path) { false } else { true }
    }

    private func children(_ folder: String, _ hidden: Bool, _ keep: (String) -> Bool) -> [String] {
        guard case .success(let listing) = FolderListing.names(folder.isEmpty ? "." : folder) else { return [] }
        return listing.names.filter { (hidden || !$0.hasPrefix(".")) && keep($0) }.map { extend(folder, $0) }
    }

    /// `start` and every folder below it, each once.
    private func foldersUnder(_ start: String, _ hidden: Bool) -> [String] {
        var seen: Set<FileIdentity> = []
        var open = [start]
        var all: [String] = []
        while let path = open.popLast() {
            guard case .folder(let identity) = FileKind.of(path.isEmpty ? "." : path), seen.insert(identity).inserted
            else {
                continue
            }
            all.append(path)
            open += children(path, hidden) { _ in true }.reversed()
        }
        return all
    }

    private func matches(_ name: String, _ pattern: [Character]) -> Bool {
        let name = Array(name)
        var n = 0
        var p = 0
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, n)
                p += 1
            } else if let next = step(pattern, p, name[n]) {
                (n, p) = (n + 1, next)
            } else if let s = star {
                star = (s.pattern, s.name + 1)
                (n, p) = (s.name + 1, s.pattern + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }

    /// Where the pattern goes on after matching one letter; nil when it does not match.
    private func step(_ pattern: [Character], _ p: Int, _ letter: Character) -> Int? {
        guard p < pattern.count else { return nil }
        switch pattern[p] {
        case "?": return p + 1
        case "[":
            guard let end = pattern[(p + 1)...].dropFirst().firstIndex(of: "]") else {
                return letter == "[" ? p + 1 : nil
            }
            var set = pattern[(p + 1)..<end]
            let negated = set.first == "!" || set.first == "^"
            if negated { set = set.dropFirst() }
            return contains(Array(set), letter) != negated ? end + 1 : nil
        default: return pattern[p] == letter ? p + 1 : nil
        }
    }

    private func contains(_ set: [Character], _ letter: Character) -> Bool {
        var i = 0
        while i < set.count {
            if i + 2 < set.count, set[i + 1] == "-" {
                if set[i] <= letter, letter <= set[i + 2] { return true }
                i += 3
            } else {
                if set[i] == letter { return true }
                i += 1
            }
        }
        return false
    }
}

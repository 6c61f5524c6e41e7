import Foundation

/// The names under which the server answers. A page of a stranger that lets its own name point here (DNS rebinding) says
/// that name in `Host`, and is refused.
package struct AllowedHosts: Sendable {
    private let names: Set<String>

    /// `extra`: names besides those of the loopback interface, without port.
    package init(extra: [String] = []) {
        names = Set(["localhost", "127.0.0.1", "::1"] + extra.map { Self.name(of: $0) })
    }

    /// The port does not matter: a stranger cannot choose it.
    package func allows(authority: String?) -> Bool {
        guard let authority, !authority.isEmpty else { return false }
        return names.contains(Self.name(of: authority))
    }

    /// Whether the origin of a page, as browsers send it, is one of ours.
    package func allows(origin: String) -> Bool {
        guard let scheme = origin.range(of: "://") else { return false }
        return allows(authority: String(origin[scheme.upperBound...]))
    }

    private static func name(of authority: String) -> String {
        let lower = authority.lowercased()
        if lower.hasPrefix("["), let end = lower.firstIndex(of: "]") {
            let rest = lower[lower.index(after: end)...]
            guard rest.isEmpty || isPort(rest) else { return "" }
            return String(lower[lower.index(after: lower.startIndex)..<end])
        }
        let parts = lower.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return lower
        case 2: return isPort(":" + parts[1]) ? String(parts[0]) : ""
        default: return lower == "::1" ? lower : ""
        }
    }

    private static func isPort(_ text: some StringProtocol) -> Bool {
        text.first == ":" && text.utf8.count <= 6 && text.dropFirst().utf8.allSatisfy { (48...57).contains($0) }
    }
}

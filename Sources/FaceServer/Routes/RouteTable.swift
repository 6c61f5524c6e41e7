package import HTTPTypes

/// All routes of the server and the search among them.
///
/// The server has its own router because a path may exist with other methods (405 with `Allow`), and because the checks
/// before a handler need the whole route before the body is read.
package struct RouteTable: Sendable {
    package enum Match: Sendable {
        case route(Route, parameters: [String: String])
        /// The path exists, with these methods.
        case otherMethods([HTTPRequest.Method])
        case none
    }

    package let routes: [Route]
    private let byLength: [Int: [(pattern: PathPattern, routes: [Route])]]

    /// - Precondition: no two routes have the same method and path.
    package init(_ routes: [Route]) {
        self.routes = routes
        var grouped: [String: [Route]] = [:]
        for route in routes {
            precondition(
                grouped[route.path]?.contains { $0.method == route.method } != true,
                "\(route.method) \(route.path) stands twice in the route table")
            grouped[route.path, default: []].append(route)
        }
        let patterns = grouped.map { (pattern: PathPattern($0.key), routes: $0.value) }
        byLength = Dictionary(grouping: patterns) { $0.pattern.segments.count }.mapValues { same in
            same.sorted { a, b in
                a.pattern.weight == b.pattern.weight
                    ? a.pattern.text < b.pattern.text
                    : a.pattern.weight.lexicographicallyPrecedes(b.pattern.weight)
            }
        }
    }

    /// - Complexity: O(paths with as many segments).
    package func match(_ method: HTTPRequest.Method, path: String) -> Match {
        guard let parts = Self.parts(of: path) else { return .none }
        for candidate in byLength[parts.count] ?? [] {
            guard let parameters = candidate.pattern.match(parts) else { continue }
            if let route = candidate.routes.first(where: { $0.method == method }) {
                return .route(route, parameters: parameters)
            }
            // a stream has no length and no end: its head alone would keep a listener
            let read = candidate.routes.first { $0.method == .get && $0.limits != .stream }
            if method == .head, let read { return .route(read, parameters: parameters) }
            return .otherMethods(candidate.routes.map(\.method) + (read == nil ? [] : [.head]))
        }
        return .none
    }

    /// The segments, decoded; nil for a path that means something else after decoding (`..`, an encoded slash, NUL).
    private static func parts(of path: String) -> [String]? {
        guard path.hasPrefix("/") else { return nil }
        if path == "/" { return [] }
        var parts: [String] = []
        for raw in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let part = raw.removingPercentEncoding(), !part.isEmpty, part != ".", part != "..",
                !part.contains("/"), !part.utf8.contains(0)
            else { return nil }
            parts.append(part)
        }
        return parts
    }
}

extension StringProtocol {
    /// The text with its percent escapes read; nil where one is broken or the bytes are not UTF-8.
    package func removingPercentEncoding(plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var source = utf8.makeIterator()
        while let byte = source.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = source.next().flatMap(hexDigit), let low = source.next().flatMap(hexDigit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

private func hexDigit(_ c: UInt8) -> UInt8? {
    switch c {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): c - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): c - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): c - UInt8(ascii: "A") + 10
    default: nil
    }
}

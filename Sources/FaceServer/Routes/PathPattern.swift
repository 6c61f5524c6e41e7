/// A path of the route table: literal segments and at most one parameter a segment, which a verb may follow
/// (`{id}:merge`).
package struct PathPattern: Sendable, Equatable {
    package enum Segment: Sendable, Equatable {
        case literal(String)
        /// A parameter and the text that has to follow it in the segment, mostly none.
        case parameter(String, suffix: String)
    }

    package let text: String
    package let segments: [Segment]

    package init(_ text: String) {
        self.text = text
        segments = text.split(separator: "/").map { segment in
            guard segment.first == "{", let end = segment.firstIndex(of: "}") else { return .literal(String(segment)) }
            let name = segment[segment.index(after: segment.startIndex)..<end]
            return .parameter(String(name), suffix: String(segment[segment.index(after: end)...]))
        }
    }

    package var parameters: [String] {
        segments.compactMap { if case .parameter(let name, _) = $0 { name } else { nil } }
    }

    /// The parameters of a path that has this form; nil when it has not. A parameter is never empty, and never holds the
    /// colon of a verb.
    package func match(_ parts: [String]) -> [String: String]? {
        guard parts.count == segments.count else { return nil }
        var found: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text): if text != part { return nil }
            case .parameter(let name, let suffix):
                guard part.hasSuffix(suffix) else { return nil }
                let value = String(part.dropLast(suffix.count))
                if value.isEmpty || value.contains(":") { return nil }
                found[name] = value
            }
        }
        return found
    }

    /// Literal segments and verbs before parameters: `/people:preview` is not a person.
    package var weight: [Int] {
        segments.map { segment in
            switch segment {
            case .literal: 0
            case .parameter(_, let suffix): suffix.isEmpty ? 2 : 1
            }
        }
    }
}

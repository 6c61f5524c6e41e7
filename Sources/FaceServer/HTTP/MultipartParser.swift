import Foundation

/// Reads `multipart/form-data` (RFC 7578) as it arrives, with limits on everything a stranger can choose.
///
/// It hands on what it reads and keeps no more than a delimiter's length; ``CollectedParts`` collects parts in memory.
package struct MultipartParser {
    /// What was read.
    package enum Event: Sendable, Equatable {
        /// A part begins; the file's name as the client says it.
        case begin(name: String, file: String?)
        case bytes([UInt8])
        case end
    }

    private enum State {
        case preamble
        case afterDelimiter
        case headers
        case body
        case epilogue
    }

    /// Bytes of the headers of one part.
    private static let headerLimit = 8192
    /// Bytes before the first delimiter, which no client writes.
    private static let preambleLimit = 4096

    private let delimiter: [UInt8]
    private let names: [String]
    private let repeats: Bool
    private var state = State.preamble
    /// What was not yet consumed begins at `start`. The leading line break lets the first delimiter look like the others.
    private var pending: [UInt8] = Array("\r\n".utf8)
    private var start = 0
    private var skipped = 0
    private var seen: Set<String> = []
    private var events: [Event] = []

    /// `names`: the parts that are expected; any other is refused. Each comes once, unless `repeats` allows more.
    package init(boundary: String, names: [String], repeats: Bool = false) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.names = names
        self.repeats = repeats
    }

    /// The boundary of a `Content-Type`, nil when there is none or it breaks RFC 2046's rules (1…70 characters).
    package static func boundary(of contentType: String) -> String? {
        guard let value = Parameters(contentType)["boundary"], (1...70).contains(value.utf8.count) else { return nil }
        let allowed = Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ".utf8)
        return value.utf8.allSatisfy(allowed.contains) && value.last != " " ? value : nil
    }

    /// Takes the next bytes of the body; what they complete comes back.
    package mutating func feed(_ bytes: ArraySlice<UInt8>) throws(Problem) -> [Event] {
        pending += bytes
        while try step() {}
        pending.removeFirst(start)
        start = 0
        defer { events = [] }
        return events
    }

    /// Throws where the form ended too early or a part is missing.
    package func finish() throws(Problem) {
        guard case .epilogue = state else { throw Problem(.invalidInput, "the form ends before its last delimiter") }
        for name in names where !seen.contains(name) { throw .invalid("/\(name)", "is missing from the form") }
    }

    /// Does what the pending bytes allow; false when more are needed.
    private mutating func step() throws(Problem) -> Bool {
        switch state {
        case .preamble: return try preamble()
        case .afterDelimiter: return try afterDelimiter()
        case .headers: return try headers()
        case .body: return body()
        case .epilogue:
            start = pending.count
            return false
        }
    }

    private mutating func preamble() throws(Problem) -> Bool {
        if let at = find(delimiter) {
            start = at + delimiter.count
            state = .afterDelimiter
            return true
        }
        let keep = max(start, pending.count - delimiter.count + 1)
        skipped += keep - start
        start = keep
        if skipped > Self.preambleLimit { throw Problem(.invalidInput, "the form does not begin with its delimiter") }
        return false
    }

    private mutating func afterDelimiter() throws(Problem) -> Bool {
        guard pending.count - start >= 2 else { return false }
        if pending[start] == UInt8(ascii: "-"), pending[start + 1] == UInt8(ascii: "-") {
            state = .epilogue
            return true
        }
        var at = start
        while at < pending.count, pending[at] == UInt8(ascii: " ") || pending[at] == UInt8(ascii: "\t") { at += 1 }
        if at - start > 100 { throw Problem(.invalidInput, "a delimiter of the form is followed by other text") }
        guard pending.count - at >= 2 else { return false }
        guard pending[at] == UInt8(ascii: "\r"), pending[at + 1] == UInt8(ascii: "\n") else {
            throw Problem(.invalidInput, "a delimiter of the form is followed by other text")
        }
        // the line break stays: headers end with an empty line, even when there are none
        start = at
        state = .headers
        return true
    }

    private mutating func headers() throws(Problem) -> Bool {
        guard let end = find(Array("\r\n\r\n".utf8)) else {
            if pending.count - start > Self.headerLimit { throw Problem(.invalidInput, "a part has too long headers") }
            return false
        }
        if end - start > Self.headerLimit { throw Problem(.invalidInput, "a part has too long headers") }
        guard let text = String(validating: pending[start..<end], as: UTF8.self) else {
            throw Problem(.invalidInput, "the headers of a part are not UTF-8")
        }
        let (name, file) = try Self.name(in: text)
        guard names.contains(name) else {
            throw Problem(.invalidInput, "the form has an unknown part; known are \(names.joined(separator: ", "))")
        }
        guard seen.insert(name).inserted || repeats else { throw .invalid("/\(name)", "is twice in the form") }
        events.append(.begin(name: name, file: file))
        start = end + 4
        state = .body
        return true
    }

    private mutating func body() -> Bool {
        if let at = find(delimiter) {
            if at > start { events.append(.bytes(Array(pending[start..<at]))) }
            events.append(.end)
            start = at + delimiter.count
            state = .afterDelimiter
            return true
        }
        let keep = max(start, pending.count - delimiter.count + 1)
        if keep > start { events.append(.bytes(Array(pending[start..<keep]))) }
        start = keep
        return false
    }

    /// Where a text begins in what is pending.
    ///
    /// - Complexity: O(pending · length) at worst; both delimiters begin with a byte that is rare in images.
    private func find(_ text: [UInt8]) -> Int? {
        pending.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, bytes.count - start >= text.count else { return nil }
            var at = start
            let last = bytes.count - text.count
            while at <= last, let hit = memchr(base + at, Int32(text[0]), last - at + 1) {
                let offset = UnsafeRawPointer(hit) - base
                if memcmp(base + offset, text, text.count) == 0 { return offset }
                at = offset + 1
            }
            return nil
        }
    }

    private static func name(in headers: String) throws(Problem) -> (String, String?) {
        // by scalars: to Swift a carriage return and a line feed are one character
        let lines = headers.components(separatedBy: "\r\n")
        for line in lines {
            guard let colon = line.firstIndex(of: ":"),
                line[..<colon].trimmingCharacters(in: .whitespaces).lowercased() == "content-disposition"
            else { continue }
            let parameters = Parameters(String(line[line.index(after: colon)...]))
            guard parameters.value.lowercased() == "form-data", let name = parameters["name"] else { break }
            return (name, parameters["filename"])
        }
        throw Problem(.invalidInput, "a part of the form has no name")
    }
}

/// Parts that are kept in memory; the caller bounds the whole body.
package struct CollectedParts {
    private var parser: MultipartParser
    private var parts: [String: [UInt8]] = [:]
    private var name = ""

    package init(boundary: String, names: [String]) { parser = MultipartParser(boundary: boundary, names: names) }

    package mutating func feed(_ bytes: ArraySlice<UInt8>) throws(Problem) {
        for event in try parser.feed(bytes) {
            switch event {
            case .begin(let begun, _):
                name = begun
                parts[name] = []
            case .bytes(let bytes): parts[name, default: []] += bytes
            case .end: break
            }
        }
    }

    /// The parts by name. Throws where the form ends too early or a part is missing.
    package func finish() throws(Problem) -> [String: [UInt8]] {
        try parser.finish()
        return parts
    }
}

/// `value; key=text; key="quoted text"` of a header.
private struct Parameters {
    let value: String
    private var all: [String: String] = [:]

    init(_ text: String) {
        var pieces: [String] = []
        var piece = ""
        var isQuoted = false
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                piece.unicodeScalars.append(scalar)
                isEscaped = false
            } else if isQuoted, scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" {
                isQuoted.toggle()
            } else if scalar == ";", !isQuoted {
                pieces.append(piece)
                piece = ""
            } else {
                piece.unicodeScalars.append(scalar)
            }
        }
        pieces.append(piece)
        value = pieces[0].trimmingCharacters(in: .whitespaces)
        for pair in pieces.dropFirst() {
            guard let equals = pair.firstIndex(of: "=") else { continue }
            let key = pair[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
            // the first counts: a second one of the same name is an old trick to be read differently by two programs
            if all[key] == nil { all[key] = String(pair[pair.index(after: equals)...]) }
        }
    }

    subscript(key: String) -> String? { all[key] }
}

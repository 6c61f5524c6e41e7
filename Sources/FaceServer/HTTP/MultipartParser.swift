import Foundation

/// Reads `multipart/form-data` (RFC 7578) as it arrives, with limits on everything a stranger can choose.
///
/// Parts are kept in memory, so the caller bounds the whole body.
package struct MultipartParser {
    private enum State {
        case preamble
        case afterDelimiter
        case headers
        case body(name: String)
        case epilogue
    }

    /// Bytes of the headers of one part.
    private static let headerLimit = 8192
    /// Bytes before the first delimiter, which no client writes.
    private static let preambleLimit = 4096

    private let delimiter: [UInt8]
    private let names: [String]
    private var state = State.preamble
    /// What was not yet consumed begins at `start`. The leading line break lets the first delimiter look like the others.
    private var pending: [UInt8] = Array("\r\n".utf8)
    private var start = 0
    private var skipped = 0
    private var parts: [String: [UInt8]] = [:]

    /// `names`: the parts that are expected, each once; any other is refused.
    package init(boundary: String, names: [String]) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.names = names
    }

    /// The boundary of a `Content-Type`, nil when there is none or it breaks RFC 2046's rules (1…70 characters).
    package static func boundary(of contentType: String) -> String? {
        guard let value = Parameters(contentType)["boundary"], (1...70).contains(value.utf8.count) else { return nil }
        let allowed = Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? ".utf8)
        return value.utf8.allSatisfy(allowed.contains) && value.last != " " ? value : nil
    }

    package mutating func feed(_ bytes: ArraySlice<UInt8>) throws(Problem) {
        pending += bytes
        while try step() {}
        pending.removeFirst(start)
        start = 0
    }

    /// The parts by name. Throws where the form ends too early or a part is missing.
    package mutating func finish() throws(Problem) -> [String: [UInt8]] {
        guard case .epilogue = state else { throw Problem(.invalidInput, "the form ends before its last delimiter") }
        for name in names where parts[name] == nil { throw .invalid("/\(name)", "is missing from the form") }
        return parts
    }

    /// Does what the pending bytes allow; false when more are needed.
    private mutating func step() throws(Problem) -> Bool {
        switch state {
        case .preamble: return try preamble()
        case .afterDelimiter: return try afterDelimiter()
        case .headers: return try headers()
        case .body(let name): return body(name)
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
        let name = try Self.name(in: text)
        guard names.contains(name) else {
            throw Problem(.invalidInput, "the form has an unknown part; known are \(names.joined(separator: ", "))")
        }
        guard parts[name] == nil else { throw .invalid("/\(name)", "is twice in the form") }
        parts[name] = []
        start = end + 4
        state = .body(name: name)
        return true
    }

    private mutating func body(_ name: String) -> Bool {
        if let at = find(delimiter) {
            parts[name, default: []] += pending[start..<at]
            start = at + delimiter.count
            state = .afterDelimiter
            return true
        }
        let keep = max(start, pending.count - delimiter.count + 1)
        parts[name, default: []] += pending[start..<keep]
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

    private static func name(in headers: String) throws(Problem) -> String {
        // by scalars: to Swift a carriage return and a line feed are one character
        let lines = headers.components(separatedBy: "\r\n")
        for line in lines {
            guard let colon = line.firstIndex(of: ":"),
                line[..<colon].trimmingCharacters(in: .whitespaces).lowercased() == "content-disposition"
            else { continue }
            let parameters = Parameters(String(line[line.index(after: colon)...]))
            guard parameters.value.lowercased() == "form-data", let name = parameters["name"] else { break }
            return name
        }
        throw Problem(.invalidInput, "a part of the form has no name")
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

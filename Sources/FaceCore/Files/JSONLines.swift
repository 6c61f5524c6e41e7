import FoundationEssentials

/// JSON Lines: one value a line, read one at a time, so that a file may be larger than memory.
public final class JSONLinesReader<Value: Decodable> {
    private let file: InputFile
    private let longest: Int
    private let decoder = JSONDecoder()
    private var buffer: [UInt8] = []
    private var start = 0
    private var offset = 0
    /// Number of the line that was read last, from 1.
    public private(set) var line = 0

    /// A line longer than `longest` bytes is an error, not memory. Throws as ``InputFile``.
    public init(_ path: String, longest: Int = 1 << 24) throws(LikenessError) {
        file = try InputFile(path)
        self.longest = longest
    }

    /// The next value, nil at the end. Empty lines are passed over. Throws `bad-data` with the number of a line that
    /// is not such a value or is too long; the reader then stands behind that line and can go on.
    public func next() throws(LikenessError) -> Value? {
        while let bytes = try nextLine() {
            if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            do {
                return try decoder.decode(Value.self, from: Data(bytes))
            } catch {
                throw LikenessError(
                    .badData, subject: "\(file.path):\(line)", "the line is not valid: \(reason(error))")
            }
        }
        return nil
    }

    /// All values of a file, in memory.
    public static func readAll(_ path: String, longest: Int = 1 << 24) throws(LikenessError) -> [Value] {
        let reader = try JSONLinesReader(path, longest: longest)
        var out: [Value] = []
        while let value = try reader.next() { out.append(value) }
        return out
    }

    private func nextLine() throws(LikenessError) -> ArraySlice<UInt8>? {
        var scanned = start
        while true {
            if let end = buffer[scanned...].firstIndex(of: 0x0A) {
                line += 1
                defer { start = end + 1 }
                guard end - start <= longest else { throw tooLong() }
                return buffer[start..<end]
            }
            scanned = buffer.count
            if scanned - start > longest {
                line += 1
                try skipLine()
                throw tooLong()
            }
            let before = start
            guard try fill() else {
                guard start < buffer.count else { return nil }
                line += 1
                defer { start = buffer.count }
                return buffer[start...]
            }
            scanned -= before
        }
    }

    /// Drops what was handed out and appends the next part of the file.
    private func fill() throws(LikenessError) -> Bool {
        buffer.removeFirst(start)
        start = 0
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { chunk.deallocate() }
        let part = try file.readSome(into: chunk, at: offset)
        buffer += chunk[..<part]
        offset += part
        return part > 0
    }

    private func skipLine() throws(LikenessError) {
        repeat {
            if let end = buffer[start...].firstIndex(of: 0x0A) {
                start = end + 1
                return
            }
            start = buffer.count
        } while try fill()
    }

    private func tooLong() -> LikenessError {
        LikenessError(.badData, subject: "\(file.path):\(line)", "the line is longer than \(longest) bytes")
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): return "the key '\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(let type, let context):
            return "\(type) expected at '\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
        case DecodingError.valueNotFound(_, let context), DecodingError.dataCorrupted(let context):
            return context.debugDescription
        case let error as LikenessError: return error.message
        default: return "\(error)"
        }
    }
}

/// Writes JSON Lines; the file appears when it is committed.
public final class JSONLinesWriter<Value: Encodable> {
    private let file: AtomicFile
    private let encoder: JSONEncoder

    /// Throws as ``AtomicFile``.
    public init(_ path: String, force: Bool = false) throws(LikenessError) {
        file = try AtomicFile(path, force: force)
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// Appends a line; keys are in alphabetical order. Throws `bad-data` for a value that JSON does not have (NaN).
    public func write(_ value: Value) throws(LikenessError) {
        let data: Data
        do { data = try encoder.encode(value) } catch {
            throw LikenessError(.badData, subject: file.path, "the value cannot be written as JSON: \(error)")
        }
        try file.write(Array(data) + [0x0A])
    }

    public func commit() throws(LikenessError) { try file.commit() }

    /// Writes a whole file.
    public static func writeAll(
        _ values: some Sequence<Value>, to path: String, force: Bool = false
    ) throws(LikenessError) {
        let writer = try JSONLinesWriter(path, force: force)
        for value in values { try writer.write(value) }
        try writer.commit()
    }
}

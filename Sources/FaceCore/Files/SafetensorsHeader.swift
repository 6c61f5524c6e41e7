/// The checked header of a safetensors file.
struct SafetensorsHeader {
    private(set) var entries: [String: Safetensors.Entry] = [:]
    private(set) var metadata: [String: String] = [:]
    let dataStart: Int
    private let file: InputFile

    /// The format's own limit.
    private static let longest = 100_000_000
    private static let sizes = [
        "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4,
        "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8,
    ]

    init(_ file: InputFile) throws(LikenessError) {
        self.file = file
        guard file.size >= 8 else {
            throw LikenessError(.fileTruncated, subject: file.path, "the file ends before its header")
        }
        let length = try file.bytes(at: 0, count: 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= SafetensorsHeader.longest else {
            throw LikenessError(.fileFormat, subject: file.path, "a header of \(length) bytes is not believed")
        }
        guard Int(length) <= file.size - 8 else {
            throw LikenessError(.fileTruncated, subject: file.path, "the file ends inside its header")
        }
        dataStart = 8 + Int(length)
        let json: StrictJSON
        let text = try file.bytes(at: 8, count: Int(length))
        do throws(StrictJSON.Fault) { json = try StrictJSON(text) } catch {
            throw LikenessError(.fileFormat, subject: file.path, "the header is broken: \(error)")
        }
        guard case .object(let members) = json else { throw broken("it is not an object") }
        for member in members {
            if member.key == "__metadata__" { try readMetadata(member.value) } else { try read(member) }
        }
        try requireCover()
    }

    private mutating func readMetadata(_ value: StrictJSON) throws(LikenessError) {
        guard case .object(let members) = value else { throw broken("__metadata__ is not an object") }
        for member in members {
            guard let text = member.value.string else { throw broken("__metadata__ holds more than text") }
            metadata[member.key] = text
        }
    }

    private mutating func read(_ member: StrictJSON.Member) throws(LikenessError) {
        let (name, value) = (member.key, member.value)
        guard case .object(let members) = value, members.count == 3, let type = value["dtype"]?.string,
            let shape = value["shape"]?.integers, let offsets = value["data_offsets"]?.integers, offsets.count == 2
        else { throw broken("'\(name)' does not give a type, a shape and two offsets") }
        guard let size = SafetensorsHeader.sizes[type] else { throw broken("'\(name)' is of unknown type '\(type)'") }
        var bytes = size
        for length in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            guard length >= 0, !overflow else { throw broken("'\(name)' has a shape of \(shape)") }
            bytes = product
        }
        guard offsets[0] >= 0, offsets[0] <= offsets[1] else { throw broken("'\(name)' lies at \(offsets)") }
        guard offsets[1] - offsets[0] == bytes else {
            throw broken(
                "'\(name)' of shape \(shape) needs \(bytes) bytes, its offsets give \(offsets[1] - offsets[0])")
        }
        guard offsets[1] <= file.size - dataStart else {
            throw LikenessError(
                .fileTruncated, subject: file.path,
                "'\(name)' ends at byte \(offsets[1]) of \(file.size - dataStart) that the file holds")
        }
        entries[name] = .init(type: type, shape: shape, range: offsets[0]..<offsets[1])
    }

    /// Tensors follow one another from the first to the last byte.
    private func requireCover() throws(LikenessError) {
        var end = 0
        let order = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound) < (
                $1.value.range.lowerBound, $1.value.range.upperBound
            )
        }
        for (name, entry) in order {
            guard entry.range.lowerBound >= end else { throw broken("'\(name)' overlaps another tensor") }
            guard entry.range.lowerBound == end else { throw broken("a gap lies before '\(name)'") }
            end = entry.range.upperBound
        }
        guard end == file.size - dataStart else {
            throw broken("\(file.size - dataStart - end) bytes belong to no tensor")
        }
    }

    private func broken(_ what: String) -> LikenessError {
        LikenessError(.fileFormat, subject: file.path, "the header is broken: \(what)")
    }
}

public import FaceCore

/// Writes `.rec`, `.idx` and `property` in InsightFace's packing.
public struct RecordWriter {
    private var bytes: [UInt8] = []
    private var index: [(key: Int, offset: Int)] = []
    private var keys: Set<Int> = []

    public init() {}

    /// Adds a record; a payload that holds the magic at a multiple of 4 is cut there, without those four bytes. Throws
    /// `training-input` for a key that comes twice or a part too long for the format.
    public mutating func add(_ record: FaceRecord, key: Int) throws(LikenessError) {
        guard keys.insert(key).inserted else {
            throw LikenessError(.trainingInput, subject: "record \(key)", "was added before")
        }
        guard record.flag == 0 ? record.labels.count == 1 : record.labels.count == record.flag else {
            throw LikenessError(.trainingInput, subject: "record \(key)", "has \(record.labels.count) labels")
        }
        index.append((key, bytes.count))
        let payload = record.payload
        let cuts = stride(from: 0, to: payload.count - payload.count % 4, by: 4).filter {
            littleEndian(payload[$0..<$0 + 4]) == RecordFraming.magic
        }
        var start = 0
        for (i, end) in (cuts + [payload.count]).enumerated() {
            let flag = cuts.isEmpty ? 0 : i == 0 ? 1 : i == cuts.count ? 3 : 2
            try addPart(payload[start..<end], flag: flag, key)
            start = end + 4
        }
    }

    private mutating func addPart(_ part: ArraySlice<UInt8>, flag: Int, _ key: Int) throws(LikenessError) {
        guard part.count <= RecordFraming.longest else {
            throw LikenessError(.trainingInput, subject: "record \(key)", "is too long: \(part.count) bytes")
        }
        bytes += RecordFraming.magicBytes
        withUnsafeBytes(of: (UInt32(flag) << 29 | UInt32(part.count)).littleEndian) { bytes += $0 }
        bytes += part
        bytes += [UInt8](repeating: 0, count: (4 - part.count % 4) % 4)
    }

    /// Writes `stem.rec`, `stem.idx` and, beside them, `property`. Throws as ``FaceCore/AtomicFile``.
    public func write(
        stem: String, classes: Int, height: Int, width: Int, force: Bool = false
    ) throws(LikenessError) {
        try AtomicFile.write(bytes, to: stem + ".rec", force: force)
        let lines = index.map { "\($0.key)\t\($0.offset)\n" }.joined()
        try AtomicFile.write(Array(lines.utf8), to: stem + ".idx", force: force)
        let folder = stem.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let property = (folder.isEmpty ? "" : folder + "/") + "property"
        try AtomicFile.write(Array("\(classes),\(height),\(width)".utf8), to: property, force: force)
    }

    package var recordBytes: [UInt8] { bytes }
}

public import FaceCore
import FoundationEssentials

extension FlatIndex {
    static let magic = "LKIX"

    /// Writes the index. Throws as ``FaceCore/AtomicFile``.
    public func write(to path: String, force: Bool = false) throws(LikenessError) {
        let card: Data
        do { card = try JSONEncoder().encode(space) } catch {
            throw LikenessError(.badData, subject: path, "the space cannot be written: \(error)")
        }
        let header: [StrictJSON.Member] = [
            .init(key: "format", value: .string("likeness-flat-index")),
            .init(key: "space", value: .string(String(decoding: card, as: UTF8.self))),
            .init(key: "rows", value: .integer(count)),
            .init(key: "next", value: .integer(Int(nextID))),
        ]
        // rows without their padding: mapped matrices are packed
        var flat: [Float] = []
        flat.reserveCapacity(count * space.dimension)
        for i in 0..<count { vectors.withRow(i) { flat.append(contentsOf: $0) } }
        try ids.withUnsafeBufferPointer { (ids) throws(LikenessError) in
            try flat.withUnsafeBufferPointer { (flat) throws(LikenessError) in
                try SectionFile.write(
                    [
                        .init("id", "i64", UnsafeRawBufferPointer(ids)),
                        .init("vector", "f32", UnsafeRawBufferPointer(flat)),
                    ], header: header, magic: FlatIndex.magic, to: path, force: force)
            }
        }
    }

    /// Maps an index from a file and checks it whole. Throws `space-mismatch` when it is not of the `expected` space,
    /// `non-finite`, `file-missing`, `file-unreadable`, `file-truncated`, `file-format` or `file-damaged`.
    public init(_ path: String, expected: EmbeddingSpace? = nil) throws(LikenessError) {
        let file = try SectionFile(path, magic: FlatIndex.magic)
        let header = file.header
        guard header["format"]?.string == "likeness-flat-index", let card = header["space"]?.string,
            let space = try? JSONDecoder().decode(EmbeddingSpace.self, from: Data(card.utf8)), space.dimension > 0,
            space.dimension <= 1 << 24, let rows = header["rows"]?.integer, rows >= 0, rows < 1 << 31,
            let next = header["next"]?.integer, next >= rows
        else { throw LikenessError(.fileFormat, subject: path, "the header describes no index") }
        try expected?.require(space)
        let ids = Array(try file.values("id", "i64", count: rows, as: Int64.self))
        let values = try file.values("vector", "f32", count: rows * space.dimension, as: Float.self)
        guard zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }), (ids.first ?? 0) >= 0, (ids.last ?? -1) < Int64(next)
        else { throw LikenessError(.fileFormat, subject: path, "the ids are not rising") }
        let vectors = Matrix(rows: rows, columns: space.dimension, mapped: values, owner: file.file)
        try vectors.requireFinite()
        self.init(space: space, ids: ids, vectors: vectors, nextID: Int64(next))
    }
}

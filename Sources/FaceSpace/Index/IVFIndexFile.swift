public import FaceCore
import FoundationEssentials

extension IVFIndex {
    private static let magic = FlatIndex.magic
    static let format = "likeness-ivf-index"

    /// Writes the index. Throws as ``FaceCore/AtomicFile``.
    public func write(to path: String, force: Bool = false) throws(LikenessError) {
        let card: Data
        do { card = try JSONEncoder().encode(space) } catch {
            throw LikenessError(.badData, subject: path, "the space cannot be written: \(error)")
        }
        var header: [StrictJSON.Member] = [
            .init(key: "format", value: .string(IVFIndex.format)),
            .init(key: "space", value: .string(String(decoding: card, as: UTF8.self))),
            .init(key: "rows", value: .integer(count)),
            .init(key: "cells", value: .integer(lists.count)),
            .init(key: "probes", value: .integer(probes)),
            .init(key: "next", value: .integer(Int(nextID))),
        ]
        header.append(exactness.member)
        var sizes: [UInt64] = [0]
        for list in lists { sizes.append(sizes.last! + UInt64(list.ids.count)) }
        let ids = lists.flatMap(\.ids)
        let vectors = IVFIndex.flat(lists.map(\.vectors), space.dimension)
        let centres = IVFIndex.flat([cells.centres], space.dimension)
        try sizes.withUnsafeBufferPointer { (s) throws(LikenessError) in
            try ids.withUnsafeBufferPointer { (i) throws(LikenessError) in
                try vectors.withUnsafeBufferPointer { (v) throws(LikenessError) in
                    try centres.withUnsafeBufferPointer { (c) throws(LikenessError) in
                        try SectionFile.write(
                            [
                                .init("centre", "f32", UnsafeRawBufferPointer(c)),
                                .init("cellptr", "u64", UnsafeRawBufferPointer(s)),
                                .init("id", "i64", UnsafeRawBufferPointer(i)),
                                .init("vector", "f32", UnsafeRawBufferPointer(v)),
                            ], header: header, magic: IVFIndex.magic, to: path, force: force)
                    }
                }
            }
        }
    }

    /// Rows without their padding.
    private static func flat(_ parts: [Matrix], _ dimension: Int) -> [Float] {
        var out: [Float] = []
        out.reserveCapacity(parts.reduce(0) { $0 + $1.rows } * dimension)
        for part in parts { for i in 0..<part.rows { part.withRow(i) { out.append(contentsOf: $0) } } }
        return out
    }

    /// Maps an index from a file and checks it whole. Throws as ``FlatIndex/init(_:expected:)``.
    public init(_ path: String, expected: EmbeddingSpace? = nil) throws(LikenessError) {
        let file = try SectionFile(path, magic: IVFIndex.magic)
        let header = file.header
        guard header["format"]?.string == IVFIndex.format, let card = header["space"]?.string,
            let space = try? JSONDecoder().decode(EmbeddingSpace.self, from: Data(card.utf8)), space.dimension > 0,
            space.dimension <= 1 << 24, let rows = header["rows"]?.integer, rows >= 0, rows < 1 << 31,
            let cells = header["cells"]?.integer, cells > 0, cells < 1 << 31, let next = header["next"]?.integer,
            next >= rows, let probes = header["probes"]?.integer, (1...cells).contains(probes),
            let exactness = NeighbourGraph.Exactness(header)
        else { throw LikenessError(.fileFormat, subject: path, "the header describes no index in cells") }
        try expected?.require(space)
        let d = space.dimension
        let centres = Matrix(
            rows: cells, columns: d, mapped: try file.values("centre", "f32", count: cells * d, as: Float.self),
            owner: file.file)
        let ends = try file.values("cellptr", "u64", count: cells + 1, as: UInt64.self)
        let ids = try file.values("id", "i64", count: rows, as: Int64.self)
        let values = try file.values("vector", "f32", count: rows * d, as: Float.self)
        guard ends[0] == 0, ends[cells] == UInt64(rows), zip(ends, ends.dropFirst()).allSatisfy({ $0 <= $1 }),
            ids.allSatisfy({ $0 >= 0 && $0 < Int64(next) }), Set(ids).count == rows
        else { throw LikenessError(.fileFormat, subject: path, "the cells do not part the ids") }
        var lists: [List] = []
        for c in 0..<cells {
            let (a, b) = (Int(ends[c]), Int(ends[c + 1]))
            let part = UnsafeBufferPointer(rebasing: values[a * d..<b * d])
            lists.append(
                List(
                    ids: Array(ids[a..<b]), vectors: Matrix(rows: b - a, columns: d, mapped: part, owner: file.file),
                    packed: nil))
        }
        self.init(
            space: space, nextID: Int64(next), probes: probes, exactness: exactness, centres: centres, lists: lists)
        try centres.requireFinite()
        // refuses what is not finite
        try prepare(threads: availableThreads())
    }
}

import FaceCore
import FoundationEssentials

/// A grouping's whole state in one file of sections.
enum GroupingSnapshot {
    private static let magic = "LKGS"
    static let version = 1

    /// Space and thresholds, as JSON in the header.
    private struct Card: Codable {
        var space: EmbeddingSpace
        var options: IncrementalOptions
    }

    static func write(
        _ g: IncrementalGrouping, operations: Int, to path: String
    ) throws(LikenessError) {
        let card: Data
        do { card = try JSONEncoder().encode(Card(space: g.space, options: g.options)) } catch {
            throw LikenessError(.badData, subject: path, "the space cannot be written: \(error)")
        }
        let lists = g.core.lists
        let candidates = g.visible.savedCandidates
        let wishes = g.constraints.encoded
        let header: [StrictJSON.Member] = [
            .init(key: "format", value: .string("likeness-grouping-state")),
            .init(key: "version", value: .integer(version)),
            .init(key: "card", value: .string(String(decoding: card, as: UTF8.self))),
            .init(key: "rows", value: .integer(g.count)),
            .init(key: "edges", value: .integer(lists.reduce(0) { $0 + $1.count })),
            .init(key: "candidates", value: .integer(candidates.count)),
            .init(key: "wishes", value: .integer(wishes.count)),
            .init(key: "operations", value: .integer(operations)),
            .init(key: "nextGroup", value: .integer(Int(g.core.nextGroup))),
            .init(key: "nextID", value: .integer(Int(g.visible.nextID))),
        ]
        var flat: [Float] = []
        flat.reserveCapacity(g.count * g.space.dimension)
        for row in 0..<g.count { g.vectors.withRow(row) { flat.append(contentsOf: $0) } }
        var blobs = SectionBlobs()
        blobs.add("vector", "f32", flat)
        blobs.add("quality", "f32", g.quality)
        blobs.add("photo", "i64", g.constraints.photos.map(Int64.init))
        blobs.add("live", "u8", g.core.isLive.map { $0 ? UInt8(1) : 0 })
        blobs.add("founds", "u8", g.core.mayFound.map { $0 ? UInt8(1) : 0 })
        blobs.add("degree", "i32", lists.map { Int32($0.count) })
        blobs.add("neighbour", "i32", lists.flatMap { $0.map(\.row) })
        blobs.add("similarity", "f32", lists.flatMap { $0.map(\.closeness) })
        blobs.add("group", "i32", g.core.group)
        blobs.add("piece", "i32", g.visible.savedPieces)
        blobs.add("id", "i64", g.visible.ids)
        blobs.add("candidate", "i32", candidates.flatMap { [$0.0, $0.1] })
        blobs.add("candidate-similarity", "f32", candidates.map(\.2))
        blobs.add("wish", "i64", wishes)
        try blobs.write(header: header, magic: magic, to: path)
    }

    /// Reads and checks all of a state. Throws as ``SectionFile``, `file-format` for parts that contradict each other.
    static func read(_ path: String) throws(LikenessError) -> (grouping: IncrementalGrouping, operations: Int) {
        let file = try SectionFile(path, magic: magic)
        let h = file.header
        guard h["format"]?.string == "likeness-grouping-state", h["version"]?.integer == version,
            let text = h["card"]?.string, let card = try? JSONDecoder().decode(Card.self, from: Data(text.utf8)),
            let rows = h["rows"]?.integer, let edges = h["edges"]?.integer, let pairs = h["candidates"]?.integer,
            let wishes = h["wishes"]?.integer, let operations = h["operations"]?.integer,
            let nextGroup = h["nextGroup"]?.integer, let nextID = h["nextID"]?.integer, rows >= 0, rows < 1 << 31,
            card.space.dimension > 0, card.space.dimension <= 1 << 16, edges >= 0, pairs >= 0, pairs < 1 << 40,
            let groupCount = Int32(exactly: nextGroup)
        else { throw LikenessError(.fileFormat, subject: path, "the header describes no grouping") }
        var g = try IncrementalGrouping(space: card.space, options: card.options)
        func values<T: BitwiseCopyable>(_ n: String, _ t: String, _ c: Int, _: T.Type) throws(LikenessError) -> [T] {
            Array(try file.values(n, t, count: c, as: T.self))
        }
        let flat = try file.values("vector", "f32", count: rows * card.space.dimension, as: Float.self)
        var matrix = Matrix(rows: rows, columns: card.space.dimension)
        for i in 0..<rows { matrix.setRow(i, flat[i * matrix.columns..<(i + 1) * matrix.columns]) }
        let live = try values("live", "u8", rows, UInt8.self).map { $0 == 1 }
        let lists = try lists(
            values("degree", "i32", rows, Int32.self), values("neighbour", "i32", edges, Int32.self),
            values("similarity", "f32", edges, Float.self), live, path)
        let group = try values("group", "i32", rows, Int32.self)
        guard
            let core = DensityCore(
                minimumPoints: card.options.minimumPoints, lists: lists, isLive: live,
                mayFound: try values("founds", "u8", rows, UInt8.self).map { $0 == 1 }, group: group,
                nextGroup: groupCount)
        else { throw contradiction(path) }
        try g.vectors.append(restored: matrix)
        g.core = core
        g.quality = try values("quality", "f32", rows, Float.self)
        guard
            g.constraints.restore(
                photos: try values("photo", "i64", rows, Int64.self).map(Int.init),
                try values("wish", "i64", wishes, Int64.self), rows: rows)
        else { throw contradiction(path) }
        let ends = try values("candidate", "i32", 2 * pairs, Int32.self)
        let weights = try values("candidate-similarity", "f32", pairs, Float.self)
        guard
            let visible = try VisibleGroups(
                pieceOf: values("piece", "i32", rows, Int32.self), ids: values("id", "i64", rows, Int64.self),
                nextID: Int64(nextID), candidates: (0..<pairs).map { (ends[2 * $0], ends[2 * $0 + 1], weights[$0]) },
                g.vectors)
        else { throw contradiction(path) }
        g.visible = visible
        return (g, operations)
    }

    private static func lists(
        _ degrees: [Int32], _ rows: [Int32], _ closeness: [Float], _ live: [Bool], _ path: String
    ) throws(LikenessError) -> [[GrowingVectors.Neighbour]] {
        guard degrees.allSatisfy({ $0 >= 0 }), degrees.reduce(0, { $0 + Int($1) }) == rows.count,
            rows.allSatisfy({ $0 >= 0 && $0 < degrees.count && live[Int($0)] })
        else { throw contradiction(path) }
        var at = 0
        return degrees.map { degree in
            defer { at += Int(degree) }
            return (at..<at + Int(degree)).map { .init(row: rows[$0], closeness: closeness[$0]) }
        }
    }

    private static func contradiction(_ path: String) -> LikenessError {
        LikenessError(.fileFormat, subject: path, "parts of the state contradict each other")
    }
}

/// Arrays on their way into a file of sections.
struct SectionBlobs {
    private var parts: [(name: String, type: String, bytes: [UInt8])] = []

    mutating func add<T: BitwiseCopyable>(_ name: String, _ type: String, _ values: [T]) {
        parts.append((name, type, values.withUnsafeBytes { Array($0) }))
    }

    func write(header: [StrictJSON.Member], magic: String, to path: String) throws(LikenessError) {
        try write(parts[...], [], header, magic, path)
    }

    /// One array after the other is pinned in memory, then all are written.
    private func write(
        _ rest: ArraySlice<(name: String, type: String, bytes: [UInt8])>, _ contents: [SectionFile.Content],
        _ header: [StrictJSON.Member], _ magic: String, _ path: String
    ) throws(LikenessError) {
        guard let next = rest.first else {
            return try SectionFile.write(contents, header: header, magic: magic, to: path, force: true)
        }
        try next.bytes.withUnsafeBufferPointer { (raw) throws(LikenessError) in
            try write(
                rest.dropFirst(), contents + [.init(next.name, next.type, UnsafeRawBufferPointer(raw))], header, magic,
                path)
        }
    }
}

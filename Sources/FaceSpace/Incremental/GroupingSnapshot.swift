import FaceCore
import FoundationEssentials

/// A grouping's whole state in one file of sections.
enum GroupingSnapshot {
    private static let magic = "LKGS"
    /// Version 1 kept every row, equal ones too, and is read as one whose rows are all distinct; version 2 had other cells,
    /// so that those of an approximate search are learnt anew with the next rows.
    static let version = 3

    /// Space and thresholds, as JSON in the header, and what an approximate search has learnt.
    private struct Card: Codable {
        var space: EmbeddingSpace
        var options: IncrementalOptions
        var search: GrowingCells.Calibration?
    }

    static func write(
        _ g: IncrementalGrouping, operations: Int, to path: String
    ) throws(LikenessError) {
        let (density, visible) = (g.density, g.visible)
        let cells = density.vectors.cells?.saved
        let acquaintances = visible.acquaintances?.saved ?? []
        let card: Data
        do {
            card = try JSONEncoder().encode(
                Card(space: g.space, options: g.options, search: cells?.calibration))
        } catch {
            throw LikenessError(.badData, subject: path, "the space cannot be written: \(error)")
        }
        let lists = density.core.lists
        let candidates = visible.savedCandidates
        let wishes = g.constraints.encoded
        let header: [StrictJSON.Member] = [
            .init(key: "format", value: .string("likeness-grouping-state")),
            .init(key: "version", value: .integer(version)),
            .init(key: "card", value: .string(String(decoding: card, as: UTF8.self))),
            .init(key: "rows", value: .integer(g.count)),
            .init(key: "entries", value: .integer(lists.count)),
            .init(key: "edges", value: .integer(lists.reduce(0) { $0 + $1.count })),
            .init(key: "candidates", value: .integer(candidates.count)),
            .init(key: "wishes", value: .integer(wishes.count)),
            .init(key: "operations", value: .integer(operations)),
            .init(key: "nextGroup", value: .integer(Int(density.core.nextGroup))),
            .init(key: "nextID", value: .integer(Int(visible.nextID))),
            .init(key: "evenWords", value: .integer(cells?.words[0].count ?? 0)),
            .init(key: "oddWords", value: .integer(cells?.words[1].count ?? 0)),
            .init(key: "learnt", value: .integer(cells?.learnt ?? 0)),
            .init(key: "acquaintances", value: .integer(acquaintances.count)),
        ]
        var blobs = SectionBlobs()
        blobs.add("vector", rows: lists.count, columns: g.space.dimension) { entry, out in
            // of removed rows nothing is left
            guard density.core.isLive[entry] else { return out.initialize(repeating: 0) }
            density.vectors.withRow(entry) { _ = out.initialize(from: $0) }
        }
        blobs.add("entry", "i32", density.distinct.entries)
        blobs.add("quality", "f32", g.quality)
        blobs.add("photo", "i64", g.constraints.photos.map(Int64.init))
        blobs.add("live", "u8", density.isLive.map { $0 ? UInt8(1) : 0 })
        blobs.add("founds", "u8", density.core.mayFound.map { $0 ? UInt8(1) : 0 })
        blobs.add("degree", "i32", lists.map { Int32($0.count) })
        blobs.add("neighbour", "i32", lists.flatMap { $0.map(\.row) })
        blobs.add("similarity", "f32", lists.flatMap { $0.map(\.closeness) })
        blobs.add("group", "i32", density.core.group)
        blobs.add("piece", "i32", visible.savedPieces)
        blobs.add("id", "i64", visible.ids)
        blobs.add("candidate", "i32", candidates.flatMap { [$0.0, $0.1] })
        blobs.add("candidate-similarity", "f32", candidates.map(\.2))
        blobs.add("wish", "i64", wishes)
        if let cells {
            blobs.add("cell", "i32", cells.homes)
            blobs.add("even-words", "f32", cells.words[0])
            blobs.add("odd-words", "f32", cells.words[1])
            blobs.add("acquaintance", "i32", acquaintances.flatMap { [$0.0, $0.1] })
        }
        try blobs.write(header: header, magic: magic, to: path)
    }

    /// Reads and checks all of a state. Throws as ``SectionFile``, `file-format` for parts that contradict each other.
    static func read(_ path: String) throws(LikenessError) -> (grouping: IncrementalGrouping, operations: Int) {
        let reader = try SnapshotReader(path, magic: magic, newest: version)
        guard let card = try? JSONDecoder().decode(Card.self, from: Data(reader.card.utf8)),
            card.space.dimension > 0, card.space.dimension <= 1 << 16
        else { throw LikenessError(.fileFormat, subject: path, "the header describes no grouping") }
        let recall = card.options.recall
        var g = try IncrementalGrouping(space: card.space, options: card.options)
        var vectors = GrowingVectors(dimension: card.space.dimension, metric: .cosine, recall: recall)
        let live = try reader.live()
        let entryOfRow = try reader.entryOfRow()
        var isLive = [Bool](repeating: false, count: reader.entries)
        for (row, entry) in entryOfRow.enumerated() where live[row] && isLive.indices.contains(Int(entry)) {
            isLive[Int(entry)] = true
        }
        try vectors.append(
            restored: reader.vectors(card.space.dimension), live: isLive, reader.cells(card.search))
        let founds = try reader.values("founds", "u8", reader.entries, UInt8.self).map { $0 == 1 }
        guard
            let distinct = DistinctRows(
                entries: entryOfRow, isLive: live, mayFound: founds, known: vectors),
            let core = DensityCore(
                minimumPoints: card.options.minimumPoints, lists: try reader.lists(distinct),
                weight: (0..<distinct.count).map { distinct.weight($0) }, lowest: distinct.lowest, mayFound: founds,
                group: try reader.values("group", "i32", reader.entries, Int32.self), nextGroup: reader.nextGroup),
            let density = DensityRows(vectors: vectors, core: core, distinct: distinct, isLive: live)
        else { throw reader.contradiction }
        g.density = density
        g.quality = try reader.values("quality", "f32", reader.rows, Float.self)
        guard
            g.constraints.restore(
                photos: try reader.values("photo", "i64", reader.rows, Int64.self).map(Int.init),
                try reader.values("wish", "i64", reader.wishes, Int64.self), rows: reader.rows)
        else { throw reader.contradiction }
        guard
            let visible = try VisibleGroups(
                pieceOf: reader.values("piece", "i32", reader.rows, Int32.self),
                ids: reader.values("id", "i64", reader.rows, Int64.self), nextID: reader.nextID,
                candidates: reader.candidates(), recall: recall,
                acquaintances: recall < 1 ? reader.acquaintances() : [], density)
        else { throw reader.contradiction }
        g.visible = visible
        return (g, reader.operations)
    }
}

/// Arrays on their way into a file of sections.
struct SectionBlobs {
    private var parts: [(name: String, type: String, bytes: [UInt8])] = []

    mutating func add<T: BitwiseCopyable>(_ name: String, _ type: String, _ values: [T]) {
        parts.append((name, type, values.withUnsafeBytes { Array($0) }))
    }

    /// Floats that are filled in row by row.
    mutating func add(
        _ name: String, rows: Int, columns: Int, _ fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        let size = rows * columns * MemoryLayout<Float>.stride
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            buffer.withMemoryRebound(to: Float.self) { all in
                for row in 0..<rows {
                    fill(row, UnsafeMutableBufferPointer(rebasing: all[row * columns..<(row + 1) * columns]))
                }
            }
            filled = size
        }
        parts.append((name, "f32", bytes))
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

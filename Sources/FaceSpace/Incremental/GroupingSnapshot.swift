import FaceCore
import FoundationEssentials

/// A grouping's whole state in one file of sections.
enum GroupingSnapshot {
    private static let magic = "LKGS"
    /// Version 1 kept every row, equal ones too, and knew no cells; it is read as one whose rows are all distinct.
    static let version = 2

    /// Space and thresholds, as JSON in the header, and what an approximate search has learnt.
    private struct Card: Codable {
        var space: EmbeddingSpace
        var options: IncrementalOptions
        var rowCells: GrowingCells.Calibration?
        var centreCells: GrowingCells.Calibration?
    }

    static func write(
        _ g: IncrementalGrouping, operations: Int, to path: String
    ) throws(LikenessError) {
        let (density, visible) = (g.density, g.visible)
        let (rowCells, centreCells) = (density.vectors.cells?.saved, visible.centres.cells?.saved)
        let card: Data
        do {
            card = try JSONEncoder().encode(
                Card(
                    space: g.space, options: g.options, rowCells: rowCells?.calibration,
                    centreCells: centreCells?.calibration))
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
            .init(key: "rowCells", value: .integer(rowCells?.parents.count ?? 0)),
            .init(key: "centreCells", value: .integer(centreCells?.parents.count ?? 0)),
            .init(key: "centres", value: .integer(visible.slots.count)),
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
        if let rowCells, let centreCells {
            blobs.add(rowCells, "row")
            blobs.add("centre-piece", "i32", visible.slots)
            blobs.add(centreCells, "centre")
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
        let rowCells = try reader.cells("row", reader.rowCells, of: reader.entries, card.rowCells, card.space.dimension)
        try vectors.append(restored: reader.vectors(card.space.dimension), rowCells)
        let live = try reader.live()
        let founds = try reader.values("founds", "u8", reader.entries, UInt8.self).map { $0 == 1 }
        guard
            let distinct = DistinctRows(
                entries: try reader.entryOfRow(), isLive: live, mayFound: founds, known: vectors),
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
        let centres = try reader.cells(
            "centre", reader.centreCells, of: reader.centres, card.centreCells, card.space.dimension)
        let slots = try centres == nil ? nil : reader.values("centre-piece", "i32", reader.centres, Int32.self)
        guard recall == 1 || centres != nil,
            let visible = try VisibleGroups(
                pieceOf: reader.values("piece", "i32", reader.rows, Int32.self),
                ids: reader.values("id", "i64", reader.rows, Int64.self), nextID: reader.nextID,
                candidates: reader.candidates(), recall: recall,
                cells: centres.flatMap { saved in slots.map { ($0, saved) } }, density)
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

    /// Cells, under names that begin alike.
    mutating func add(_ cells: GrowingCells.Saved, _ name: String) {
        add("\(name)-cell", "i32", cells.homes)
        add("\(name)-cell-centre", "f32", cells.centres)
        add("\(name)-cell-parent", "i32", cells.parents)
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

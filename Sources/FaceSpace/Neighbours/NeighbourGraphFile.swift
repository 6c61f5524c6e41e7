public import FaceCore

extension NeighbourGraph {
    private static let magic = "LKNG"

    /// Writes the graph. Throws as ``FaceCore/AtomicFile``.
    public func write(to path: String, force: Bool = false) throws(LikenessError) {
        var header: [StrictJSON.Member] = [
            .init(key: "format", value: .string("likeness-neighbour-graph")),
            .init(key: "space", value: .string(space)),
            .init(key: "rows", value: .integer(rows)),
            .init(key: "k", value: .integer(k)),
            .init(key: "floor", value: floor.isFinite ? .real(Double(floor)) : .null),
        ]
        header.append(exactness.member)
        try SectionFile.write(
            [
                .init("rowptr", "u64", UnsafeRawBufferPointer(storage.offsets)),
                .init("neighbour", "u32", UnsafeRawBufferPointer(storage.neighbours)),
                .init("similarity", "f32", UnsafeRawBufferPointer(storage.similarities)),
            ], header: header, magic: NeighbourGraph.magic, to: path, force: force)
        withExtendedLifetime(storage) {}
    }

    /// Maps a graph from a file and checks it whole: checksums, and that every list is one.
    ///
    /// Throws `space-mismatch` when it is not of the `expected` space, `file-missing`, `file-unreadable`,
    /// `file-truncated`, `file-format` or `file-damaged`.
    public init(_ path: String, expected: EmbeddingSpace? = nil) throws(LikenessError) {
        let file = try SectionFile(path, magic: NeighbourGraph.magic)
        let header = file.header
        guard header["format"]?.string == "likeness-neighbour-graph", let space = header["space"]?.string,
            let rows = header["rows"]?.integer, let k = header["k"]?.integer, rows >= 0, rows < 1 << 31, k >= 0,
            k <= max(0, rows - 1), let floor = NeighbourGraph.floor(header["floor"]),
            let exactness = Exactness(header)
        else { throw LikenessError(.fileFormat, subject: path, "the header describes no neighbour graph") }
        if let expected, expected.id != space {
            throw LikenessError(
                .spaceMismatch, subject: path, "the graph is of \(space), not of \(expected.id)",
                remedy: "make the graph again from these vectors")
        }
        let offsets = try file.values("rowptr", "u64", count: rows + 1, as: UInt64.self)
        // a bound before the conversion: the last offset comes from the file
        guard offsets[rows] <= UInt64(rows) * UInt64(k) else {
            throw LikenessError(.fileFormat, subject: path, "\(offsets[rows]) entries are more than \(rows)×\(k)")
        }
        let count = Int(offsets[rows])
        let storage = Storage(
            file: file, offsets: offsets, neighbours: try file.values("neighbour", "u32", count: count, as: Int32.self),
            similarities: try file.values("similarity", "f32", count: count, as: Float.self))
        self.init(rows: rows, k: k, floor: floor, space: space, exactness: exactness, storage: storage)
        if let row = firstBrokenRow() {
            throw LikenessError(.fileFormat, subject: path, "the list of row \(row) is not one of neighbours")
        }
    }

    private static func floor(_ value: StrictJSON?) -> Float? {
        switch value {
        case .null: -.infinity
        case let number?: number.real.map { Float($0) }
        case nil: nil
        }
    }

    /// The first row whose list is not one: out of bounds, too long, itself in it, not sorted, not finite.
    private func firstBrokenRow() -> Int? {
        guard storage.offsets[0] == 0 else { return 0 }
        let (offsets, neighbours, similarities) = (storage.offsets, storage.neighbours, storage.similarities)
        for row in 0..<rows {
            // every offset is bounded by the last one before it is used
            guard offsets[row] <= offsets[row + 1], offsets[row + 1] <= offsets[rows] else { return row }
            let (first, last) = (Int(offsets[row]), Int(offsets[row + 1]))
            guard last - first <= k else { return row }
            for e in first..<last {
                let (j, s) = (neighbours[e], similarities[e])
                guard j >= 0, Int(j) < rows, Int(j) != row, s.isFinite else { return row }
                guard e > first else { continue }
                let before = similarities[e - 1]
                guard before > s || (before == s && neighbours[e - 1] < j) else { return row }
            }
        }
        return nil
    }
}

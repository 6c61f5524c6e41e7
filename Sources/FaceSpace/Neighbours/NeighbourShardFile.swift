public import FaceCore

extension NeighbourShard {
    private static let magic = "LKNP"

    /// Writes the shard. Throws as ``FaceCore/AtomicFile``.
    public func write(to path: String, force: Bool = false) throws(LikenessError) {
        func pair(_ range: Range<Int>) -> StrictJSON {
            .array([.integer(range.lowerBound), .integer(range.upperBound)])
        }
        let header: [StrictJSON.Member] = [
            .init(key: "format", value: .string("likeness-neighbour-shard")),
            .init(key: "space", value: .string(space)),
            .init(key: "rows", value: pair(rows)),
            .init(key: "columns", value: .array(columns.map(pair))),
            .init(key: "k", value: .integer(k)),
            .init(key: "floor", value: floor.isFinite ? .real(Double(floor)) : .null),
        ]
        try indices.withUnsafeBufferPointer { (i) throws(LikenessError) in
            try similarities.withUnsafeBufferPointer { (s) throws(LikenessError) in
                try SectionFile.write(
                    [
                        .init("neighbour", "i32", UnsafeRawBufferPointer(i)),
                        .init("similarity", "f32", UnsafeRawBufferPointer(s)),
                    ], header: header, magic: NeighbourShard.magic, to: path, force: force)
            }
        }
    }

    /// Reads a shard and checks it whole. Throws as ``FaceSpace/NeighbourGraph/init(_:expected:)``.
    public init(_ path: String) throws(LikenessError) {
        let file = try SectionFile(path, magic: NeighbourShard.magic)
        let header = file.header
        guard header["format"]?.string == "likeness-neighbour-shard", let space = header["space"]?.string,
            let rows = NeighbourShard.range(header["rows"]), case .array(let list) = header["columns"],
            let k = header["k"]?.integer, (0..<1 << 31).contains(k)
        else { throw LikenessError(.fileFormat, subject: path, "the header describes no shard of neighbours") }
        let columns = list.compactMap(NeighbourShard.range)
        let apart = zip(columns, columns.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
        let floor: Float? =
            switch header["floor"] {
            case .null: -.infinity
            case let number?: number.real.map { Float($0) }
            case nil: nil
            }
        let (count, overflow) = rows.count.multipliedReportingOverflow(by: k)
        guard columns.count == list.count, apart, !columns.contains(where: \.isEmpty), let floor, !overflow else {
            throw LikenessError(.fileFormat, subject: path, "the header describes no shard of neighbours")
        }
        self.init(
            rows: rows, columns: columns, k: k, floor: floor, space: space,
            indices: Array(try file.values("neighbour", "i32", count: count, as: Int32.self)),
            similarities: Array(try file.values("similarity", "f32", count: count, as: Float.self)))
        if let row = firstBrokenRow() {
            throw LikenessError(.fileFormat, subject: path, "the list of row \(row) is not one of neighbours")
        }
    }

    private static func range(_ value: StrictJSON?) -> Range<Int>? {
        guard case .array(let ends) = value, ends.count == 2, let low = ends[0].integer, let high = ends[1].integer,
            low >= 0, low <= high, high < 1 << 31
        else { return nil }
        return low..<high
    }

    private func firstBrokenRow() -> Int? {
        guard k > 0 else { return nil }
        for (r, row) in rows.enumerated() {
            for e in r * k..<(r + 1) * k {
                let (j, s) = (indices[e], similarities[e])
                let ended = e > r * k && indices[e - 1] < 0
                if j < 0 {
                    guard j == -1, s == -.infinity else { return row }
                    continue
                }
                guard !ended, s.isFinite, Int(j) != row, columns.contains(where: { $0.contains(Int(j)) }) else {
                    return row
                }
                guard e > r * k else { continue }
                let before = similarities[e - 1]
                guard before > s || (before == s && indices[e - 1] < j) else { return row }
            }
        }
        return nil
    }
}

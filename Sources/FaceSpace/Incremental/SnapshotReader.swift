import FaceCore

/// The parts of a snapshot, each checked for its size.
struct SnapshotReader {
    private let file: SectionFile
    private let path: String
    private let version: Int
    /// Space and thresholds as JSON.
    let card: String
    let rows: Int
    /// Distinct rows; of version 1 all.
    let entries: Int
    let wishes: Int
    let operations: Int
    let nextGroup: Int32
    let nextID: Int64
    /// Numbers of the code words of an approximate search.
    private let words: [Int]
    private let learnt: Int
    private let known: Int
    private let edges: Int
    private let pairs: Int

    /// Throws as ``SectionFile``, `file-format` for a header of something else.
    init(_ path: String, magic: String, newest: Int) throws(LikenessError) {
        self.path = path
        file = try SectionFile(path, magic: magic)
        let h = file.header
        func size(_ key: String, below most: Int = 1 << 31) -> Int? {
            h[key]?.integer.flatMap { $0 >= 0 && $0 < most ? $0 : nil }
        }
        guard h["format"]?.string == "likeness-grouping-state", let version = h["version"]?.integer,
            (1...newest).contains(version), let card = h["card"]?.string, let rows = size("rows"),
            let edges = size("edges", below: 1 << 40), let pairs = size("candidates", below: 1 << 40),
            let wishes = size("wishes", below: 1 << 40), let operations = h["operations"]?.integer,
            let nextGroup = size("nextGroup"), let nextID = h["nextID"]?.integer,
            let entries = version == 1 ? rows : size("entries"),
            let even = version < 3 ? 0 : size("evenWords"), let odd = version < 3 ? 0 : size("oddWords"),
            let learnt = version < 3 ? 0 : size("learnt"),
            let known = version < 3 ? 0 : size("acquaintances", below: 1 << 40)
        else { throw LikenessError(.fileFormat, subject: path, "the header describes no grouping") }
        (self.version, self.card, self.rows, self.entries) = (version, card, rows, entries)
        (self.edges, self.pairs, self.wishes, self.operations) = (edges, pairs, wishes, operations)
        (self.nextGroup, self.nextID) = (Int32(nextGroup), Int64(nextID))
        (words, self.learnt, self.known) = ([even, odd], learnt, known)
    }

    var contradiction: LikenessError {
        LikenessError(.fileFormat, subject: path, "parts of the state contradict each other")
    }

    func values<T: BitwiseCopyable>(
        _ name: String, _ type: String, _ count: Int, _: T.Type
    ) throws(LikenessError) -> [T] {
        Array(try file.values(name, type, count: count, as: T.self))
    }

    func live() throws(LikenessError) -> [Bool] { try values("live", "u8", rows, UInt8.self).map { $0 == 1 } }

    /// entries×dimension.
    func vectors(_ dimension: Int) throws(LikenessError) -> Matrix {
        let flat = try file.values("vector", "f32", count: entries * dimension, as: Float.self)
        var matrix = Matrix(rows: entries, columns: dimension)
        for i in 0..<entries { matrix.setRow(i, flat[i * dimension..<(i + 1) * dimension]) }
        return matrix
    }

    func entryOfRow() throws(LikenessError) -> [Int32] {
        version == 1 ? (0..<Int32(rows)).map { $0 } : try values("entry", "i32", rows, Int32.self)
    }

    /// Of each entry, the entries in reach.
    func lists(_ distinct: DistinctRows) throws(LikenessError) -> [[GrowingVectors.Neighbour]] {
        let degrees = try values("degree", "i32", entries, Int32.self)
        let near = try values("neighbour", "i32", edges, Int32.self)
        let closeness = try values("similarity", "f32", edges, Float.self)
        guard degrees.allSatisfy({ $0 >= 0 }), degrees.reduce(0, { $0 + Int($1) }) == edges,
            near.allSatisfy({ $0 >= 0 && $0 < entries && distinct.weight(Int($0)) > 0 })
        else { throw contradiction }
        var at = 0
        return degrees.map { degree in
            defer { at += Int(degree) }
            return (at..<at + Int(degree)).map { .init(row: near[$0], closeness: closeness[$0]) }
        }
    }

    func candidates() throws(LikenessError) -> [(Int32, Int32, Float)] {
        let ends = try values("candidate", "i32", 2 * pairs, Int32.self)
        let weights = try values("candidate-similarity", "f32", pairs, Float.self)
        return (0..<pairs).map { (ends[2 * $0], ends[2 * $0 + 1], weights[$0]) }
    }

    /// The cells of an approximate search; nil where it was exact, or had the cells of an older version.
    func cells(_ calibration: GrowingCells.Calibration?) throws(LikenessError) -> GrowingCells.Saved? {
        guard version >= 3, let calibration else { return nil }
        return GrowingCells.Saved(
            homes: try values("cell", "i32", entries, Int32.self),
            words: [
                try values("even-words", "f32", words[0], Float.self),
                try values("odd-words", "f32", words[1], Float.self),
            ], learnt: learnt, calibration: calibration)
    }

    /// Rows of pieces that may be one person; none of a version that did not know them.
    func acquaintances() throws(LikenessError) -> [(Int32, Int32)] {
        guard version >= 3 else { return [] }
        let ends = try values("acquaintance", "i32", 2 * known, Int32.self)
        guard ends.allSatisfy({ $0 >= 0 && $0 < rows }) else { throw contradiction }
        return (0..<known).map { (ends[2 * $0], ends[2 * $0 + 1]) }
    }
}

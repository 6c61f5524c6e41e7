import FoundationEssentials

/// Vectors on disk: a `.npy` file and, beside it, a `.json` that names their space and holds a digest of the `.npy`.
public enum VectorFile {
    /// The side-car: what `V.npy` holds, in `V.json`.
    public struct Card: Sendable, Codable, Hashable {
        public var format = "likeness-vectors"
        public var version = 1
        public var space: EmbeddingSpace
        public var rows: Int
        public var dimension: Int
        /// Of the whole `.npy` file, 64 hexadecimal digits.
        public var sha256: String
    }

    /// The side-car of a file of vectors: `.npy` replaced by `.json`.
    public static func cardPath(_ path: String) -> String {
        (path.hasSuffix(".npy") ? String(path.dropLast(4)) : path) + ".json"
    }

    /// Writes both files. Throws `dimension-mismatch` when the vectors do not have the space's dimension.
    public static func write(
        _ vectors: Matrix, space: EmbeddingSpace, to path: String, half: Bool = false, force: Bool = false
    ) throws(LikenessError) {
        guard vectors.columns == space.dimension || vectors.rows == 0 else {
            throw LikenessError(
                .dimensionMismatch, subject: path,
                "vectors of \(space.id) have \(space.dimension) values, these have \(vectors.columns)")
        }
        try requireNoCard(path, force)
        try NPY.write(vectors, to: path, half: half, force: force)
        try writeCard(path, space, rows: vectors.rows, force)
    }

    /// The rows of a file that is being written, in any order and from several threads.
    package struct Room: @unchecked Sendable {
        fileprivate let file: AtomicFile
        fileprivate let start: Int

        /// Writes one row of Float32.
        package func fill(row: Int, _ values: UnsafeRawBufferPointer) throws(LikenessError) {
            try file.fill(values, at: start + row * values.count)
        }
    }

    /// Writes both files, the vectors by `body`, which fills every row: they never lie in memory together.
    package static func write<R>(
        rows: Int, space: EmbeddingSpace, to path: String, force: Bool = false,
        _ body: (Room) throws(LikenessError) -> R
    ) throws(LikenessError) -> R {
        try requireNoCard(path, force)
        let file = try AtomicFile(path, force: force)
        try file.write(NPYHeader.bytes(.float32, shape: [rows, space.dimension]))
        let start = try file.reserve(rows * space.dimension * MemoryLayout<Float>.stride)
        let result = try body(Room(file: file, start: start))
        try file.commit()
        try writeCard(path, space, rows: rows, force)
        return result
    }

    /// Asked before the vectors are written, so that not one of the two is left behind.
    private static func requireNoCard(_ path: String, _ force: Bool) throws(LikenessError) {
        if !force, let taken = try? InputFile(cardPath(path)) {
            throw LikenessError(
                .fileExists, subject: taken.path, "the file exists", remedy: "pass --force to replace it")
        }
    }

    private static func writeCard(
        _ path: String, _ space: EmbeddingSpace, rows: Int, _ force: Bool
    ) throws(LikenessError) {
        let sidecar = cardPath(path)
        let card = Card(space: space, rows: rows, dimension: space.dimension, sha256: try SHA256.hex(ofFile: path))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data: Data
        do { data = try encoder.encode(card) } catch {
            throw LikenessError(.badData, subject: sidecar, "the space cannot be written: \(error)")
        }
        try AtomicFile.write(Array(data) + [0x0A], to: sidecar, force: force)
    }

    /// Reads vectors and their space.
    ///
    /// Throws `space-mismatch` when they are not of the `expected` space, `file-changed` when the `.npy` is not the one
    /// that the side-car describes, and what ``NPY/readMatrix(_:mapped:)`` throws.
    public static func read(
        _ path: String, expected: EmbeddingSpace? = nil, mapped: Bool = false
    ) throws(LikenessError) -> (vectors: Matrix, space: EmbeddingSpace) {
        let card = try readCard(path)
        try expected?.require(card.space)
        guard try SHA256.hex(ofFile: path) == card.sha256.lowercased() else {
            throw LikenessError(
                .fileChanged, subject: path, "the vectors are not those that \(cardPath(path)) describes",
                remedy: "embed the photos again")
        }
        let vectors = try NPY.readMatrix(path, mapped: mapped)
        guard vectors.rows == card.rows, vectors.columns == card.space.dimension || vectors.rows == 0 else {
            throw LikenessError(
                .fileFormat, subject: path,
                "the shape is \(vectors.rows)×\(vectors.columns), announced were \(card.rows)×\(card.space.dimension)")
        }
        return (vectors, card.space)
    }

    /// The side-car of a file of vectors. Throws `file-missing` or `file-format`.
    public static func readCard(_ path: String) throws(LikenessError) -> Card {
        let sidecar = cardPath(path)
        let file: InputFile
        do throws(LikenessError) { file = try InputFile(sidecar) } catch  where error.code == .fileMissing {
            throw LikenessError(
                .fileMissing, subject: sidecar, "the vectors have no side-car that names their space",
                remedy: "make the vectors with `likeness embed`")
        }
        guard file.size <= 1 << 20 else {
            throw LikenessError(.fileFormat, subject: sidecar, "a side-car of \(file.size) bytes is not believed")
        }
        let card: Card
        do { card = try JSONDecoder().decode(Card.self, from: Data(try file.bytes(at: 0, count: file.size))) } catch {
            if let error = error as? LikenessError { throw error }
            throw LikenessError(.fileFormat, subject: sidecar, "the side-car cannot be read: \(error)")
        }
        guard card.format == "likeness-vectors", card.version == 1, card.rows >= 0, card.space.dimension > 0 else {
            throw LikenessError(.fileFormat, subject: sidecar, "this is no side-car of version 1 of likeness")
        }
        return card
    }
}

extension LikenessError.Code {
    /// A file does not have the digest that was recorded for it.
    public static let fileChanged = Self("file-changed", exitStatus: 65)
}

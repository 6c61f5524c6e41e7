public import FaceCore

/// Qualities of items, larger = better, by name and column.
///
/// A `.csv` or `.tsv` has a header `name,column,…` and a row an item; a `.jsonl` is what `embed --index` writes, with the
/// overall quality as `score` and each measure by its name.
public struct QualityTable: Sendable {
    public let columns: [String]
    /// For each item its values, in the order of the columns; NaN where one is missing.
    public let values: [String: [Double]]

    /// Throws `file-format`, `bad-data` (a name twice), `file-missing`.
    public init(path: String) throws(LikenessError) {
        if path.hasSuffix(".jsonl") {
            try self.init(faces: JSONLinesReader<Face>.readAll(path), path: path)
        } else {
            try self.init(TextLines(path: path))
        }
    }

    /// From text, as a table; `name` stands in errors.
    public init(text: String, name: String = "qualities") throws(LikenessError) {
        try self.init(TextLines(path: name, text: text))
    }

    private init(faces: [Face], path: String) throws(LikenessError) {
        let measures = Set(faces.flatMap { $0.quality.map { Array($0.measures.keys) } ?? [] }).sorted()
        columns = ["score"] + measures
        var values: [String: [Double]] = [:]
        for face in faces {
            guard values[face.source] == nil else {
                throw LikenessError(
                    .badData, subject: path, "two faces are of \(face.source)", remedy: "embed with --central")
            }
            let quality = face.quality
            values[face.source] =
                [quality.map { Double($0.score) } ?? .nan]
                + measures.map { quality?.measures[$0].map(Double.init) ?? .nan }
        }
        self.values = values
    }

    private init(_ file: TextLines) throws(LikenessError) {
        guard let head = file.lines.first, let separator = [",", "\t", ";"].first(where: { head.contains($0) })?.first
        else { throw file.error(0, "a table of qualities has a header \"name,column,…\"") }
        let names = head.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
        columns = Array(names.dropFirst())
        guard Set(columns).count == columns.count, columns.allSatisfy({ !$0.isEmpty && Double($0) == nil }) else {
            throw file.error(0, "the header names a column twice, or a number as a column")
        }
        var values: [String: [Double]] = [:]
        for line in file.lines.indices.dropFirst() where !file.lines[line].isEmpty {
            let f = file.lines[line].split(separator: separator, omittingEmptySubsequences: false)
            guard f.count == names.count else {
                throw file.error(line, "the row has \(f.count) fields, the header \(names.count)")
            }
            var row: [Double] = []
            for text in f.dropFirst() {
                guard let v = text.isEmpty ? .nan : Double(text), v.isFinite || text.isEmpty else {
                    throw file.error(line, "a quality is \"\(file.excerpt(text))\", not a number")
                }
                row.append(v)
            }
            guard values.updateValue(row, forKey: String(f[0])) == nil else {
                throw file.error(line, "\(file.excerpt(f[0])) is there twice")
            }
        }
        guard !values.isEmpty else { throw file.error(0, "the table has no row") }
        self.values = values
    }
}

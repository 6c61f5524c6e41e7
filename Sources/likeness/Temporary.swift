import FaceCore
import Foundation

final class JSONLinesWriter {
    let file: AtomicFile
    init(path: String, force: Bool) throws(LikenessError) { file = try AtomicFile(path, force: force) }
    func append(_ value: some Encodable) throws(LikenessError) {
        let e = JSONEncoder()
        e.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let d: Data
        do { d = try e.encode(value) } catch { throw LikenessError(.defect, "\(error)") }
        try file.write(Array(d) + [10])
    }
    func finish() throws(LikenessError) { try file.commit() }
}
enum VectorFile {
    static func sideCar(of p: String) -> String { p + ".json" }
    static func write(_ m: Matrix, space: EmbeddingSpace, to p: String, force: Bool) throws(LikenessError) {
        try NPY.write(m, to: p, force: force)
        let w = try JSONLinesWriter(path: sideCar(of: p), force: force)
        try w.append(space)
        try w.finish()
    }
}

import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation

/// Small spaces and vectors for the tests of segments.
enum SegmentFixture {
    static let space = EmbeddingSpace(id: "test-24", dimension: 24, metric: .cosine, normalised: true)

    /// n×24 unit vectors.
    static func vectors(_ n: Int, seed: UInt64) -> Matrix {
        var random = SeededRandom(seed: seed)
        var out = Matrix(rows: n, columns: 24)
        for i in 0..<n {
            let row = (0..<24).map { _ in Float(random.unit() * 2 - 1) }
            let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            out.setRow(i, row.map { $0 / length })
        }
        return out
    }

    static func open(
        _ folder: TemporaryFolder, _ committed: [Int: Int], capacity: Int = 1000, key: LibraryKey? = nil
    ) throws(LikenessError) -> VectorSegments {
        try VectorSegments(
            folder.path, space: space, committed: committed, options: .init(capacity: capacity), key: key)
    }

    /// What a format makes of a vector.
    static func kept(_ row: [Float], _ element: VectorElement) -> [Float] {
        switch element {
        case .float32: return row
        case .float16: return row.map { float(half: bits(half: $0)) }
        case .int8:
            let scale = (row.map(\.magnitude).max() ?? 0) / 127
            return row.map { scale * Float(Int8(($0 / scale).rounded(.toNearestOrEven))) }
        }
    }

    /// Whether any file below the folder holds these bytes.
    static func contains(_ folder: TemporaryFolder, _ bytes: Data) -> Bool {
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return names.contains { name in
            FileManager.default.contents(atPath: folder.file(name))?.range(of: bytes) != nil
        }
    }
}

/// Lets no file of this process grow beyond `bytes`.
func setFileSizeLimit(_ bytes: Int) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    limit.rlim_cur = min(rlim_t(bytes), limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}

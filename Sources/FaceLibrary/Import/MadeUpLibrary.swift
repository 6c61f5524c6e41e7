public import FaceCore
import GRDB
import Glibc

/// Fills a library with faces that no photo shows, for measurements at sizes that nobody has at hand.
public struct MadeUpLibrary: Sendable {
    public var photos: Int
    public var faces: Int
    public var people: Int
    public var seed: UInt64

    public init(photos: Int, faces: Int, people: Int, seed: UInt64 = 1) {
        (self.photos, self.faces, self.people, self.seed) = (photos, faces, people, seed)
    }

    private static let batch = 5000

    /// Enters photos and faces with unit vectors of `space`, in batches; grouping is for the caller to enqueue.
    ///
    /// Sizes of people fall like 1/rank. Strangers lie at a cosine near `strangers`, faces of one person near `same`.
    public func fill(
        _ library: PhotoLibrary, space: EmbeddingSpace, strangers: Float = 0.8, same: Float = 0.985,
        progress: (Int) -> Void = { _ in }
    ) throws(LikenessError) {
        var random = SeededRandom(seed: seed)
        let model = try library.store.write { try ModelRow.find($0, space) }
        let folder = try library.store.write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO folder (path, addedAt) VALUES ('/made-up', ?)", arguments: [Timestamp.now()]
            )
            return try Int.fetchOne(db, sql: "SELECT no FROM folder WHERE path = '/made-up'") ?? 0
        }
        let start = try library.store.read { try Int.fetchOne($0, sql: "SELECT MAX(no) FROM photo") ?? 0 }
        let common = Self.direction(space.dimension, &random)
        let owners = (0..<faces).map { _ in Self.rank(people, &random) }
        for first in stride(from: 0, to: photos, by: Self.batch) {
            let range = first..<min(photos, first + Self.batch)
            let own = range.lowerBound * faces / photos..<range.upperBound * faces / photos
            var rows = Matrix(rows: own.count, columns: space.dimension)
            for (k, face) in own.enumerated() {
                rows.setRow(k, vector(owners[face], common, strangers, same, &random))
            }
            try enter(range, own, rows, owners, start, folder, library, model)
            progress(range.upperBound)
        }
    }

    private func enter(
        _ range: Range<Int>, _ own: Range<Int>, _ rows: Matrix, _ owners: [Int], _ start: Int, _ folder: Int,
        _ library: PhotoLibrary, _ model: ModelRow
    ) throws(LikenessError) {
        let segments = try library.shelf.segments(model)
        let places = try segments.append(rows)
        try library.store.write { db in
            for photo in range {
                let sha = SHA256.hex(of: Array("made-up \(seed) \(start + photo)".utf8))
                let at = 1_000_000_000 + Double(photo) * 6000
                try db.cachedStatement(
                    sql: """
                        INSERT INTO photo (id, sha256, bytes, width, height, capturedAt, state, detector, stateAt, addedAt)
                        VALUES (?, ?, 1000, 4000, 3000, ?, 'faces', 'made-up', ?, ?)
                        """
                ).execute(arguments: [Identifier.derived("pho", from: sha), sha, at, at, at])
                let number = Int(db.lastInsertedRowID)
                try db.cachedStatement(
                    sql:
                        "INSERT INTO location (path, photo, folder, bytes, modified, inode) VALUES (?, ?, ?, 1000, 0, 0)"
                ).execute(arguments: ["/made-up/\(seed)/\(start + photo).jpg", number, folder])
                let faces = photo * self.faces / photos..<(photo + 1) * self.faces / photos
                for (k, face) in faces.enumerated() {
                    try enter(face, k, faces.count, sha, number, at, places[face - own.lowerBound], model, db)
                }
            }
        }
        segments.commit()
    }

    private func enter(
        _ face: Int, _ place: Int, _ count: Int, _ sha: String, _ photo: Int, _ at: Double, _ location: VectorLocation,
        _ model: ModelRow, _ db: Database
    ) throws {
        let width = 0.9 / Double(count)
        let box = [0.05 + Double(place) * width, 0.3, width * 0.8, 0.3]
        let best = Double((face &* 2_654_435_761) % 10_000) / 10_000
        try db.cachedStatement(
            sql: """
                INSERT INTO face (id, photo, source, detector, x, y, w, h, landmarks, score, quality, sharpness, reasons,
                    best, createdAt) VALUES (?, ?, 'detector', 'made-up', ?, ?, ?, ?, '[]', 0.99, 0.9, 50, '', ?, ?)
                """
        ).execute(arguments: [
            FaceCarryOver.id(photo: sha, detector: "made-up", box: box), photo, box[0], box[1], box[2], box[3], best,
            at,
        ])
        try PhotoIntake.enter(db, location, face: Int(db.lastInsertedRowID), model: model.number)
    }

    // MARK: Vectors

    private func vector(
        _ person: Int, _ common: [Float], _ strangers: Float, _ same: Float, _ random: inout SeededRandom
    ) -> [Float] {
        // |common|² : |own|² : |noise|² = strangers : same − strangers : 1 − same
        var own = SeededRandom(seed: seed &* 31 &+ UInt64(person) &* 7919)
        let direction = Self.direction(common.count, &own)
        let noise = Self.direction(common.count, &random)
        let (a, b, c) = (strangers.squareRoot(), (same - strangers).squareRoot(), (1 - same).squareRoot())
        let raw = common.indices.map { a * common[$0] + b * direction[$0] + c * noise[$0] }
        let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return raw.map { $0 / length }
    }

    private static func direction(_ dimension: Int, _ random: inout SeededRandom) -> [Float] {
        // a sum of uniform numbers is near enough to a bell
        let raw = (0..<dimension).map { _ in Float(random.unit() + random.unit() + random.unit() - 1.5) }
        let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return raw.map { $0 / length }
    }

    /// A person by 1/rank, and one of a hundred is nobody else's.
    private static func rank(_ people: Int, _ random: inout SeededRandom) -> Int {
        let u = random.unit()
        if u > 0.99 { return people + Int(random.next() % 1_000_000_000) }
        // the inverse of a cumulative 1/rank
        let power = pow(Double(people), u / 0.99)
        return min(people - 1, Int(power) - 1)
    }
}

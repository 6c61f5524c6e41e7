public import FaceCore
import FaceSpace
import FaceVision
import GRDB
import Synchronization

/// A library of faces that no photo shows, for measurements at sizes that nobody has at hand.
///
/// Vectors are those of `likeness cluster synth --preset ms1m` with `faces / people` rows a person; crops are drawn.
public struct MadeUpLibrary: Sendable {
    public let photos: Int
    public let faces: Int
    public let people: Int
    public let seed: UInt64
    /// The space of the vectors, calibrated on pairs of these strangers.
    public let space: EmbeddingSpace
    /// Vectors of faces that come later.
    public let later: Matrix
    private let vectors: Matrix
    private let owners: [Int32]

    private static let batch = 5000
    private static let crops = 64
    private static let laterFaces = 1024

    /// Draws all vectors. O(faces) memory.
    public init(
        photos: Int, faces: Int, people: Int, seed: UInt64 = 1, threads: Int = availableThreads()
    ) throws(LikenessError) {
        guard photos > 0, faces >= photos, people > 0, faces >= 2 * people else {
            throw .invalid("faces", "at least one face a photo and two a person are expected")
        }
        (self.photos, self.faces, self.people, self.seed) = (photos, faces, people, seed)
        var recipe = SyntheticRecipe.ms1m
        recipe.sizeMean = Double(faces) / Double(people)
        let set = try SyntheticIdentities(recipe, rows: faces + Self.laterFaces, seed: seed)
        let made = try set.make(threads: threads)
        vectors = made.vectors
        owners = made.truth
        later = made.vectors.rows(at: Array(faces..<faces + Self.laterFaces))
        space = EmbeddingSpace(
            id: "made-up-\(recipe.dimension)", dimension: recipe.dimension, metric: .cosine, normalised: true,
            calibration: Self.calibration(made))
    }

    /// Thresholds from pairs of rows of different people.
    private static func calibration(_ set: SyntheticSet) -> Calibration {
        let some = min(3000, set.vectors.rows)
        var values: [Float] = []
        for i in 0..<some {
            for j in 0..<i where set.truth[i] != set.truth[j] { values.append(set.vectors.dot(i, set.vectors, j)) }
        }
        values.sort(by: >)
        let points = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6].map { rate in
            Calibration.OperatingPoint(
                falseAcceptRate: rate,
                similarity: Double(values[min(values.count - 1, Int(Double(values.count) * rate))]))
        }
        return Calibration(slope: 20, intercept: -8, thresholds: points, source: "made-up strangers")
    }

    /// Enters photos and faces in batches; grouping is for the caller to enqueue.
    public func fill(_ library: PhotoLibrary, progress: (Int) -> Void = { _ in }) throws(LikenessError) {
        let model = try library.store.write { try ModelRow.find($0, space) }
        let folder = try library.store.write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO folder (path, addedAt) VALUES ('/made-up', ?)", arguments: [Timestamp.now()]
            )
            return try Int.fetchOne(db, sql: "SELECT no FROM folder WHERE path = '/made-up'") ?? 0
        }
        var crops: [String] = []
        for k in 0..<Self.crops { crops.append(try library.crops.put(try Self.crop(k))) }
        for first in stride(from: 0, to: photos, by: Self.batch) {
            let range = first..<min(photos, first + Self.batch)
            try enter(range, crops, folder, library, model)
            progress(range.upperBound)
        }
    }

    /// A JPEG of some colour.
    static func crop(_ k: Int) throws(LikenessError) -> [UInt8] {
        let colour = [UInt8(k * 37 & 255), UInt8(k * 91 & 255), UInt8(k * 151 & 255)]
        let raster = Raster(width: 96, height: 96, pixels: (0..<96 * 96).flatMap { _ in colour })
        return try RasterEncoder.encode(raster, as: .jpeg(quality: 80))
    }

    private func enter(
        _ range: Range<Int>, _ crops: [String], _ folder: Int, _ library: PhotoLibrary, _ model: ModelRow
    ) throws(LikenessError) {
        let own = range.lowerBound * faces / photos..<range.upperBound * faces / photos
        let segments = try library.shelf.segments(model)
        let places = try segments.append(vectors.rows(at: Array(own)))
        try library.store.write { db in
            for photo in range {
                let sha = SHA256.hex(of: Array("made-up \(seed) \(photo)".utf8))
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
                ).execute(arguments: ["/made-up/\(seed)/\(photo).jpg", number, folder])
                let faces = photo * self.faces / photos..<(photo + 1) * self.faces / photos
                for (k, face) in faces.enumerated() {
                    let crop = crops[Int(owners[face]) % crops.count]
                    try enter(face, k, faces.count, sha, number, at, crop, places[face - own.lowerBound], model, db)
                }
            }
        }
        segments.commit()
    }

    private func enter(
        _ face: Int, _ place: Int, _ count: Int, _ sha: String, _ photo: Int, _ at: Double, _ crop: String,
        _ location: VectorLocation, _ model: ModelRow, _ db: Database
    ) throws {
        let box = Self.box(place, count)
        let best = Double((face &* 2_654_435_761) % 10_000) / 10_000
        try db.cachedStatement(
            sql: """
                INSERT INTO face (id, photo, source, detector, x, y, w, h, landmarks, score, quality, sharpness, reasons,
                    best, crop, createdAt) VALUES (?, ?, 'detector', 'made-up', ?, ?, ?, ?, '[]', 0.99, 0.9, 50, '', ?, ?, ?)
                """
        ).execute(arguments: [
            FaceCarryOver.id(photo: sha, detector: "made-up", box: box), photo, box[0], box[1], box[2], box[3], best,
            crop, at,
        ])
        try PhotoIntake.enter(db, location, face: Int(db.lastInsertedRowID), model: model.number)
    }

    static func box(_ place: Int, _ count: Int) -> [Double] {
        let width = 0.9 / Double(count)
        return [0.05 + Double(place) * width, 0.3, width * 0.8, 0.3]
    }

    /// Finds two of the later faces in every file, whatever is in it, the first of them after so many files before.
    public func analyser(after files: Int = 0) -> some PhotoAnalyser {
        MadeUpAnalyser(space: space, later: later, next: 2 * files)
    }
}

private final class MadeUpAnalyser: PhotoAnalyser {
    let space: EmbeddingSpace
    let detector = "made-up"
    private let later: Matrix
    private let next: Mutex<Int>

    init(space: EmbeddingSpace, later: Matrix, next: Int) {
        (self.space, self.later) = (space, later)
        self.next = Mutex(next)
    }

    func analyse(
        _ paths: [String], cancellation: Cancellation, _ body: (AnalysedPhoto) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        for path in paths {
            try body(
                AnalysedPhoto(
                    path: path, contentHash: try SHA256.hex(ofFile: path), width: 4000, height: 3000,
                    faces: try [0, 1].map { k throws(LikenessError) in try face(in: MadeUpLibrary.box(k, 2), of: path) }
                ))
        }
    }

    func face(in box: [Double], of path: String) throws(LikenessError) -> AnalysedFace {
        let row = next.withLock { n in
            defer { n += 1 }
            return n % later.rows
        }
        return AnalysedFace(
            box: box, landmarks: [], score: 0.99,
            quality: Quality(score: 0.9, reasons: [], measures: ["size": 200, "sharpness": 50]),
            embedding: later.row(row), crop: try MadeUpLibrary.crop(1000 + row))
    }
}

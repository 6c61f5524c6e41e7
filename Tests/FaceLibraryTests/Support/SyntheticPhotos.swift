import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation

/// Photos that say in words who is on them, and an analyser that reads the words: libraries without networks.
struct SyntheticPhotos {
    /// One face: the person, and which of the person's pictures it is.
    struct Face: Codable {
        var person: Int
        var variant: Int
        /// How far from the person's direction, 0…1.
        var noise: Float = 0.35
        var quality: Float = 0.9
    }

    private struct Words: Codable {
        var faces: [Face]
        var date: String?
        var error: String?
    }

    let folder: String

    init(_ folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { "\(folder)/\(name).jpg" }

    @discardableResult
    func write(_ name: String, _ faces: [Face], date: String? = nil, error: String? = nil) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(Words(faces: faces, date: date, error: error))
        try FileManager.default.createDirectory(
            atPath: (path(name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// `people` persons with `pictures` photos each of one face, and a group photo of neighbours for every third person.
    func album(people: Int, pictures: Int, from first: Int = 0) throws {
        for person in 0..<people {
            for k in 0..<pictures {
                try write(
                    "p\(person)-\(first + k)", [Face(person: person, variant: first + k)],
                    date: "20\(10 + (first + k) % 10)-0\(1 + person % 9)-10T12:00:00")
            }
            if person % 3 == 0, people > 1 {
                try write(
                    "g\(person)-\(first)",
                    [
                        Face(person: person, variant: 1000 + first),
                        Face(person: (person + 1) % people, variant: 1000 + first),
                    ])
            }
        }
    }

    /// A folder for a test, and in it photos of an album. The folder goes when the test lets go of it.
    static func album(people: Int, pictures: Int) throws -> (folder: TemporaryFolder, photos: SyntheticPhotos) {
        let folder = try TemporaryFolder()
        let photos = try SyntheticPhotos(folder.file("photos"))
        try photos.album(people: people, pictures: pictures)
        return (folder, photos)
    }

    /// Takes all of them into a library, and returns it.
    func imported(into library: PhotoLibrary) throws -> PhotoLibrary {
        _ = try library.enqueueImport([folder])
        try JobRunner(library, threads: 2) { () throws(LikenessError) -> any PhotoAnalyser in Analyser() }
            .runUntilIdle()
        return library
    }

    /// Reads the words.
    struct Analyser: PhotoAnalyser {
        static let dimension = 64
        var detector = "words-1"
        var model = "words"
        /// Moves boxes by so much, as another detector would.
        var shift = 0.0
        var delay = 0.0
        /// People whom this detector does not see.
        var blind: Set<Int> = []

        var space: EmbeddingSpace {
            EmbeddingSpace(
                id: "\(model)-\(Self.dimension)", dimension: Self.dimension, metric: .cosine, normalised: true,
                calibration: Calibration(
                    slope: 20, intercept: -8,
                    thresholds: [
                        .init(falseAcceptRate: 1e-2, similarity: 0.30), .init(falseAcceptRate: 1e-3, similarity: 0.38),
                        .init(falseAcceptRate: 1e-4, similarity: 0.46), .init(falseAcceptRate: 1e-5, similarity: 0.53),
                        .init(falseAcceptRate: 1e-6, similarity: 0.60),
                    ], source: "made up"))
        }

        func analyse(
            _ paths: [String], cancellation: Cancellation, _ body: (AnalysedPhoto) throws(LikenessError) -> Void
        ) throws(LikenessError) {
            for path in paths {
                try cancellation.check()
                if delay > 0 { Thread.sleep(forTimeInterval: delay) }
                try body(read(path))
            }
        }

        func face(in box: [Double], of path: String) throws(LikenessError) -> AnalysedFace {
            let photo = read(path)
            let near = FaceCarryOver.matches(known: [box], found: photo.faces.map(\.box)).first
            var face = near.map { photo.faces[$0.found] } ?? made(.init(person: 100_000, variant: 1), 0, 1)
            face.box = box
            return face
        }

        private func read(_ path: String) -> AnalysedPhoto {
            guard let data = FileManager.default.contents(atPath: path) else {
                return AnalysedPhoto(
                    path: path, contentHash: nil, error: LikenessError(.fileMissing, subject: path, "is not there"))
            }
            let hash = SHA256.hex(of: Array(data))
            guard let words = try? JSONDecoder().decode(Words.self, from: data), words.error == nil else {
                return AnalysedPhoto(
                    path: path, contentHash: hash, error: LikenessError(.badData, subject: path, "no words"))
            }
            return AnalysedPhoto(
                path: path, contentHash: hash, width: 1000, height: 800, captureDate: words.date,
                faces: words.faces.enumerated().filter { !blind.contains($1.person) }.map {
                    made($1, $0, words.faces.count)
                })
        }

        private func made(_ face: Face, _ place: Int, _ count: Int) -> AnalysedFace {
            let width = 0.8 / Double(max(1, count))
            let vector = Self.vector(face, model: model)
            let bytes = vector.withUnsafeBytes { Array($0) }
            return AnalysedFace(
                box: [0.1 + Double(place) * width + shift, 0.2 + shift, width * 0.8, 0.4], landmarks: [], score: 0.99,
                quality: Quality(score: face.quality, reasons: [], measures: ["size": 120, "sharpness": 50]),
                embedding: vector, crop: [0xFF, 0xD8, 0xFF, 0xE0] + bytes)
        }

        /// The person's direction and noise of one's own, both from the seed.
        static func vector(_ face: Face, model: String) -> [Float] {
            let salt = UInt64(truncatingIfNeeded: model.utf8.reduce(7) { ($0 &* 31) &+ Int($1) })
            let own = direction(seed: UInt64(face.person) &* 7919 &+ salt)
            let other = direction(
                seed: UInt64(face.person) &* 104_729 &+ UInt64(face.variant) &* 15_485_863 &+ salt &+ 1)
            let mixed = zip(own, other).map { $0 * (1 - face.noise) + $1 * face.noise }
            let length = mixed.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return mixed.map { $0 / length }
        }

        private static func direction(seed: UInt64) -> [Float] {
            var random = SeededRandom(seed: seed)
            let raw = (0..<dimension).map { _ in
                Float((0..<6).reduce(0.0) { sum, _ in sum + random.unit() } - 3)
            }
            let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return raw.map { $0 / length }
        }
    }
}

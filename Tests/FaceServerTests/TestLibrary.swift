import FaceCore
import FaceLibrary
import FaceTestSupport
import FaceVision
import Foundation
import Synchronization

/// Finds in a photo what its file's name says: `anna.1.jpg` shows Anna, `anna+bo.2.jpg` two people, `none.1.jpg` nobody.
///
/// Vectors are directions of people with a little noise, so that grouping has an easy and certain task.
struct NamedFaces: PhotoAnalyser {
    static let dimension = 32
    static let everybody = ["anna", "bo", "cleo", "dan", "eve", "fritz"]

    let space = EmbeddingSpace(
        id: "test-space", dimension: dimension, metric: .cosine, normalised: true,
        calibration: Calibration(
            slope: 20, intercept: -10,
            thresholds: [
                .init(falseAcceptRate: 1e-1, similarity: 0.3), .init(falseAcceptRate: 1e-2, similarity: 0.4),
                .init(falseAcceptRate: 1e-3, similarity: 0.5), .init(falseAcceptRate: 1e-4, similarity: 0.6),
            ], source: "made up for tests"))
    let detector = "test-detector"

    func analyse(
        _ paths: [String], cancellation: Cancellation, _ body: (AnalysedPhoto) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        let decoder = try PhotoDecoder()
        for path in paths {
            do throws(LikenessError) {
                let photo = try decoder.decode(path: path)
                try body(
                    AnalysedPhoto(
                        path: path, contentHash: photo.contentHash, width: photo.fullWidth, height: photo.fullHeight,
                        captureDate: "2020-05-0\(1 + abs(path.count % 8))T12:00:00",
                        faces: try Self.people(path).enumerated().map { k, name throws(LikenessError) in
                            try face(name, place: k, of: path)
                        }))
            } catch {
                try body(AnalysedPhoto(path: path, contentHash: try? SHA256.hex(ofFile: path), error: error))
            }
        }
    }

    func face(in box: [Double], of path: String) throws(LikenessError) -> AnalysedFace {
        var made = try face("drawn", place: 0, of: path)
        made.box = box
        return made
    }

    static func people(_ path: String) -> [String] {
        let stem = (path as NSString).lastPathComponent.prefix { $0 != "." }
        return stem == "none" ? [] : stem.split(separator: "+").map(String.init)
    }

    private func face(_ name: String, place: Int, of path: String) throws(LikenessError) -> AnalysedFace {
        let crop = try RasterEncoder.encode(
            Self.picture(seed: UInt64(name.utf8.count), side: 224), as: .jpeg(quality: 80))
        return AnalysedFace(
            box: [0.1 + 0.4 * Double(place), 0.2, 0.3, 0.4],
            landmarks: [[0.2, 0.3], [0.3, 0.3], [0.25, 0.4], [0.2, 0.5], [0.3, 0.5]], score: 0.9,
            quality: Quality(score: 0.8, reasons: [], measures: ["sharpness": 0.7]),
            embedding: Self.vector(name, (path as NSString).lastPathComponent), crop: crop)
    }

    /// A unit vector near the direction of a person.
    static func vector(_ person: String, _ photo: String) -> [Float] {
        var direction = SeededRandom(seed: UInt64(person.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }))
        var noise = SeededRandom(seed: UInt64(photo.utf8.reduce(9) { $0 &* 31 &+ UInt64($1) }))
        let raw = (0..<dimension).map { _ in
            Float.random(in: -1...1, using: &direction) + 0.15 * Float.random(in: -1...1, using: &noise)
        }
        let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return raw.map { $0 / length }
    }

    static func picture(seed: UInt64, side: Int = 96) -> Raster {
        var random = SeededRandom(seed: seed)
        return Raster(
            width: side, height: side * 3 / 4,
            pixels: (0..<side * (side * 3 / 4) * 3).map { _ in UInt8.random(in: 0 ... .max, using: &random) })
    }
}

/// A small library that was imported and grouped once; every test works on a copy.
enum TestLibrary {
    /// Photos under `photos/`, the library in `library/`.
    private static let made = Mutex<Result<TemporaryFolder, any Error>?>(nil)

    /// A copy of the library in a folder of its own, with its photos beside it.
    static func copy() throws -> TemporaryFolder {
        let source = try made.withLock { made in
            if made == nil { made = Result { try make() } }
            return try made.unsafelyUnwrapped.get()
        }
        let folder = try TemporaryFolder()
        try FileManager.default.removeItem(atPath: folder.path)
        try FileManager.default.copyItem(atPath: source.path, toPath: folder.path)
        return folder
    }

    private static func make() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("photos"), withIntermediateDirectories: true)
        var names: [String] = []
        for person in NamedFaces.everybody { names += (1...6).map { "\(person).\($0).jpg" } }
        names += ["anna+bo.1.jpg", "cleo+dan.1.jpg", "none.1.jpg", "stranger.1.jpg", "guest.1.jpg"]
        for (k, name) in names.enumerated() {
            let bytes = try RasterEncoder.encode(NamedFaces.picture(seed: UInt64(k + 1)), as: .jpeg(quality: 90))
            try Data(bytes).write(to: URL(fileURLWithPath: folder.file("photos/\(name)")))
        }
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder.file("photos/broken.1.jpg")))
        let library = try PhotoLibrary.create(folder.file("library"), name: "Test")
        _ = try library.enqueueImport([folder.file("photos")])
        try JobRunner(library, threads: 1, analyser: { NamedFaces() }).runUntilIdle()
        return folder
    }
}

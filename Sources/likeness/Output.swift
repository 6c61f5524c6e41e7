import FaceCore
import FaceVision
import Foundation

/// Rules about files that commands write.
enum Output {
    /// Throws `file-exists` for the first of the files that is there, unless overwriting was asked for.
    static func requireFree(_ paths: [String], force: Bool) throws(LikenessError) {
        guard !force else { return }
        for path in paths where FileManager.default.fileExists(atPath: path) {
            throw LikenessError(.fileExists, subject: path, "is there already", remedy: "name another, or say --force")
        }
    }

    static func makeFolder(_ path: String) throws(LikenessError) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw LikenessError(.fileUnwritable, subject: path, "cannot be made: \(error.localizedDescription)")
        }
    }
}

/// Copies of photos with their faces drawn, in one folder; names follow the photos, numbered where they collide.
final class DrawingFolder {
    private let folder: String
    private let decoder: PhotoDecoder
    private let force: Bool
    private var used: Set<String> = []

    init(_ folder: String, decoder: PhotoDecoder, force: Bool) throws(LikenessError) {
        try Output.makeFolder(folder)
        self.folder = folder
        self.decoder = decoder
        self.force = force
    }

    func draw(_ result: PhotoResult) throws(LikenessError) {
        let photo = try decoder.decode(path: result.path)
        var picture = photo.raster
        for found in result.faces {
            let good = (found.face.quality?.reasons ?? []).isEmpty
            let colour: Raster.Colour = good ? (40, 200, 90) : (240, 160, 30)
            picture.draw(found.face.box.scaled(by: photo.scale), colour: colour)
            if let points = found.face.landmarks { picture.draw(points.scaled(by: photo.scale), colour: colour) }
        }
        let path = "\(folder)/\(free(result.path)).jpg"
        try Output.requireFree([path], force: force)
        try AtomicFile.write(try RasterEncoder.encode(picture, as: .jpeg(quality: 90)), to: path, force: force)
    }

    private func free(_ photo: String) -> String {
        let stem = URL(fileURLWithPath: photo).deletingPathExtension().lastPathComponent
        var name = stem
        var n = 2
        while !used.insert(name).inserted {
            name = "\(stem)-\(n)"
            n += 1
        }
        return name
    }
}

import FaceCore
import FaceVision
import Foundation
import Synchronization

/// The 400 faces of ORL: `s1/1.pgm` … `s40/10.pgm` in a tar archive or a folder.
struct ORLPictures: Sendable {
    let pictures: [GreyPicture]
    let people: [Int]
    /// Number of the photo within its person, from 1.
    let numbers: [Int]

    /// Throws `bad-data` unless all are there and of one size, and what reading throws.
    init(_ path: String) throws(LikenessError) {
        var found: [(person: Int, number: Int, picture: GreyPicture)] = []
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            for person in 1...40 {
                for number in 1...10 {
                    let file = "\(path)/s\(person)/\(number).pgm"
                    let input = try InputFile(file)
                    let bytes = try input.bytes(at: 0, count: input.size)
                    found.append((person, number, try PortableGreymap.read(bytes[...], name: file)))
                }
            }
        } else {
            let archive = try TarArchive(path)
            for member in archive.members {
                guard let (person, number) = Self.place(member.name) else { continue }
                found.append(
                    (person, number, try PortableGreymap.read(archive.bytes(member)[...], name: member.name)))
            }
        }
        found.sort { ($0.person, $0.number) < ($1.person, $1.number) }
        let isWhole = found.enumerated().allSatisfy { $1.person == $0 / 10 + 1 && $1.number == $0 % 10 + 1 }
        guard found.count == 400, isWhole, Set(found.map { [$0.picture.width, $0.picture.height] }).count == 1 else {
            throw LikenessError(
                .badData, subject: path, "these are not the 40 × 10 faces of ORL in one size: \(found.count) were found"
            )
        }
        (pictures, people, numbers) = (found.map(\.picture), found.map(\.person), found.map(\.number))
    }

    /// `…/s12/3.pgm` → (12, 3).
    private static func place(_ name: String) -> (Int, Int)? {
        let parts = name.split(separator: "/").suffix(2)
        guard parts.count == 2, let folder = parts.first, let file = parts.last, folder.hasPrefix("s"),
            file.hasSuffix(".pgm"), let person = Int(folder.dropFirst()), let number = Int(file.dropLast(4))
        else { return nil }
        return (person, number)
    }
}

/// Vectors of the central face of each picture by one of our embedders.
struct BaselineEmbedder {
    let name: String
    private let vision: Vision
    private let threads: Int

    init(
        model: String, _ detection: DetectionOptions, _ embedding: EmbeddingOptions, _ common: CommonOptions
    ) throws(LikenessError) {
        var chosen = embedding
        chosen.model = model
        name = model
        vision = try Vision(detection, embedding: chosen, common: common)
        threads = common.threadCount
    }

    /// One row a picture. Where no face is found, the chip is cut by the landmarks of a frontal face that fills the
    /// middle of the picture; `unseen` counts those.
    func vectors(
        count: Int, _ picture: @Sendable (Int) throws(LikenessError) -> Raster
    ) throws(LikenessError) -> (vectors: Matrix, unseen: Int) {
        guard let embedder = vision.embedder else { return (Matrix(rows: 0, columns: 0), 0) }
        let out = Mutex((vectors: Matrix(rows: count, columns: embedder.space.dimension), unseen: 0))
        let chunk = 16
        let (detector, aligner) = (vision.detector, embedder.aligner)
        try parallelFor((count + chunk - 1) / chunk, threads: threads, cancellation: nil) { (c) throws(LikenessError) in
            let range = c * chunk..<min(count, (c + 1) * chunk)
            let rasters = try range.map { (i) throws(LikenessError) in try picture(i) }
            var chips: [Raster] = []
            var unseen = 0
            for (raster, faces) in zip(rasters, try detector.detect(rasters)) {
                let face = Self.central(faces, in: raster)
                if face == nil { unseen += 1 }
                let landmarks = face?.landmarks ?? (face?.box ?? Self.middle(of: raster)).typicalLandmarks
                chips.append(try aligner.chip(from: raster, landmarks: landmarks))
            }
            let rows = try embedder.embed(chips: chips)
            out.withLock { o in
                for (k, i) in range.enumerated() { o.vectors.setRow(i, rows.row(k)) }
                o.unseen += unseen
            }
        }
        return out.withLock { ($0.vectors, $0.unseen) }
    }

    private static func central(_ faces: [Detection], in raster: Raster) -> Detection? {
        let middle = Point(Float(raster.width) / 2, Float(raster.height) / 2)
        return faces.min { distance($0, middle) < distance($1, middle) }
    }

    private static func distance(_ face: Detection, _ point: Point) -> Float {
        let d = face.box.centre - point
        return d.x * d.x + d.y * d.y
    }

    private static func middle(of raster: Raster) -> Box {
        let side = 0.8 * Float(min(raster.width, raster.height))
        return Box(
            x: (Float(raster.width) - side) / 2, y: (Float(raster.height) - side) / 2, width: side, height: side)
    }
}

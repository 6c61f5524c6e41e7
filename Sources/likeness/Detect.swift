import ArgumentParser
import FaceCore
import FaceVision
import Foundation

struct Detect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the faces in photos: boxes, landmarks, scores, quality.",
        discussion: """
            likeness detect holiday/ --draw seen --jsonl faces.jsonl
            likeness detect party.jpg --detector mtcnn --min-face 20 --json
            """)

    @Argument(help: "Photos, folders or globs.") var paths: [String]
    @OptionGroup var detection: DetectionOptions
    @Option(help: ArgumentHelp("Write a copy of each photo with its faces drawn into this folder.", valueName: "dir"))
    var draw: String?
    @Option(help: ArgumentHelp("Write one line a face to this file.", valueName: "file")) var jsonl: String?
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = common.console
        let vision = try Vision(detection, embedding: nil, common: common)
        let lines = try jsonl.map { path throws(LikenessError) in try JSONLinesWriter<Face>(path, force: force) }
        let drawing = try draw.map { try DrawingFolder($0, decoder: vision.pipeline.decoder, force: force) }
        var photos: [PhotoFaces] = []
        var run = PhotoRun(vision: vision, console: console)
        try run.run(paths) { result throws(LikenessError) in
            photos.append(PhotoFaces(result))
            for f in result.faces { try lines?.write(f.face) }
            if !result.faces.isEmpty { try drawing?.draw(result) }
        }
        try lines?.commit()
        if common.json {
            try console.json(DetectOutput(detector: vision.detector.id, photos: photos, timings: run.timings))
        } else if Console.outputIsTerminal {
            printTable(photos, run.timings, console)
        } else {
            for face in photos.flatMap(\.faces) { try console.json(face, pretty: false) }
        }
        run.reportProblems()
        if run.exitStatus != 0 { throw ExitCode(run.exitStatus) }
    }

    private func printTable(_ photos: [PhotoFaces], _ timings: PipelineTimings, _ console: Console) {
        let rows = photos.flatMap { photo in
            photo.faces.map { f in
                [
                    photo.path, "\(Int(f.box.x))", "\(Int(f.box.y))", "\(Int(f.box.width))×\(Int(f.box.height))",
                    Format.number(Double(f.score), 2), Format.number(Double(f.quality?.score ?? 0), 2),
                    (f.quality?.reasons ?? []).map(\.rawValue).joined(separator: ", "),
                ]
            }
        }
        console.table(["photo", "x", "y", "size", "score", "quality", "reasons"], rows)
        console.note(
            "\(timings.faces) faces in \(timings.photos) photos, \(Format.number(timings.wall, 2)) s")
    }
}

/// The faces of one photo in the JSON of `detect`.
struct PhotoFaces: Encodable {
    let path: String
    let width: Int
    let height: Int
    let faces: [Face]
    let duplicateOf: String?
    let error: ErrorOutput?

    init(_ result: PhotoResult) {
        path = result.path
        width = result.width
        height = result.height
        faces = result.faces.map(\.face)
        duplicateOf = result.duplicateOf
        error = result.error.map(ErrorOutput.init)
    }
}

struct ErrorOutput: Encodable {
    let code: String
    let message: String
    let remedy: String?

    init(_ error: LikenessError) {
        code = error.code.description
        message = error.message
        remedy = error.remedy
    }
}

private struct DetectOutput: Encodable {
    let detector: String
    let photos: [PhotoFaces]
    let timings: PipelineTimings
}

import ArgumentParser
import FaceCore
import FaceVision
import Foundation

struct Embed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns the faces in photos into vectors, one row a face.",
        discussion: "likeness embed holiday/ --out faces.npy --index faces.jsonl")

    @Argument(help: "Photos, folders or globs.") var paths: [String]
    @Option(
        help: ArgumentHelp("The vectors (.npy, float32); their space goes into a side-car .json.", valueName: "file"))
    var out: String
    @Option(
        help: ArgumentHelp("Write one line a face to this file; `row` is its row of the vectors.", valueName: "file"))
    var index: String?
    @Flag(help: "Embed only the face nearest the centre of each photo.") var central = false
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var detection: DetectionOptions
    @OptionGroup var embedding: EmbeddingOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        try Output.requireFree([out, VectorFile.cardPath(out), index].compactMap { $0 }, force: force)
        let vision = try Vision(detection, embedding: embedding, common: common)
        var rows: [[Float]] = []
        let lines = try index.map { path throws(LikenessError) in try JSONLinesWriter<Face>(path, force: force) }
        var run = PhotoRun(vision: vision, console: common.console)
        try run.run(paths) { result throws(LikenessError) in
            for found in central ? result.central : result.faces {
                guard let vector = found.embedding else { continue }
                var face = found.face
                face.row = rows.count
                rows.append(vector)
                try lines?.write(face)
            }
        }
        let space = vision.embedder!.space
        let matrix = rows.isEmpty ? Matrix(rows: 0, columns: space.dimension) : Matrix(rows)
        try VectorFile.write(matrix, space: space, to: out, force: force)
        try lines?.commit()
        run.reportProblems()
        if common.json {
            try common.console.json(
                EmbedOutput(
                    faces: rows.count, photos: run.timings.photos, space: space.id, vectors: out, index: index,
                    timings: run.timings))
        } else {
            common.console.note(
                "\(rows.count) vectors of \(space.dimension) from \(run.timings.photos) photos in "
                    + "\(Format.number(run.timings.wall, 2)) s: \(out)")
        }
        if run.exitStatus != 0 { throw ExitCode(run.exitStatus) }
    }
}

private struct EmbedOutput: Encodable {
    let faces: Int
    let photos: Int
    let space: String
    let vectors: String
    let index: String?
    let timings: PipelineTimings
}

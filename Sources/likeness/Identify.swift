import ArgumentParser
import FaceCore
import FaceVision
import Foundation

struct Identify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Names the faces in photos by a gallery, or says that they are unknown; exit status 1 when all are.",
        discussion: """
            likeness identify people/ party.jpg
            likeness identify people/ photos/ --top 3 --far 1e-4 --json

            The gallery is a folder: photos in a sub-folder are of the person it is named after, a photo in the folder \
            itself is of the person that the file is named after (`anna-2.jpg` and `anna 3.jpg` are anna).
            """)

    @Argument(help: "The folder of known people.") var gallery: String
    @Argument(help: "Photos, folders or globs.") var probes: [String]
    @Option(help: ArgumentHelp("Name so many candidates a face.", valueName: "n")) var top: Int = 5
    @Option(help: ArgumentHelp("The share of strangers who may be given a name.", valueName: "rate")) var far = 1e-3
    @OptionGroup var detection: DetectionOptions
    @OptionGroup var embedding: EmbeddingOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(far > 0 && far <= 0.5) { throw ValidationError("--far takes a rate above 0 and up to 0.5, not \(far)") }
        if top < 1 { throw ValidationError("--top takes 1 or more, not \(top)") }
    }

    func run() async throws {
        let vision = try Vision(detection, embedding: embedding, common: common)
        let calibration = try vision.embedder!.calibration()
        let people = try readGallery(vision)
        // A stranger is compared with everyone: each comparison may err only by an equal part of the rate.
        let threshold = calibration.threshold(falseAcceptRate: far / Double(people.count))
        var answers: [Answer] = []
        var run = PhotoRun(vision: vision, console: common.console)
        try run.run(probes) { result throws(LikenessError) in
            for found in result.faces {
                guard let vector = found.embedding else { continue }
                let ranked = people.ranked(for: vector).prefix(top)
                let known = ranked.first.map { $0.similarity >= threshold } ?? false
                answers.append(
                    Answer(
                        photo: result.path, face: found.face, name: known ? ranked.first?.name : nil,
                        candidates: ranked.map {
                            Candidate(
                                name: $0.name, similarity: $0.similarity,
                                probability: calibration.probability($0.similarity))
                        }))
            }
        }
        try show(answers, threshold)
        run.reportProblems()
        if run.exitStatus != 0 { throw ExitCode(run.exitStatus) }
        if answers.allSatisfy({ $0.name == nil }) { throw ExitCode(1) }
    }

    private func readGallery(_ vision: Vision) throws -> Gallery {
        var people = Gallery()
        var run = PhotoRun(vision: vision, console: common.console)
        try run.run([gallery]) { result throws(LikenessError) in
            guard let face = result.largest, let vector = face.embedding else { return }
            people.add(vector, name: Gallery.name(of: result.path, in: gallery))
        }
        run.reportProblems()
        guard people.count > 0 else {
            throw LikenessError(
                .noFace, subject: gallery, "the gallery has no face",
                remedy: "put photos of one person each into sub-folders with the person's name")
        }
        return people
    }

    private func show(_ answers: [Answer], _ threshold: Float) throws {
        if common.json {
            return try common.console.json(IdentifyOutput(threshold: threshold, far: far, faces: answers))
        }
        common.console.table(
            ["photo", "face at", "name", "probability", "candidates"],
            answers.map { a in
                [
                    a.photo, "\(Int(a.face.box.x)),\(Int(a.face.box.y))", a.name ?? "unknown",
                    a.name == nil ? "–" : Format.number(a.candidates[0].probability, 3),
                    a.candidates.map { "\($0.name) \(Format.number(Double($0.similarity), 3))" }
                        .joined(separator: ", "),
                ]
            })
    }
}

private struct Candidate: Encodable {
    let name: String
    let similarity: Float
    let probability: Double
}

private struct Answer: Encodable {
    let photo: String
    let face: Face
    /// Absent: unknown.
    let name: String?
    let candidates: [Candidate]
}

private struct IdentifyOutput: Encodable {
    let threshold: Float
    let far: Double
    let faces: [Answer]
}

import ArgumentParser
import FaceCore
import FaceVision
import Foundation

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says whether two photos show the same person; exit status 0 yes, 1 no.",
        discussion: """
            likeness verify passport.jpg door.jpg
            likeness verify a.jpg b.jpg --far 1e-4 --json

            Of several faces in a photo the largest is compared, and that is said.
            """)

    @Argument(help: "A photo.") var a: String
    @Argument(help: "Another photo.") var b: String
    @Option(help: ArgumentHelp("The share of different people who may pass as the same.", valueName: "rate"))
    var far: Double = 1e-3
    @OptionGroup var detection: DetectionOptions
    @OptionGroup var embedding: EmbeddingOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(far > 0 && far <= 0.5) { throw ValidationError("--far takes a rate above 0 and up to 0.5, not \(far)") }
    }

    func run() async throws {
        let vision = try Vision(detection, embedding: embedding, common: common, latency: true)
        let calibration = try vision.embedder!.calibration()
        var faces: [PhotoResult.FoundFace] = []
        // Two runs: the same file twice is a fair question, not a duplicate.
        for path in [a, b] { faces.append(try largestFace(path, vision)) }
        let similarity = Similarity.cosine(faces[0].embedding!, faces[1].embedding!)
        let threshold = calibration.threshold(falseAcceptRate: far)
        let same = similarity >= threshold
        let output = VerifyOutput(
            same: same, similarity: similarity, probability: calibration.probability(similarity),
            threshold: threshold, far: far, model: vision.embedder!.card.id, space: vision.embedder!.space.id,
            detector: vision.detector.id, faces: faces.map(\.face))
        if common.json {
            try common.console.json(output)
        } else {
            common.console.result(
                """
                \(same ? "the same person" : "different people")
                similarity   \(Format.number(Double(similarity), 3)) (threshold \(Format.number(Double(threshold), 3)) \
                for a false-accept rate of \(far))
                probability  \(Format.number(output.probability, 3)) at even odds
                """)
        }
        if !same { throw ExitCode(1) }
    }

    private func largestFace(_ path: String, _ vision: Vision) throws(LikenessError) -> PhotoResult.FoundFace {
        var found: PhotoResult?
        _ = try vision.pipeline.run([path]) { result throws(LikenessError) in found = result }
        if let error = found?.error { throw error }
        guard let face = found?.largest else {
            throw LikenessError(
                .noFace, subject: path, "no face was found",
                remedy: "try --min-face 20 or --threshold 0.5, or another photo")
        }
        if found!.faces.count > 1 {
            common.console.warning("\(path): \(found!.faces.count) faces, the largest is compared")
        }
        for reason in face.face.quality?.reasons ?? [] {
            common.console.warning("\(path): the face is poor (\(reason.rawValue))")
        }
        return face
    }
}

private struct VerifyOutput: Encodable {
    let same: Bool
    let similarity: Float
    let probability: Double
    let threshold: Float
    let far: Double
    let model: String
    let space: String
    let detector: String
    let faces: [Face]
}

extension LikenessError.Code {
    static let noFace = Self("no-face", exitStatus: 65)
    static let noCalibration = Self("no-calibration", exitStatus: 69)
}

extension FaceEmbedder {
    /// The calibration of this embedder's similarities; throws where its card has none.
    func calibration() throws(LikenessError) -> Calibration {
        guard let calibration = space.calibration else {
            throw LikenessError(
                .noCalibration, subject: card.id, "its card has no calibration, so a similarity says nothing",
                remedy: "use dlib-resnet29, or add a calibration to the card")
        }
        return calibration
    }
}

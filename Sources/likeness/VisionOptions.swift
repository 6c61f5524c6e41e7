import ArgumentParser
import FaceCore
import FaceVision
import Foundation

/// How faces are found: shared by all commands that read photos.
struct DetectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Face detector (default: yunet-s-dynamic when it is here, else mtcnn).", valueName: "id"))
    var detector: String?

    @Option(help: ArgumentHelp("Smallest face in pixels of the photo at its working size.", valueName: "px"))
    var minFace: Float?

    @Option(help: ArgumentHelp("Detector score below which a face is dropped, 0…1.", valueName: "score"))
    var threshold: Float?

    @Option(help: ArgumentHelp("Long side to which photos are reduced; 0 for full size.", valueName: "px"))
    var workingSize: Int = 1440

    @Flag(help: "Read what is left of truncated photos instead of refusing them.")
    var acceptTruncated = false

    func validate() throws {
        if let minFace, !(minFace >= 8) { throw ValidationError("--min-face takes 8 pixels or more, not \(minFace)") }
        if let threshold, !(0...1).contains(threshold) {
            throw ValidationError("--threshold takes 0…1, not \(threshold)")
        }
        if workingSize != 0, !(64...20000).contains(workingSize) {
            throw ValidationError("--working-size takes 0 or 64…20000, not \(workingSize)")
        }
    }
}

/// Which vectors are made.
struct EmbeddingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Face embedder (default: dlib-resnet29).", valueName: "id"))
    var model: String?

    @Flag(help: "Average each vector over the face and its mirror image; twice the time.")
    var flip = false

    @Option(
        help: ArgumentHelp(
            "Average each vector over this many shifted crops; that many times the time.", valueName: "n"))
    var jitter: Int = 0

    var averaging: Averaging { jitter > 0 ? .jitter(jitter) : flip ? .flip : .none }

    func validate() throws {
        if flip && jitter > 0 { throw ValidationError("--jitter mirrors every second crop already: leave out --flip") }
        if !(0...100).contains(jitter) { throw ValidationError("--jitter takes 0…100, not \(jitter)") }
    }
}

/// Everything between photos and vectors, made once for a command.
struct Vision {
    let catalogue: ModelCatalogue
    let engine: InferenceEngine
    let detector: any FaceDetector
    let embedder: FaceEmbedder?
    let pipeline: PhotoPipeline

    /// `embedding` nil: faces only. `latency`: one photo at a time as quickly as possible, else throughput.
    init(
        _ detection: DetectionOptions, embedding: EmbeddingOptions?, common: CommonOptions, cropSide: Int? = nil,
        latency: Bool = false
    ) throws(LikenessError) {
        let catalogue = try Models.catalogue()
        self.catalogue = catalogue
        let threads = common.threadCount
        let compiled = "\(ModelCatalogue.cacheFolder())/compiled-\(InferenceEngine.version)"
        engine = try InferenceEngine(
            .init(threads: threads, streams: latency ? 1 : threads, cacheFolder: compiled))
        let id = try Self.detectorID(detection.detector, catalogue)
        let card = try catalogue.card(embedding?.model ?? Self.defaultEmbedder)
        let engine = engine
        (detector, embedder) = try concurrently({ () throws(LikenessError) in
            try Detectors.make(
                id: id, options: DetectorOptions(minimumFace: detection.minFace, threshold: detection.threshold),
                files: { id throws(LikenessError) in try catalogue.weights(id) }, engine: engine)
        }) { () throws(LikenessError) in
            try embedding.map { e throws(LikenessError) in
                try FaceEmbedder(
                    card: card, file: try catalogue.weights(card.id), engine: engine,
                    options: .init(averaging: e.averaging, detector: id))
            }
        }
        var aligner = try FaceAligner(card: card, detector: id)
        if let own = embedder?.aligner { aligner = own }
        pipeline = PhotoPipeline(
            decoder: try PhotoDecoder(
                .init(
                    workingSize: detection.workingSize,
                    truncated: detection.acceptTruncated ? .acceptWithWarning : .refuse)),
            detector: detector, embedder: embedder, aligner: aligner, quality: try QualityAssessor(card: card),
            engine: engine, options: .init(threads: threads, cropSide: cropSide))
    }

    /// The cards of the models in use.
    var models: [ModelCard] {
        let detectors = detector.id == "mtcnn" ? ["mtcnn-pnet", "mtcnn-rnet", "mtcnn-onet"] : [detector.id]
        return catalogue.cards.filter { detectors.contains($0.id) } + [embedder?.card].compactMap { $0 }
    }

    static let defaultEmbedder = "dlib-resnet29"
    static let preferredDetector = "yunet-s-dynamic"

    /// The detector that was named; else YuNet when it has been added, else MTCNN, which bootstrap installs.
    static func detectorID(_ named: String?, _ catalogue: ModelCatalogue) throws(LikenessError) -> String {
        if let named { return named }
        return catalogue.isInstalled(try catalogue.card(preferredDetector)) ? preferredDetector : "mtcnn"
    }
}

/// A run over photos with its progress line, its list of problems and its exit status.
struct PhotoRun {
    let vision: Vision
    let console: Console
    private(set) var failed: [(path: String, error: LikenessError)] = []
    private(set) var timings = PipelineTimings()

    init(vision: Vision, console: Console) {
        self.vision = vision
        self.console = console
    }

    /// Finds the photos behind `paths` and hands their results on in order; what cannot be read is collected.
    mutating func run(_ paths: [String], _ body: (PhotoResult) throws(LikenessError) -> Void) throws(LikenessError) {
        var photos: [String] = []
        for found in PhotoFinder().find(paths) {
            switch found {
            case .success(let path): photos.append(path)
            case .failure(let error): note(error.subject ?? "?", error)
            }
        }
        let cancellation = Cancellation()
        let interrupt = Interrupt(cancellation)
        defer { interrupt.end() }
        var done = 0
        var faces = 0
        let started = ContinuousClock.now
        var shown = started
        var problems: [(String, LikenessError)] = []
        let total = photos.count
        defer { console.progress("") }
        timings = try vision.pipeline.run(photos, cancellation: cancellation) { result throws(LikenessError) in
            done += 1
            faces += result.faces.count
            if let error = result.error { problems.append((result.path, error)) }
            for warning in result.warnings { console.warning("\(result.path): \(warning)") }
            if ContinuousClock.now - shown > .milliseconds(200) {
                shown = .now
                let rate = Double(done) / max(1e-9, Double((shown - started) / .seconds(1)))
                console.progress("\(done)/\(total) photos, \(faces) faces, \(Format.number(rate, 1)) photos/s")
            }
            try body(result)
        }
        for (path, error) in problems { note(path, error) }
    }

    private mutating func note(_ path: String, _ error: LikenessError) { failed.append((path, error)) }

    /// Lists what could not be read on standard error.
    func reportProblems() {
        guard !failed.isEmpty else { return }
        console.note("\(failed.count) of the inputs could not be read:")
        for (path, error) in failed { console.note("  \(path): \(error.message) (\(error.code))") }
    }

    /// 0, or the status of the first problem: results are complete only without problems.
    var exitStatus: Int32 { failed.first.map(\.error.code.exitStatus) ?? 0 }
}

/// Ctrl-C pulls the cancellation: the run ends tidily with status 130; a second one ends at once.
final class Interrupt {
    private let source: any DispatchSourceSignal

    init(_ cancellation: Cancellation) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            if cancellation.isCancelled { _exit(130) }
            cancellation.cancel()
        }
        source.resume()
    }

    func end() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}

enum Format {
    /// A number with so many decimals, always with a point.
    static func number(_ x: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", x) }
}

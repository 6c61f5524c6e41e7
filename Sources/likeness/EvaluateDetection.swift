import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceVision
import Foundation

/// `likeness evaluate detection`: average precision and time of a detector on pictures annotated like WIDER FACE.
struct EvaluateDetection: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detection", abstract: "Measures a face detector on annotated pictures.",
        discussion: """
            Example: likeness evaluate detection --annotations wider_face_val_bbx_gt.txt --images WIDER_val/images \
            --detector yunet

            The annotations are in the text form of WIDER FACE. Faces marked invalid are ignored; easy, medium and hard go \
            by the height of boxes (50, 30, 10 pixels) or of whole pictures, not by the official lists.
            """)

    @Option(help: "Faces in the text form of WIDER FACE.") var annotations: String
    @Option(help: "The folder that the names in the annotations start from.") var images: String
    @Option(help: "One of: \(Detectors.ids.joined(separator: ", ")).") var detector: String
    @Option(help: "The folder of the weights.") var models: String = Self.defaultModels
    @Option(help: "The score from which detections enter the curve.") var floor: Float = 0.02
    @Option(help: "The smallest face to look for, in pixels.") var minimumFace: Float?
    @Option(help: "Pixels of the long side at which one-stage detectors search.") var longSide: Int?
    @Option(help: "Longest side in pixels to which pictures are decoded; 0 for full size.") var workingSize = 1440
    @Option(help: "Threads of the networks.") var threads: Int = availableThreads()
    @Option(help: "Timed passes over all pictures, after one that warms up; their median counts.") var passes = 3
    @Option(help: "Writes the detections to this file in the text form of WIDER FACE.") var detections: String?
    @Flag(help: "Prints JSON.") var json = false

    static var defaultModels: String {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["LIKENESS_MODELS"] { return folder }
        return "\(environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache")/likeness/models"
    }

    func validate() throws {
        guard threads > 0, passes > 0 else { throw ValidationError("Threads and passes are 1 or more.") }
    }

    func run() throws {
        let truth = try WiderAnnotations(file: annotations)
        let engine = try InferenceEngine(.init(threads: threads))
        let searcher = try Detectors.make(
            id: detector, options: DetectorOptions(minimumFace: minimumFace, threshold: floor, longSide: longSide),
            files: weights, engine: engine)
        let photos = try read(truth)
        let usable = truth.pictures.indices.filter { photos[$0] != nil }
        var judged = truth
        judged.pictures = usable.map { truth.pictures[$0] }
        let (found, time) = try search(usable.map { photos[$0]! }, searcher)
        let report = try WiderReport(judged, detections: found)
        if let detections { try write(judged, found, to: detections) }
        let result = Result(
            protocol: "wider-face", detector: searcher.id, threads: threads, scoreFloor: floor,
            minimumFace: minimumFace, longSide: longSide, pictures: usable.count,
            picturesLeftOut: truth.pictures.count - usable.count, millisecondsPerPicture: time, report: report)
        try json ? result.printJSON() : result.printTable()
    }

    private func weights(_ id: String) throws(LikenessError) -> String {
        for suffix in ["onnx", "xml", "dat"] {
            let path = "\(models)/\(id).\(suffix)"
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        throw LikenessError(
            .fileMissing, subject: "\(models)/\(id)", "the weights of \(id) are not there",
            remedy: "run scripts/bootstrap, or name their folder with --models")
    }

    /// The pictures in the annotations' order; nil, with a word on standard error, for one that cannot be read.
    private func read(_ truth: WiderAnnotations) throws -> [DecodedPhoto?] {
        let decoder = try PhotoDecoder(.init(workingSize: workingSize, hashesContent: false))
        return truth.pictures.map { picture in
            do { return try decoder.decode(path: "\(images)/\(picture.name)") } catch {
                FileHandle.standardError.write(Data("left out: \(error)\n".utf8))
                return nil
            }
        }
    }

    /// Detections in pixels of the full pictures, and the median times of the passes.
    private func search(
        _ photos: [DecodedPhoto], _ searcher: any FaceDetector
    ) throws -> (found: [[ScoredBox]], time: Result.Milliseconds) {
        var found: [[ScoredBox]] = []
        var passed: [(wall: Double, processor: Double)] = []
        for pass in 0...passes {
            var seconds = 0.0
            let before = processorSeconds()
            for start in stride(from: 0, to: photos.count, by: searcher.preferredBatch) {
                let batch = photos[start..<min(start + searcher.preferredBatch, photos.count)]
                let pictures = batch.map(\.raster)
                var results: [[Detection]] = []
                let duration = try ContinuousClock().measure { results = try searcher.detect(pictures) }
                seconds += duration / .seconds(1)
                guard pass == 0 else { continue }
                found += zip(batch, results).map { photo, faces in
                    faces.map { ScoredBox(box: $0.box.scaled(by: 1 / photo.scale), score: Double($0.score)) }
                }
            }
            if pass > 0 { passed.append((seconds, processorSeconds() - before)) }
        }
        let median = { (times: [Double]) in times.sorted()[times.count / 2] * 1000 / Double(max(1, photos.count)) }
        return (found, .init(wall: median(passed.map(\.wall)), processor: median(passed.map(\.processor))))
    }

    /// Seconds that all threads of this process have computed.
    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func write(_ truth: WiderAnnotations, _ found: [[ScoredBox]], to path: String) throws {
        let list = DetectionList(
            zip(truth.pictures, found).map { DetectionList.Picture(name: $0.name, detections: $1) })
        do { try Data(list.text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting) } catch {
            throw LikenessError(.fileUnwritable, subject: path, "the detections cannot be written: \(error)")
        }
    }
}

extension EvaluateDetection {
    /// What is printed; fractions, never per cent.
    struct Result: Encodable {
        struct Milliseconds: Encodable {
            var wall: Double
            /// Of all threads together: less disturbed than the wall clock where others use the machine.
            var processor: Double
        }

        var `protocol`: String
        var detector: String
        var threads: Int
        var scoreFloor: Float
        var minimumFace: Float?
        var longSide: Int?
        var pictures: Int
        var picturesLeftOut: Int
        var millisecondsPerPicture: Milliseconds
        var report: WiderReport

        func printJSON() throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(self), as: UTF8.self))
        }

        func printTable() {
            let number = { (v: Double) in String(format: "%.4f", v) }
            let wall = String(format: "%.1f", millisecondsPerPicture.wall)
            let processor = String(format: "%.1f", millisecondsPerPicture.processor)
            print(
                "\(detector): \(pictures) pictures; \(wall) ms each with \(threads) threads, \(processor) ms of processor time"
            )
            print("detections from a score of \(scoreFloor) on")
            if picturesLeftOut > 0 { print("\(picturesLeftOut) pictures left out: they cannot be read") }
            print("\(report.invalidFaces) invalid faces ignored, \(report.skippedBoxes) boxes without extent skipped\n")
            print("rule           subset  pictures  faces  AP      95 % interval    AP, 1000 thresholds")
            for r in report.rows {
                let name = r.rule.rawValue.padding(toLength: 14, withPad: " ", startingAt: 0)
                let subset = r.subset.padding(toLength: 6, withPad: " ", startingAt: 0)
                let counts = String(format: "%8d  %5d", r.pictures, r.faces)
                let interval = "\(number(r.interval.low))–\(number(r.interval.high))"
                print(
                    "\(name) \(subset)  \(counts)  \(number(r.averagePrecision))  \(interval)    \(number(r.averagePrecisionOfGrid))"
                )
            }
            print("\nthreshold  precision  recall  F1      false positives (faces of 10 pixels and more)")
            for p in report.points {
                let threshold = String(format: "%9.2f", p.threshold)
                print(
                    "\(threshold)  \(number(p.precision))     \(number(p.recall))  \(number(p.f1))  \(p.falsePositives)"
                )
            }
        }
    }
}

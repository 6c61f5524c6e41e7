import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceVision
import Foundation

/// `likeness evaluate detection`: average precision and time of a detector on pictures annotated like WIDER FACE or FDDB.
struct EvaluateDetection: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detection", abstract: "Measures a face detector on annotated pictures.",
        discussion: """
            likeness evaluate detection --annotations wider_face_val_bbx_gt.txt --images WIDER_val/images --detector yunet
            likeness evaluate detection --fddb FDDB-fold-01-ellipseList.txt --images originalPics --detector mtcnn

            The annotations are in the text form of WIDER FACE, or ellipse lists of FDDB (--fddb, repeated for its folds). \
            WIDER FACE: faces marked invalid are ignored; easy, medium and hard go by the height of boxes (50, 30, 10 \
            pixels) or of whole pictures, not by the official lists. With --read no detector runs: its detections are read.
            """)

    @Option(help: ArgumentHelp("Faces in the text form of WIDER FACE.", valueName: "file")) var annotations: String?
    @Option(help: ArgumentHelp("Faces as ellipses in the text form of FDDB; repeat it.", valueName: "file")) var fddb:
        [String] = []
    @Option(help: ArgumentHelp("The folder that the names in the annotations start from.", valueName: "folder"))
    var images: String
    @Option(help: "One of: \(Detectors.ids.joined(separator: ", ")).") var detector: String?
    @Option(help: ArgumentHelp("Read the detections from this file instead of finding them.", valueName: "file"))
    var read: String?
    @Option(
        help: ArgumentHelp(
            "The folder of the weights (default: LIKENESS_MODELS, or that of the cache).", valueName: "folder"))
    var models: String?
    @Option(help: ArgumentHelp("The score from which detections enter the curve.", valueName: "score")) var floor:
        Float = 0.02
    @Option(help: ArgumentHelp("The smallest face to look for.", valueName: "px")) var minFace: Float?
    @Option(help: ArgumentHelp("Long side at which one-stage detectors search.", valueName: "px")) var longSide: Int?
    @Option(help: ArgumentHelp("Long side to which pictures are reduced; 0 for full size.", valueName: "px"))
    var workingSize = 1440
    @Option(
        help: ArgumentHelp(
            "Timed passes over all pictures, after one that warms up; their median counts.", valueName: "n"))
    var passes = 3
    @Option(help: ArgumentHelp("Write the detections to this file in the text form of WIDER FACE.", valueName: "file"))
    var detections: String?
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if passes < 1 { throw ValidationError("--passes takes 1 or more, not \(passes)") }
        if (annotations == nil) == fddb.isEmpty { throw ValidationError("Give either --annotations or --fddb.") }
        if (detector == nil) == (read == nil) { throw ValidationError("Give either --detector or --read.") }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        if let annotations { try wider(annotations, run) } else { try ellipses(run) }
    }

    // MARK: WIDER FACE

    private func wider(_ path: String, _ run: EvaluationRun) throws {
        let truth = try WiderAnnotations(file: path)
        let found = try detect(truth.pictures.map(\.name)) { "\(images)/\($0)" }
        var judged = truth
        judged.pictures = found.usable.map { truth.pictures[$0] }
        let report = try WiderReport(judged, detections: found.detections, seed: common.seed)
        try write(judged.pictures.map(\.name), found.detections)
        let result = DetectionOutput(
            protocol: "wider-face", detector: found.detector, threads: common.threadCount, scoreFloor: floor,
            minimumFace: minFace, longSide: longSide, pictures: found.usable.count,
            picturesLeftOut: truth.pictures.count - found.usable.count, millisecondsPerPicture: found.time,
            report: report, fddb: nil)
        try run.finish(
            result, found.usable.count, "pictures", inputs: [path, read], settings: settings(found),
            print: { print(result) }
        ) {
            EvaluationReport(
                detection: report, curves: try WiderReport.curves(judged, detections: found.detections),
                detector: found.detector, pictures: found.usable.count)
        }
    }

    // MARK: FDDB

    private func ellipses(_ run: EvaluationRun) throws {
        let truth = try fddb.flatMap { try FDDBAnnotations(file: $0).pictures }
        let found = try detect(truth.map(\.name)) { name in
            EvaluationImages.path(of: name, in: images) ?? "\(images)/\(name).jpg"
        }
        let pictures = zip(found.usable, found.detections).enumerated().map { k, entry in
            FDDBProtocol.Picture(
                width: found.sizes[k].width, height: found.sizes[k].height, faces: truth[entry.0].faces,
                detections: entry.1)
        }
        let result = try FDDBProtocol(pictures)
        let report = FDDBReport(result, pictures: pictures.count)
        try write(found.usable.map { truth[$0].name }, found.detections)
        let shown = DetectionOutput(
            protocol: "fddb", detector: found.detector, threads: common.threadCount, scoreFloor: floor,
            minimumFace: minFace, longSide: longSide, pictures: pictures.count,
            picturesLeftOut: truth.count - pictures.count, millisecondsPerPicture: found.time, report: nil, fddb: report
        )
        try run.finish(
            shown, pictures.count, "pictures", inputs: fddb + [read], settings: settings(found), print: { print(shown) }
        ) { EvaluationReport(fddb: report, result, detector: found.detector) }
    }

    // MARK: detections

    private struct Found {
        let detector: String
        /// Places of the pictures that could be read.
        var usable: [Int] = []
        var sizes: [(width: Int, height: Int)] = []
        /// In pixels of the full pictures.
        var detections: [[ScoredBox]] = []
        var time: DetectionOutput.Milliseconds?
    }

    private func detect(_ names: [String], path: (String) -> String) throws -> Found {
        let decoder = try PhotoDecoder(.init(workingSize: workingSize, hashesContent: false))
        var photos: [DecodedPhoto] = []
        var found = Found(detector: detector ?? read.map { "detections of \($0)" } ?? "")
        for (k, name) in names.enumerated() {
            do {
                let photo = try decoder.decode(path: path(name))
                found.usable.append(k)
                found.sizes.append((photo.fullWidth, photo.fullHeight))
                if read == nil { photos.append(photo) }
            } catch { common.console.warning("left out: \(error)") }
        }
        if let read {
            let list = try DetectionList(file: read)
            let byName = Dictionary(list.pictures.map { ($0.name, $0.detections) }, uniquingKeysWith: +)
            found.detections = found.usable.map { byName[names[$0]] ?? [] }
            return found
        }
        let searcher = try Detectors.make(
            id: detector ?? "", options: DetectorOptions(minimumFace: minFace, threshold: floor, longSide: longSide),
            files: weights, engine: try InferenceEngine(.init(threads: common.threadCount)))
        (found.detections, found.time) = try search(photos, searcher)
        return found
    }

    private func weights(_ id: String) throws(LikenessError) -> String {
        guard let models else { return try Models.catalogue().weights(id) }
        for suffix in ["onnx", "xml", "dat"] {
            let path = "\(models)/\(id).\(suffix)"
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        throw LikenessError(
            .fileMissing, subject: "\(models)/\(id)", "the weights of \(id) are not there",
            remedy: "run scripts/bootstrap, or name their folder with --models")
    }

    /// Detections in pixels of the full pictures, and the median times of the passes.
    private func search(
        _ photos: [DecodedPhoto], _ searcher: any FaceDetector
    ) throws -> (found: [[ScoredBox]], time: DetectionOutput.Milliseconds) {
        var found: [[ScoredBox]] = []
        var passed: [(wall: Double, processor: Double)] = []
        for pass in 0...passes {
            var seconds = 0.0
            let watch = Throughput.Stopwatch()
            for start in stride(from: 0, to: photos.count, by: searcher.preferredBatch) {
                let batch = photos[start..<min(start + searcher.preferredBatch, photos.count)]
                let pictures = batch.map(\.raster)
                var results: [[Detection]] = []
                let duration = try ContinuousClock().measure { results = try searcher.detect(pictures) }
                seconds += duration / .seconds(1)
                common.console.progress("pass \(pass)/\(passes): \(start + batch.count)/\(photos.count) pictures")
                guard pass == 0 else { continue }
                found += zip(batch, results).map { photo, faces in
                    faces.map { ScoredBox(box: $0.box.scaled(by: 1 / photo.scale), score: Double($0.score)) }
                }
            }
            let processor = watch.throughput(photos.count, "pictures", threads: common.threadCount).processorSeconds
            if pass > 0 { passed.append((seconds, processor)) }
        }
        common.console.progress("")
        let median = { (times: [Double]) in times.sorted()[times.count / 2] * 1000 / Double(max(1, photos.count)) }
        return (found, .init(wall: median(passed.map(\.wall)), processor: median(passed.map(\.processor))))
    }

    private func write(_ names: [String], _ found: [[ScoredBox]]) throws(LikenessError) {
        guard let detections else { return }
        let list = DetectionList(zip(names, found).map { DetectionList.Picture(name: $0, detections: $1) })
        try AtomicFile.write(Array(list.text.utf8), to: detections, force: output.force)
    }

    private func settings(_ found: Found) -> [EvaluationReport.Setting] {
        var out: [EvaluationReport.Setting] = [
            .init("Scores from", "\(floor)"), .init("Working size", "\(workingSize) pixels"),
        ]
        if let t = found.time {
            out.append(.init("A picture", "\(ReportNumber.fixed(t.wall, 1)) ms, median of \(passes) passes"))
        }
        return out
    }

    private func print(_ r: DetectionOutput) {
        let console = common.console
        let number = { (v: Double) in Format.number(v, 4) }
        let time = r.millisecondsPerPicture.map {
            "; \(Format.number($0.wall, 1)) ms each with \(r.threads) threads, \(Format.number($0.processor, 1)) ms of "
                + "processor time"
        }
        console.result("\(r.detector): \(r.pictures) pictures\(time ?? "")")
        console.result("detections from a score of \(r.scoreFloor) on")
        if r.picturesLeftOut > 0 { console.result("\(r.picturesLeftOut) pictures left out: they cannot be read") }
        if let report = r.report {
            console.result(
                "\(report.invalidFaces) invalid faces ignored, \(report.skippedBoxes) boxes without extent skipped")
            console.result("")
            console.table(
                ["rule", "subset", "pictures", "faces", "AP", "95 %", "AP, 1000 thresholds"],
                report.rows.map { row in
                    [row.rule.rawValue, row.subset, "\(row.pictures)", "\(row.faces)", number(row.averagePrecision)]
                        + [
                            "\(number(row.interval.low))–\(number(row.interval.high))",
                            number(row.averagePrecisionOfGrid),
                        ]
                })
            console.result("")
            console.result("on faces of 10 pixels and more:")
            console.table(
                ["threshold", "precision", "recall", "F1", "false positives"],
                report.points.map { p in
                    [
                        Format.number(p.threshold, 2), number(p.precision), number(p.recall), number(p.f1),
                        "\(p.falsePositives)",
                    ]
                })
        }
        if let report = r.fddb {
            console.result("\(report.faces) faces, \(report.detections) detections")
            console.result("")
            console.table(
                ["false positives", "discrete", "continuous"],
                report.points.map { ["\($0.falsePositives)", number($0.discrete), number($0.continuous)] })
        }
    }
}

/// What is printed; fractions, never per cent.
private struct DetectionOutput: Encodable {
    struct Milliseconds: Encodable {
        var wall: Double
        /// Of all threads together: less disturbed than the wall clock where others use the machine.
        var processor: Double
    }

    let `protocol`: String
    let detector: String
    let threads: Int
    let scoreFloor: Float
    let minimumFace: Float?
    let longSide: Int?
    let pictures: Int
    let picturesLeftOut: Int
    /// nil where detections were read.
    let millisecondsPerPicture: Milliseconds?
    /// By WIDER FACE.
    let report: WiderReport?
    let fddb: FDDBReport?
}

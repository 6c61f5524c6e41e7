import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceVision
import Foundation
import Synchronization

/// `likeness train chips`: photos of people to the aligned chips that training takes.
struct TrainChips: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chips", abstract: "Cuts the aligned chips that training takes out of photos.",
        discussion: """
            likeness train chips photos --out chips

            Folders below `photos` are kept, so that photos/ann/1.jpg becomes chips/ann/1.png: the face nearest the centre, \
            upright and scaled by its five points. A photo without a face is listed and left out, unless --middle takes \
            its middle instead (for lists of pairs that must stay whole).
            """)

    @Argument(help: "Folder of the photos.") var photos: String
    @Option(help: ArgumentHelp("Folder of the chips.", valueName: "folder")) var out: String
    @Option(help: ArgumentHelp("Embedder whose template and size the chips have.", valueName: "id"))
    var model = "mobilefacenet-y1"
    @Flag(help: "Where no face is found, cut the middle of the photo.") var middle = false
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var detection: DetectionOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        let cutter = try ChipCutter(model: model, detection, common)
        let root = URL(fileURLWithPath: photos).standardizedFileURL.path
        let paths = PhotoFinder().find([photos]).compactMap { try? $0.get() }
        guard !paths.isEmpty else { throw LikenessError(.emptyInput, subject: photos, "holds no photo") }
        let targets = paths.map { path in
            let full = URL(fileURLWithPath: path).standardizedFileURL.path
            let inside = full.hasPrefix(root + "/") ? String(full.dropFirst(root.count + 1)) : full
            return "\(out)/\((inside as NSString).deletingPathExtension).png"
        }
        try Output.requireFree(targets, force: force)
        for folder in Set(targets.map { ($0 as NSString).deletingLastPathComponent }) { try Output.makeFolder(folder) }
        let meter = ProgressMeter("photos", total: paths.count) { [console = common.console] report in
            console.progress(report.isFinished ? "" : "\(report.done) of \(report.total ?? 0) photos")
        }
        let force = self.force
        let outcome = try cutter.cut(paths, middle: middle, progress: meter) { (i, chip) throws(LikenessError) in
            try AtomicFile.write(RasterEncoder.encode(chip, as: .png), to: targets[i], force: force)
        }
        for failure in outcome.failures { common.console.warning(failure.description) }
        if common.json {
            return try common.console.json([
                "chips": outcome.cut, "withoutFace": outcome.faceless, "failed": outcome.failures.count,
            ])
        }
        let fate = middle ? "cut in the middle" : "left out"
        common.console.result("\(outcome.cut) chips in \(out); \(outcome.faceless) photos without a face \(fate)")
    }
}

/// Photos to chips: the face nearest the centre, by the template of an embedder.
struct ChipCutter: Sendable {
    private let decoder: PhotoDecoder
    private let detector: any FaceDetector
    let aligner: FaceAligner
    private let threads: Int

    struct Outcome: Sendable {
        var cut = 0
        var faceless = 0
        var failures: [LikenessError] = []
    }

    init(model: String, _ detection: DetectionOptions, _ common: CommonOptions) throws(LikenessError) {
        let vision = try Vision(detection, embedding: nil, common: common)
        detector = vision.detector
        aligner = try FaceAligner(card: try vision.catalogue.card(model), detector: detector.id)
        decoder = try PhotoDecoder(.init(workingSize: detection.workingSize, hashesContent: false))
        threads = common.threadCount
    }

    /// Hands each chip on with the number of its photo, from several threads. Photos that cannot be read are counted.
    func cut(
        _ paths: [String], middle: Bool, progress: ProgressMeter?,
        _ body: @Sendable (Int, Raster) throws(LikenessError) -> Void
    ) throws(LikenessError) -> Outcome {
        let outcome = Mutex(Outcome())
        let block = 16
        let blocks = (paths.count + block - 1) / block
        try parallelFor(blocks, threads: threads, cancellation: nil) { (b) throws(LikenessError) in
            let range = b * block..<min(paths.count, (b + 1) * block)
            var (numbers, rasters) = ([Int](), [Raster]())
            for i in range {
                do throws(LikenessError) {
                    rasters.append(try decoder.decode(path: paths[i]).raster)
                    numbers.append(i)
                } catch { outcome.withLock { $0.failures.append(error) } }
            }
            guard !rasters.isEmpty else { return }
            for ((i, raster), faces) in zip(zip(numbers, rasters), try detector.detect(rasters)) {
                let landmarks = Self.landmarks(faces, in: raster)
                outcome.withLock { o in
                    o.faceless += landmarks == nil ? 1 : 0
                    o.cut += landmarks != nil || middle ? 1 : 0
                }
                guard let points = landmarks ?? (middle ? Self.middle(of: raster).typicalLandmarks : nil) else {
                    continue
                }
                try body(i, try aligner.chip(from: raster, landmarks: points))
            }
            progress?.advance(by: range.count)
        }
        return outcome.withLock { $0 }
    }

    private static func landmarks(_ faces: [Detection], in raster: Raster) -> Landmarks? {
        let centre = Point(Float(raster.width) / 2, Float(raster.height) / 2)
        func distance(_ face: Detection) -> Float {
            let d = face.box.centre - centre
            return d.x * d.x + d.y * d.y
        }
        return faces.min { distance($0) < distance($1) }.map { $0.landmarks ?? $0.box.typicalLandmarks }
    }

    private static func middle(of raster: Raster) -> Box {
        let side = 0.8 * Float(min(raster.width, raster.height))
        return Box(
            x: (Float(raster.width) - side) / 2, y: (Float(raster.height) - side) / 2, width: side, height: side)
    }
}

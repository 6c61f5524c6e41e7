public import FaceCore
import Foundation
import Synchronization

/// Photos to faces with vectors: decode → detect → align → quality → embed on all cores, results in the given order.
///
/// A bad photo becomes a result with an error; only a stopped run or a failing network throws. Memory is bounded by the
/// number of photos under way (`Options.window`), whatever the length of the list.
public struct PhotoPipeline: Sendable {
    public struct Options: Sendable {
        /// Workers; each does one thing at a time, so this is also the number of busy cores.
        public var threads: Int
        /// Photos between the start of decoding and delivery.
        public var window: Int
        /// Faces that are embedded together.
        public var embedBatch: Int
        /// Side in pixels of the square picture kept of each face; nil for none.
        public var cropSide: Int?
        /// Faces of byte-identical photos are found once, the others are marked as duplicates.
        public var skipsDuplicates = true

        public init(
            threads: Int = availableThreads(), window: Int? = nil, embedBatch: Int = 32, cropSide: Int? = nil
        ) {
            self.threads = max(1, threads)
            self.window = window ?? 16 + 4 * max(1, threads)
            self.embedBatch = embedBatch
            self.cropSide = cropSide
        }
    }

    public let decoder: PhotoDecoder
    public let detector: any FaceDetector
    /// Nil when only faces are asked for.
    public let embedder: FaceEmbedder?
    /// Cuts the chips that quality is judged on; the embedder's own where there is one.
    public let aligner: FaceAligner
    public let quality: QualityAssessor
    public let engine: InferenceEngine
    public let options: Options

    public init(
        decoder: PhotoDecoder, detector: any FaceDetector, embedder: FaceEmbedder?, aligner: FaceAligner,
        quality: QualityAssessor, engine: InferenceEngine, options: Options = Options()
    ) {
        self.decoder = decoder
        self.detector = detector
        self.embedder = embedder
        self.aligner = aligner
        self.quality = quality
        self.engine = engine
        self.options = options
    }

    /// Runs over the photos at `paths` and hands each result, in order, to `body` on the calling thread.
    ///
    /// Throws what `body` throws, `cancelled` when `cancellation` was pulled, or the error of a network.
    public func run(
        _ paths: [String], cancellation: Cancellation = Cancellation(),
        _ body: (PhotoResult) throws(LikenessError) -> Void
    ) throws(LikenessError) -> PipelineTimings {
        let started = ContinuousClock.now
        let networksBefore = engine.secondsInNetworks
        let schedule = PipelineSchedule(
            count: paths.count, window: options.window, detectBatch: detector.preferredBatch,
            embedBatch: options.embedBatch, workers: options.threads)
        let work = PipelineWork(pipeline: self, paths: paths, schedule: schedule, cancellation: cancellation)
        let group = DispatchGroup()
        for k in 0..<options.threads {
            group.enter()
            let thread = Thread {
                work.loop()
                group.leave()
            }
            thread.name = "likeness-\(k)"
            thread.stackSize = 8 << 20
            thread.start()
        }
        // Whatever happens, no worker outlives the call.
        defer {
            schedule.fail(LikenessError(.cancelled, "stopped"))
            group.wait()
        }
        var timings = PipelineTimings()
        while let item = try schedule.deliver() {
            if options.skipsDuplicates { work.settleDuplicate(&item.result) }
            try body(item.result)
            timings.photos += 1
            timings.faces += item.result.faces.count
        }
        work.addSeconds(to: &timings)
        timings.networks = engine.secondsInNetworks - networksBefore
        timings.wall = started.secondsUntilNow
        return timings
    }
}

/// What the workers of one run share.
private final class PipelineWork: Sendable {
    private let pipeline: PhotoPipeline
    private let paths: [String]
    private let schedule: PipelineSchedule
    private let cancellation: Cancellation
    private let timings = Mutex(PipelineTimings())
    /// Content hash → index of the first photo with it.
    private let seen = Mutex<[String: Int]>([:])

    init(pipeline: PhotoPipeline, paths: [String], schedule: PipelineSchedule, cancellation: Cancellation) {
        self.pipeline = pipeline
        self.paths = paths
        self.schedule = schedule
        self.cancellation = cancellation
    }

    func addSeconds(to total: inout PipelineTimings) {
        let t = timings.withLock { $0 }
        (total.decode, total.detect, total.align, total.embed) = (t.decode, t.detect, t.align, t.embed)
    }

    func loop() {
        while let work = schedule.next() {
            do throws(LikenessError) {
                if cancellation.isCancelled { throw LikenessError(.cancelled, "stopped on request") }
                switch work {
                case .decode(let index): schedule.decoded(decode(index))
                case .detect(let items):
                    try detect(items)
                    schedule.detected(items)
                case .embed(let items):
                    try alignAndEmbed(items)
                    schedule.embedded(items)
                }
            } catch {
                schedule.fail(error)
            }
        }
    }

    private func decode(_ index: Int) -> PipelineItem {
        let item = PipelineItem(PhotoResult(index: index, path: paths[index]))
        measure(\.decode) {
            do throws(LikenessError) {
                let bytes = try pipeline.decoder.read(path: item.result.path)
                let hash = SHA256.hex(of: bytes)
                item.result.contentHash = hash
                if pipeline.options.skipsDuplicates, let first = firstWith(hash, index) {
                    item.result.duplicateOf = paths[first]
                    return
                }
                let photo = try pipeline.decoder.decode(bytes: bytes, name: item.result.path)
                item.result.width = photo.fullWidth
                item.result.height = photo.fullHeight
                item.result.captureDate = photo.captureDate
                item.result.warnings = photo.warnings
                item.raster = photo.raster
                item.scale = 1 / photo.scale
            } catch {
                item.result.error = error
            }
        }
        return item
    }

    /// The earlier photo with this hash, if its decoding has begun; notes this one as the first otherwise.
    private func firstWith(_ hash: String, _ index: Int) -> Int? {
        seen.withLock { seen in
            if let first = seen[hash], first < index { return first }
            seen[hash] = index
            return nil
        }
    }

    /// Two workers may decode the same bytes at once, the later photo first: in the order of delivery, the later one
    /// becomes the duplicate whoever was quicker.
    func settleDuplicate(_ result: inout PhotoResult) {
        guard let hash = result.contentHash, let first = seen.withLock({ $0[hash] }), first < result.index else {
            return
        }
        result.duplicateOf = paths[first]
        result.faces = []
        result.error = nil
    }

    private func detect(_ items: [PipelineItem]) throws(LikenessError) {
        try measure(\.detect) { () throws(LikenessError) in
            let found = try pipeline.detector.detect(items.map { $0.raster! })
            for (item, detections) in zip(items, found) {
                item.detections = detections
                if detections.isEmpty { item.raster = nil }
            }
        }
    }

    private func alignAndEmbed(_ items: [PipelineItem]) throws(LikenessError) {
        let faces = items.flatMap { item in
            item.detections.map { (item: item, detection: $0, landmarks: usableLandmarks($0, item.raster!)) }
        }
        let chips = try measure(\.align) { () throws(LikenessError) in
            try faces.map { f throws(LikenessError) in
                try pipeline.aligner.chip(from: f.item.raster!, landmarks: f.landmarks)
            }
        }
        let vectors = try measure(\.embed) { () throws(LikenessError) -> Matrix? in
            guard let embedder = pipeline.embedder else { return nil }
            if case .jitter = embedder.options.averaging {  // shifted views need what lies around the chip
                return try embedder.embed(faces.map { (raster: $0.item.raster!, landmarks: $0.landmarks) })
            }
            return try embedder.embed(chips: chips)
        }
        measure(\.align) {
            for (k, f) in faces.enumerated() {
                f.item.result.faces.append(
                    describe(f.detection, in: f.item, chip: chips[k], embedding: vectors.map { $0.row(k) }))
            }
            for item in items { item.raster = nil }
        }
    }

    /// The detection's own landmarks where they determine a chip, else those of a frontal face in its box.
    private func usableLandmarks(_ detection: Detection, _ raster: Raster) -> Landmarks {
        let typical = detection.box.typicalLandmarks
        guard let own = detection.landmarks else { return typical }
        return (try? pipeline.aligner.transform(for: own, in: raster)) == nil ? typical : own
    }

    private func describe(
        _ detection: Detection, in item: PipelineItem, chip: Raster, embedding: [Float]?
    ) -> PhotoResult.FoundFace {
        let raster = item.raster!
        let quality = pipeline.quality.assess(
            raster: raster, detection: detection, chip: chip, embedding: embedding, fullScale: item.scale)
        let face = Face(
            source: item.result.path, box: detection.box.scaled(by: item.scale),
            landmarks: detection.landmarks?.scaled(by: item.scale), score: detection.score, quality: quality)
        let crop = pipeline.options.cropSide.flatMap { side in
            try? RasterEncoder.encode(raster.portrait(of: detection.box, side: side), as: .jpeg(quality: 82))
        }
        return PhotoResult.FoundFace(face: face, embedding: embedding, crop: crop)
    }

    private func measure<R, E: Error>(
        _ stage: any WritableKeyPath<PipelineTimings, Double> & Sendable, _ body: () throws(E) -> R
    ) throws(E) -> R {
        let started = ContinuousClock.now
        defer {
            let seconds = started.secondsUntilNow
            timings.withLock { $0[keyPath: stage] += seconds }
        }
        return try body()
    }
}

extension ContinuousClock.Instant {
    package var secondsUntilNow: Double {
        let d = duration(to: .now)
        return Double(d.components.seconds) + Double(d.components.attoseconds) * 1e-18
    }
}

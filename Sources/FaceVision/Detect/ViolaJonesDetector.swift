public import FaceCore

/// The detector of Viola & Jones (2001): a cascade of boosted Haar-like features over windows of all sizes.
///
/// Kept as history and as a baseline for comparison: upright frontal faces only, many false alarms, boxes without
/// landmarks, so that faces cannot be aligned. Reads the cascade `haarcascade_frontalface_alt2` (R. Lienhart) of OpenCV's data.
public final class ViolaJonesDetector: FaceDetector {
    public struct Options: Sendable, Hashable {
        /// Side of the smallest window in pixels; the cascade's own window (20) is the least.
        public var minimumFace: Float = 20
        /// From one window size to the next.
        public var factor: Float = 1.1
        /// The score from which a group of windows is a face; n windows have the score n / (n + 10). The default is the
        /// lowest step of 0.05 with a precision of 0.9 on 122 images of WIDER validation (0.916, recall 0.100).
        public var threshold: Float = 0.45

        public init() {}

        /// The defaults, changed by what a person asked of any detector.
        public init(_ common: DetectorOptions) {
            if let m = common.minimumFace { minimumFace = m }
            if let t = common.threshold { threshold = t }
        }
    }

    public let id = "viola-jones"
    public let preferredBatch = 4
    public let options: Options
    private let cascade: HaarCascade
    private let threads: Int

    /// - Parameters:
    ///   - file: the cascade, XML of the format `opencv-cascade-classifier`.
    ///   - threads: that search rows of one picture side by side.
    ///
    /// Throws `usage` for options out of range, and what reading the cascade throws.
    public init(
        file: String, options: Options = Options(), threads: Int = availableThreads()
    ) throws(LikenessError) {
        guard options.factor > 1.01, options.factor <= 4, options.minimumFace > 0, options.minimumFace < .infinity,
            options.threshold >= 0, options.threshold < 1
        else {
            throw LikenessError(
                .usage, subject: "viola-jones",
                "factor \(options.factor) (above 1.01), smallest face \(options.minimumFace) and threshold "
                    + "\(options.threshold) (0 to below 1) are out of range")
        }
        cascade = try HaarCascade(file: file)
        self.options = options
        self.threads = threads
    }

    public func detect(_ pictures: [Raster]) throws(LikenessError) -> [[Detection]] { pictures.map(faces) }

    private func faces(_ picture: Raster) -> [Detection] {
        let grey = ViolaJonesGrey(picture)
        var windows: [Box] = []
        var factor: Float = 1
        while true {
            let side = (Float(cascade.width) * factor).rounded(.toNearestOrEven)
            let tall = (Float(cascade.height) * factor).rounded(.toNearestOrEven)
            if side > Float(grey.width) || tall > Float(grey.height) { break }
            if min(side, tall) >= options.minimumFace { windows += scan(grey, factor: factor) }
            factor *= options.factor
        }
        let least = options.threshold * 10 / (1 - options.threshold)
        return ViolaJonesGrouping.groups(windows, least: max(1, Int((least - 1e-3).rounded(.up)))).map { group in
            Detection(
                box: group.box.clipped(width: Float(picture.width), height: Float(picture.height)), landmarks: nil,
                score: Float(group.windows) / Float(group.windows + 10))
        }.sorted { ($0.score, $1.box.y, $1.box.x) > ($1.score, $0.box.y, $0.box.x) }
    }

    /// Windows of one size that pass the cascade, in pixels of the picture.
    private func scan(_ grey: ViolaJonesGrey, factor: Float) -> [Box] {
        let size = { (n: Int) in max(1, Int((Float(n) / factor).rounded(.toNearestOrEven))) }
        let small = grey.shrunk(width: size(grey.width), height: size(grey.height))
        guard small.width >= cascade.width, small.height >= cascade.height else { return [] }
        let scanner = ViolaJonesScanner(cascade, ViolaJonesIntegral(small))
        // Large windows are looked at in every place of the shrunk picture, small ones in every second.
        let step = factor >= 2 ? 1 : 2
        let rows = (small.height - cascade.height) / step + 1
        let columns = rowsInParallel(rows) { scanner.row($0 * step, width: small.width, step: step) }
        let round = { (v: Float) in (v * factor).rounded(.toNearestOrEven) }
        return columns.enumerated().flatMap { row, columns in
            columns.map { column in
                Box(
                    x: round(Float(column)), y: round(Float(row * step)), width: round(Float(cascade.width)),
                    height: round(Float(cascade.height)))
            }
        }
    }

    private func rowsInParallel(_ count: Int, _ body: @Sendable (Int) -> [Int]) -> [[Int]] {
        let results = RowResults(count: count)
        parallelFor(count, threads: threads, grain: 8) { results.set($0, body($0)) }
        return results.rows
    }
}

/// One place for each row: rows are written by different threads, each its own.
private final class RowResults: @unchecked Sendable {
    // @unchecked: no two threads write one place, and reading begins when all have ended.
    private let places: UnsafeMutableBufferPointer<[Int]>

    init(count: Int) {
        places = .allocate(capacity: count)
        places.initialize(repeating: [])
    }

    deinit {
        places.deinitialize()
        places.deallocate()
    }

    func set(_ row: Int, _ columns: [Int]) { places[row] = columns }

    var rows: [[Int]] { Array(places) }
}

public import FaceCore
internal import Glibc

/// Judges how usable a face is for recognition, from its pixels, its landmarks, its detection and its vector.
///
/// Each measure has a ramp from useless to good; the score is the product of the ramps, and a measure whose ramp is
/// below ``Thresholds/reasonBelow`` is named as a reason. Nothing is dropped here: who reads it decides.
public struct QualityAssessor: Sendable {
    public struct Thresholds: Sendable, Hashable {
        /// Variance of the Laplacian (``ChipMeasures/sharpness``).
        public var sharpness = QualityRamp(bad: 5, good: 60)
        /// Shorter side of the box in pixels of the searched raster.
        public var size = QualityRamp(bad: 12, good: 48)
        /// |yaw| in degrees.
        public var yaw = QualityRamp(bad: 75, good: 30)
        /// |pitch| in degrees.
        public var pitch = QualityRamp(bad: 75, good: 35)
        /// |roll| in degrees: alignment undoes it, only an upside-down detection is suspicious.
        public var roll = QualityRamp(bad: 180, good: 75)
        /// Mean luma below and above which a face is too dark or too bright.
        public var dark = QualityRamp(bad: 15, good: 55)
        public var bright = QualityRamp(bad: 250, good: 215)
        /// Standard deviation of the luma.
        public var contrast = QualityRamp(bad: 5, good: 22)
        /// Share of the box inside the picture.
        public var inside = QualityRamp(bad: 0.4, good: 0.9)
        /// The detector's score.
        public var detector = QualityRamp(bad: 0.2, good: 0.7)
        /// Cosine to the mean of non-faces, less the card's own threshold.
        public var nonFace = QualityRamp(bad: 0.05, good: -0.1)
        public var reasonBelow: Float = 0.5

        public init() {}
    }

    public let thresholds: Thresholds
    private let template: [Point]
    private let nonFaces: ModelCard.NonFaces?

    /// An assessor for the chips and vectors of the embedder of `card`.
    public init(card: ModelCard, thresholds: Thresholds = .init()) throws(LikenessError) {
        template = try card.requireEmbedder().alignment.template
        nonFaces = card.nonFaces
        self.thresholds = thresholds
    }

    /// The quality of one face.
    ///
    /// `raster` is the searched picture and `detection` lies in its pixels; `chip` is what the embedder's aligner cut,
    /// `embedding` its unit-length vector. `fullScale` is the number of pixels of the original for one pixel of
    /// `raster`; it only enters the measure `size`. Without a chip or a vector their measures are left out.
    public func assess(
        raster: Raster, detection: Detection, chip: Raster?, embedding: [Float]?, fullScale: Float = 1
    ) -> Quality {
        var measures: [String: Float] = [:]
        var ramps: [(Quality.Reason, Float)] = []
        judgeDetection(detection, raster, fullScale, &measures, &ramps)
        if let landmarks = detection.landmarks { judgePose(Pose(landmarks), &measures, &ramps) }
        if let chip, let m = try? ChipMeasures(chip: chip, template: template) { judgePixels(m, &measures, &ramps) }
        if let embedding, let nonFaces, nonFaces.vector.count == embedding.count {
            let cosine = zip(embedding, nonFaces.vector).reduce(Float(0)) { $0 + $1.0 * $1.1 }
            measures["nonFace"] = cosine
            ramps.append((.notAFace, thresholds.nonFace(cosine - nonFaces.threshold)))
        }
        return Quality(
            score: ramps.reduce(Float(1)) { $0 * $1.1 },
            reasons: ramps.filter { $0.1 < thresholds.reasonBelow }.sorted { $0.1 < $1.1 }.map(\.0),
            measures: measures)
    }

    private typealias Ramps = [(Quality.Reason, Float)]

    private func judgeDetection(
        _ detection: Detection, _ raster: Raster, _ fullScale: Float, _ measures: inout [String: Float],
        _ ramps: inout Ramps
    ) {
        let box = detection.box
        let side = min(box.width, box.height)
        measures["size"] = side * fullScale
        ramps.append((.tooSmall, thresholds.size(side)))
        measures["detector"] = detection.score
        ramps.append((.lowDetectorScore, thresholds.detector(detection.score)))
        let inside = insideShare(detection, raster)
        measures["inside"] = inside
        ramps.append((.cutOff, thresholds.inside(inside)))
    }

    /// Share of the face inside the picture. Detectors clip their boxes, so that the box is taken from the landmarks
    /// where there are any.
    private func insideShare(_ detection: Detection, _ raster: Raster) -> Float {
        var box = detection.box
        if let landmarks = detection.landmarks, let own = try? DlibFrame.box(for: landmarks) { box = own }
        guard box.area > 0 else { return 0 }
        return box.clipped(width: Float(raster.width), height: Float(raster.height)).area / box.area
    }

    private func judgePose(_ pose: Pose, _ measures: inout [String: Float], _ ramps: inout Ramps) {
        (measures["yaw"], measures["pitch"], measures["roll"]) = (pose.yaw, pose.pitch, pose.roll)
        ramps.append((.profile, thresholds.yaw(abs(pose.yaw)) * thresholds.pitch(abs(pose.pitch))))
        ramps.append((.tilted, thresholds.roll(abs(pose.roll))))
    }

    private func judgePixels(_ m: ChipMeasures, _ measures: inout [String: Float], _ ramps: inout Ramps) {
        measures["sharpness"] = m.sharpness
        measures["brightness"] = m.brightness
        measures["contrast"] = m.contrast
        ramps.append((.blurry, thresholds.sharpness(m.sharpness)))
        ramps.append((.underexposed, thresholds.dark(m.brightness)))
        ramps.append((.overexposed, thresholds.bright(m.brightness)))
        ramps.append((.lowContrast, thresholds.contrast(m.contrast)))
    }
}

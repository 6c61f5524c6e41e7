public import FaceCore
internal import Glibc

/// Judges how usable a face is for recognition, from its pixels, its landmarks, its detection and its vector.
///
/// Each measure has a ramp from useless to good; the score is the product of the ramps, and a measure whose ramp is
/// below ``Thresholds/reasonBelow`` is named as a reason. Nothing is dropped here: who reads it decides.
public struct QualityAssessor: Sendable {
    /// The ramps. Those of size, sharpness, exposure and contrast put 0.5, where a reason is given, at the point where
    /// three quarters of the true-accept rate are left: 560 celeba-112 faces were degraded step by step and compared
    /// with 8 untouched pictures each of the same people (dlib-resnet29-int8, threshold of a false-accept rate of 1e-3,
    /// true-accept rate 0.81 when untouched; below, in parts of that).
    public struct Thresholds: Sendable, Hashable {
        /// Variance of the Laplacian (``ChipMeasures/sharpness``). Gaussian blur: 0.48 at 5, 0.75 at 10, 0.91 at 24,
        /// 0.99 at 74; enlarged small faces: 0.35 at 8, 0.76 at 16, 0.95 at 40. One face in a hundred of LFW and celeba
        /// has less than 40.
        public var sharpness = QualityRamp(bad: 2, good: 20)
        /// Shorter side of the box in pixels of the searched raster: 0.06 at 12, 0.35 at 16, 0.59 at 20, 0.76 at 24,
        /// 0.89 at 32, 0.95 at 40, 0.99 at 56.
        public var size = QualityRamp(bad: 8, good: 40)
        /// |yaw| in degrees (see ``Pose`` for what they are worth). LFW View 1, MTCNN points, all same-person pairs: 6 %
        /// false non-matches below 29, 31 % where one face has 49 or more; leaving out the worst fifth of pairs lowers
        /// them from 8.1 to 6.9 %.
        public var yaw = QualityRamp(bad: 65, good: 35)
        /// |pitch| in degrees; no effect was measurable up to 35 on the same pairs.
        public var pitch = QualityRamp(bad: 75, good: 35)
        /// |roll| in degrees: alignment undoes it, only an upside-down detection is suspicious.
        public var roll = QualityRamp(bad: 180, good: 75)
        /// Mean luma below which a face is too dark: 0.61 at 11, 0.83 at 17, 0.94 at 28, 0.98 at 57 (without the noise
        /// of a dark photograph).
        public var dark = QualityRamp(bad: 4, good: 30)
        /// Mean luma above which it is too bright: 0.84 at 208 with a third of the pixels clipped, 0.90 at 228, 0.63 at
        /// 239.
        public var bright = QualityRamp(bad: 250, good: 205)
        /// Standard deviation of the luma: 0.61 at 3.2, 0.83 at 4.7, 0.94 at 7.8, 0.98 at 15.6.
        public var contrast = QualityRamp(bad: 1, good: 9)
        /// Share of the box inside the picture: chosen, not measured.
        public var inside = QualityRamp(bad: 0.4, good: 0.9)
        /// The detector's score. On LFW one face in a thousand has less than 0.95 (MTCNN).
        public var detector = QualityRamp(bad: 0.2, good: 0.7)
        /// A ramp below this is given as a reason.
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
            // 1 where no face is suspicious, 0.5 at the card's threshold
            let bad = 2 * nonFaces.threshold - nonFaces.clear
            ramps.append((.notAFace, QualityRamp(bad: bad, good: nonFaces.clear)(cosine)))
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

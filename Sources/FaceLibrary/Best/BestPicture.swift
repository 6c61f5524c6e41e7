public import FaceCore
public import FaceVision
internal import Glibc

/// How good a picture of a person a face is: what is shown as the avatar, unless the person chose one.
///
/// A weighted geometric mean of terms in 0…1, so that one bad term cannot be bought off by the others: a sharp, large face
/// in profile is no portrait. Terms ask for more than recognition does (``FaceVision/QualityAssessor``): a face may
/// be recognised well and be a poor picture.
public struct BestPicture: Sendable, Hashable {
    /// What a term looks at.
    public enum Term: String, Sendable, Hashable, Codable, CaseIterable {
        /// Variance of the Laplacian of the 112-pixel face, from 15 to 250 by its logarithm: twice as sharp counts the same
        /// everywhere.
        case sharpness
        /// Shorter side of the face in pixels of the photo, from 32 to 256 by its logarithm: an avatar is shown at 224.
        case size
        /// Yaw and pitch from the five landmarks: full within 15°, nothing left at 55°.
        case pose
        /// Mean and spread of the light, and how much is lost in black and white.
        case exposure
        /// Eyes level within 8°; nothing left at 60°.
        case level
        /// The detector's score, from 0.5 to 0.95: hands, glasses and hair before the face lower it.
        case detector
        /// The face wholly in the picture.
        case whole
        /// A learned score in 0…1, where there is one.
        case learned
    }

    /// Shares of the terms, which add to 1 without the learned one. Sharpness and pose decide between usable pictures, size
    /// and exposure remove the unusable; chosen so that of real photos each spoiled copy loses (see the tests), not fitted.
    public static let weights: [Term: Float] = [
        .sharpness: 0.24, .pose: 0.24, .size: 0.18, .exposure: 0.16, .whole: 0.07, .detector: 0.06, .level: 0.05,
    ]
    /// The share of a learned score; the others keep the rest.
    public static let learnedWeight: Float = 0.3

    /// In 0…1.
    public let score: Float
    public let terms: [Term: Float]

    /// The score of a face from its quality measures (``FaceVision/QualityAssessor``), its upright crop, and a learned
    /// score in 0…1 where there is one.
    ///
    /// A measure that is missing counts as middling (0.5), so that faces of one person stay comparable. `landmarks` are
    /// used where the measures have no pose.
    public init(quality: Quality, landmarks: Landmarks? = nil, crop: Raster? = nil, learned: Float? = nil) {
        let m = quality.measures
        let pose = landmarks.map(Pose.init)
        var terms: [Term: Float] = [:]
        func set(_ term: Term, _ value: Float?) {
            // a floor keeps the order among faces of which each has one hopeless term
            terms[term] = value.map { $0.isFinite ? max(0.02, min(1, $0)) : 0.02 } ?? 0.5
        }
        set(.sharpness, m["sharpness"].map { Self.logarithmic($0, 15, 250) })
        set(.size, m["size"].map { Self.logarithmic($0, 32, 256) })
        let turn = QualityRamp(bad: 55, good: 15)
        if let yaw = m["yaw"] ?? pose?.yaw, let pitch = m["pitch"] ?? pose?.pitch {
            set(.pose, turn(abs(yaw)) * turn(abs(pitch)))
        } else {
            set(.pose, nil)
        }
        set(.level, (m["roll"] ?? pose?.roll).map { QualityRamp(bad: 60, good: 8)(abs($0)) })
        set(.exposure, Self.exposure(m, crop))
        set(.detector, m["detector"].map { QualityRamp(bad: 0.5, good: 0.95)($0) })
        set(.whole, m["inside"].map { QualityRamp(bad: 0.6, good: 0.98)($0) })
        var sum = Self.weights.reduce(Float(0)) { $0 + $1.value * log(terms[$1.key] ?? 0.5) }
        if let learned {
            set(.learned, learned)
            sum = (1 - Self.learnedWeight) * sum + Self.learnedWeight * log(terms[.learned] ?? 0.5)
        }
        score = exp(sum)
        self.terms = terms
    }

    /// The places of these faces, the best picture first; ties go to the first.
    public static func order(_ faces: [BestPicture]) -> [Int] {
        faces.indices.sorted { (-faces[$0].score, $0) < (-faces[$1].score, $1) }
    }

    // MARK: terms

    /// 0 at `bad` and below, 1 at `good` and beyond, linear in the logarithm between.
    private static func logarithmic(_ x: Float, _ bad: Float, _ good: Float) -> Float {
        x > bad ? min(1, log(x / bad) / log(good / bad)) : 0
    }

    private static func exposure(_ m: [String: Float], _ crop: Raster?) -> Float? {
        let light = crop.map(Light.init)
        guard let mean = m["brightness"] ?? light?.mean else { return nil }
        var value = QualityRamp(bad: 20, good: 85)(mean) * QualityRamp(bad: 240, good: 190)(mean)
        if let spread = m["contrast"] ?? light?.deviation { value *= QualityRamp(bad: 6, good: 28)(spread) }
        if let light { value *= QualityRamp(bad: 0.5, good: 0.08)(light.lost) }
        return value
    }

    /// The light of the middle of a crop, where the face is.
    private struct Light {
        var mean: Float = 0
        var deviation: Float = 0
        /// The share of nearly black and nearly white pixels.
        var lost: Float = 0

        init(_ crop: Raster) {
            let (left, right) = (crop.width / 4, crop.width - crop.width / 4)
            let (top, bottom) = (crop.height / 4, crop.height - crop.height / 4)
            var (sum, squares, clipped, count) = (Float(0), Float(0), Float(0), Float(0))
            crop.pixels.withUnsafeBufferPointer { p in
                for y in top..<bottom {
                    for x in left..<right {
                        let i = (y * crop.width + x) * 3
                        // Rec. 601
                        let luma = 0.299 * Float(p[i]) + 0.587 * Float(p[i + 1]) + 0.114 * Float(p[i + 2])
                        sum += luma
                        squares += luma * luma
                        clipped += luma <= 10 || luma >= 245 ? 1 : 0
                        count += 1
                    }
                }
            }
            guard count > 0 else { return }
            mean = sum / count
            deviation = max(0, squares / count - mean * mean).squareRoot()
            lost = clipped / count
        }
    }
}

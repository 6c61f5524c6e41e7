public import FaceCore
internal import FoundationEssentials

/// What is known of a model: where it comes from, under which terms, how it is fed and how its output is read.
///
/// Cards are JSON files (schema 1); those of the models that likeness knows are compiled in, a person adds others.
public struct ModelCard: Sendable, Codable, Identifiable {
    public enum Task: String, Sendable, Codable {
        case faceDetection = "face-detection"
        /// A network that works only inside a cascade (MTCNN's P-, R- and O-Net).
        case faceDetectionStage = "face-detection-stage"
        case faceLandmarks = "face-landmarks"
        case faceEmbedding = "face-embedding"
    }

    /// Terms as the publisher states them. Mandatory: a model without known terms is not loaded.
    public struct Licence: Sendable, Codable {
        public var code: String
        public var weights: String
        /// Whether the publisher's terms for the weights permit commercial use; only such a model is ever a default.
        public var productDefaultAllowed: Bool
    }

    /// value = (pixel − mean) · scale, channels in the order of `colour`.
    public struct Input: Sendable, Codable {
        public enum Colour: String, Sendable, Codable {
            case rgb = "RGB"
            case bgr = "BGR"
        }
        public var name: String
        public var colour: Colour
        public var mean: [Float]
        public var scale: [Float]
        /// Batch first; free where the file takes any extent.
        public var shape: [Dimension]?
    }

    /// One extent of a tensor: a number, or the letter of a free one.
    public enum Dimension: Sendable, Hashable, Codable {
        case fixed(Int)
        case free(String)

        public init(from decoder: any Decoder) throws {
            let c = try decoder.singleValueContainer()
            if let n = try? c.decode(Int.self) { self = .fixed(n) } else { self = .free(try c.decode(String.self)) }
        }

        public func encode(to encoder: any Encoder) throws {
            var c = encoder.singleValueContainer()
            switch self {
            case .fixed(let n): try c.encode(n)
            case .free(let letter): try c.encode(letter)
            }
        }
    }

    /// An output by the name in the file; the kind of decoding says which place in the list means what.
    public struct Output: Sendable, Codable {
        public var name: String
    }

    public struct Alignment: Sendable, Codable {
        /// Where the five landmarks lie in the chip, in pixels.
        public var template: [Point]
        /// Side of the square chip in pixels.
        public var size: Int
        /// The same for the points of dlib's own predictor, where the model was trained with them.
        public var templateForDlib5Points: [Point]?
        /// The template for one detector's points by its id, where that detector sets its points systematically
        /// elsewhere than those that `template` was fitted to. All of them cut the same chip.
        public var templateForDetector: [String: [Point]]?
    }

    public struct Embedding: Sendable, Codable {
        public var dimension: Int
        public var normalise: String
        public var compare: String
    }

    /// A known input and the vector that it must give: a damaged file, another network under the same name or a broken
    /// arithmetic library is found out when the model is loaded.
    public struct SelfTest: Sendable, Codable {
        /// The recipe of the chip: `blocks`, see ``SelfTestPattern``.
        public var pattern: String
        public var seed: UInt64
        /// The unit-length vector of that chip, without averaging.
        public var vector: [Float]
        /// The largest difference of a component that is still right on another machine.
        public var tolerance: Float
    }

    /// What an embedder makes of pictures without a face: they gather in one direction of its sphere.
    public struct NonFaces: Sendable, Codable {
        /// The unit-length mean embedding of non-faces.
        public var vector: [Float]
        /// Cosine to it above which a chip is taken for no face.
        public var threshold: Float
        /// Cosine to it below which a chip is not suspicious at all.
        public var clear: Float
        /// What the vector was made of, and how the cosines were chosen.
        public var source: String
    }

    public struct Decode: Sendable, Codable {
        public var kind: String
        public var strides: [Int]?
        public var anchorsPerCell: Int?
        public var scoreThreshold: Float
        public var nmsIoU: Float
        /// Detectors of any size: pixels of the picture's long side when it is searched, unless a smallest face is asked.
        public var longSide: Int?
        /// Shorter side in pixels, as the network sees it, of the smallest face that it finds reliably.
        public var smallestFace: Float?
        /// How a picture is fitted into a network of fixed size: `letterbox` (unless stated), or `stretch`.
        public var fit: String?
        /// Pictures in one run of the network where its batch is free; 1 unless stated, which is cheapest on a CPU (YuNet
        /// with three requests in flight: 9.5 ms of processor time a picture, 10.9 in batches of 2, 12.7 of 8).
        public var batch: Int?
    }

    public var schema: Int
    public var id: String
    public var version: String
    public var task: Task
    /// The name of the weights' file in the catalogue's folder.
    public var file: String
    public var sha256: String
    public var bytes: Int
    public var licence: Licence
    public var source: String
    /// Where the publisher offers the file itself, if anywhere.
    public var download: String?
    /// Whether `scripts/bootstrap` makes or fetches it.
    public var placedByBootstrap: Bool?
    public var input: Input?
    public var outputs: [Output]?
    public var alignment: Alignment?
    public var embedding: Embedding?
    public var decode: Decode?
    public var selfTest: SelfTest?
    /// Similarity → probability of this embedder; see ``FaceCore/Calibration``.
    public var calibration: Calibration?
    public var nonFaces: NonFaces?
    public var notes: [String]?
}

extension ModelCard {
    /// Reads a card; throws `model-card` with what is wrong when it is not one, is of another schema or states no
    /// licence.
    public init(json: some Sequence<UInt8>, subject: String) throws(LikenessError) {
        do { self = try JSONDecoder().decode(Self.self, from: Data(json)) } catch {
            throw LikenessError(.modelCard, subject: subject, "is not a model card: \(DecodingError.words(error))")
        }
        guard schema == 1 else {
            throw LikenessError(
                .modelCard, subject: subject, "has the schema \(schema), not 1", remedy: "use a newer likeness")
        }
        guard !licence.weights.isEmpty, !licence.code.isEmpty else {
            throw LikenessError(.modelCard, subject: subject, "states no licence for the weights of \(id)")
        }
    }
}

extension LikenessError.Code {
    /// A model card that cannot be read or lacks what its task needs.
    public static let modelCard = Self("model-card", exitStatus: 65)
    /// The network gave another vector for its self-test input than the card states.
    public static let selfTestFailed = Self("self-test-failed", exitStatus: 65)
}

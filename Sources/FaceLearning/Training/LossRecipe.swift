/// Which loss a run minimises, by the names of the field, with the published values where none are given.
public struct LossRecipe: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case softmax
        case softmaxWithoutBias = "softmax-no-bias"
        case labelSmoothing = "label-smoothing"
        case deepID2 = "deepid2"
        case contrastive
        case triplet
        case center
        case lSoftmax = "l-softmax"
        case aSoftmax = "a-softmax"
        case normFace = "normface"
        case cContrastive = "c-contrastive"
        case cTriplet = "c-triplet"
        case cosFace = "cosface"
        case arcFace = "arcface"
        case combined
        case adaCos = "adacos"
        case adaCosFixed = "adacos-fixed"
        case intra
        case inter
        case positiveScale = "positive-scale"
        case curricularFace = "curricularface"
        case magFace = "magface"
        case adaFace = "adaface"
        case elasticArc = "elastic-arc"
        case elasticCos = "elastic-cos"
        case subCentreArcFace = "subcenter-arcface"
        case circle
        case circlePairs = "circle-pairs"
        case supCon = "supcon"

        /// Whether it needs batches that hold several pictures of an identity.
        public var needsPairs: Bool {
            switch self {
            case .contrastive, .triplet, .deepID2, .circlePairs, .supCon: true
            default: false
            }
        }
        /// Whether it has class weights.
        public var hasClasses: Bool {
            switch self {
            case .contrastive, .triplet, .circlePairs, .supCon: false
            default: true
            }
        }
    }

    public var kind: Kind
    public var scale: Double?
    /// Angles in radians, cosines and distances as they are.
    public var margin: Double?
    /// m₁, m₂, m₃ of `combined`.
    public var margins: [Double]?
    /// λ of center loss and DeepID2, α of intra, the weight of a term beside the softmax.
    public var weight: Double?
    /// ε of label smoothing.
    public var smoothing: Double?
    /// Behaviour of ArcFace beyond π − m: `exact`, `easy`, `linear_tail`, `straight_through`.
    public var variant: String?
    /// `all`, `semi_hard_all`, `semi_hard_one`, `hard`.
    public var selection: String?
    /// log(1 + eˣ) in the place of the triplet's margin.
    public var soft: Bool?
    /// `distance` or `squared` of contrastive losses.
    public var form: String?
    /// Centres of a class.
    public var centres: Int?
    /// Whether NormFace learns its scale.
    public var learnedScale: Bool?
    /// τ.
    public var temperature: Double?

    public init(_ kind: Kind) { self.kind = kind }

    public init(from decoder: any Decoder) throws {
        kind = .softmax
        let fields = try PartialFields(decoder, like: self)
        try fields.read("kind", into: &kind)
        try fields.read("scale", into: &scale)
        try fields.read("margin", into: &margin)
        try fields.read("margins", into: &margins)
        try fields.read("weight", into: &weight)
        try fields.read("smoothing", into: &smoothing)
        try fields.read("variant", into: &variant)
        try fields.read("selection", into: &selection)
        try fields.read("soft", into: &soft)
        try fields.read("form", into: &form)
        try fields.read("centres", into: &centres)
        try fields.read("learnedScale", into: &learnedScale)
        try fields.read("temperature", into: &temperature)
    }
}

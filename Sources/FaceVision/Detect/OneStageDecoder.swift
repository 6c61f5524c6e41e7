internal import FaceCore

/// Reads candidates from the outputs of a one-stage network, in pixels of its input.
protocol OneStageDecoder: Sendable {
    /// Outputs, in the order that the card lists them.
    var outputCount: Int { get }
    /// Values that one picture has in each output, for an input of `width`×`height`.
    func counts(width: Int, height: Int) -> [Int]
    /// Candidates of picture `item` of the batch with a score of at least `threshold`, before suppression.
    func candidates(
        _ outputs: [UnsafeBufferPointer<Float>], item: Int, width: Int, height: Int, threshold: Float
    ) -> [Detection]
}

/// The decoder of the card's kind; throws `file-format` for an unknown one.
func oneStageDecoder(_ card: ModelCard) throws(LikenessError) -> any OneStageDecoder {
    let strides = card.decode?.strides ?? []
    let kind = card.decode?.kind ?? ""
    let needsStrides = kind != "direct"
    guard !needsStrides || (!strides.isEmpty && strides.allSatisfy { $0 > 0 && 32 % $0 == 0 }) else {
        throw LikenessError(.fileFormat, subject: card.id, "strides \(strides) do not divide 32")
    }
    switch kind {
    case "yunet": return YuNetDecoder(strides: strides)
    case "scrfd": return SCRFDDecoder(strides: strides, anchors: max(1, card.decode?.anchorsPerCell ?? 2))
    case "direct": return try UltraFaceDecoder(card)
    default:
        throw LikenessError(
            .fileFormat, subject: card.id, "decoding of kind “\(kind)” is not known",
            remedy: "known are yunet, scrfd and direct")
    }
}

extension Detection {
    /// A candidate, unless one of its numbers is not finite or it has no extent.
    init?(left: Float, top: Float, right: Float, bottom: Float, points: [Point]?, score: Float) {
        let sum = left + top + right + bottom + (points?.reduce(0) { $0 + $1.x + $1.y } ?? 0)
        guard sum.isFinite, right > left, bottom > top else { return nil }
        self.init(
            box: Box(left: left, top: top, right: right, bottom: bottom), landmarks: points.map { Landmarks($0) },
            score: score)
    }
}

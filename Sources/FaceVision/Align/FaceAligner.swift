public import FaceCore

/// Cuts the upright, scaled square chip of a face that an embedder was trained on.
public struct FaceAligner: Sendable {
    /// Where the points lie in the chip, in pixels: the five landmarks, or those of ``predictor``.
    public let template: [Point]
    /// Side of the square chip in pixels.
    public let size: Int
    /// What is drawn where the chip reaches outside the picture.
    public let fill: Raster.Fill
    /// Finds the points that the template is for; nil when they are the five landmarks themselves.
    public let predictor: LandmarkPredictor?

    static let templateName = "landmarks"
    /// Which points the chip is cut by, for the name of a space.
    var name: String { predictor == nil ? Self.templateName : "dlib's five points" }

    /// Throws `bad-data` unless the template has five finite points that differ and the size is 16…1024.
    public init(
        template: [Point], size: Int, fill: Raster.Fill = .black, predictor: LandmarkPredictor? = nil
    ) throws(LikenessError) {
        guard (16...1024).contains(size) else {
            throw LikenessError(.badData, "a chip of \(size) pixels is outside 16…1024")
        }
        guard template.count == 5, SimilarityTransform(from: template, to: template) != nil else {
            throw LikenessError(.badData, "an alignment template needs five different points")
        }
        guard predictor?.pointCount ?? 5 == 5 else {
            throw LikenessError(.badData, "a predictor of other than five points cannot align")
        }
        self.template = template
        self.size = size
        self.fill = fill
        self.predictor = predictor
    }

    /// The aligner that a card asks for.
    init(_ card: ModelCard.Alignment, detector: String?, predictor: LandmarkPredictor?) throws(LikenessError) {
        var template = detector.flatMap { card.templateForDetector?[$0] } ?? card.template
        if predictor != nil {
            guard let own = card.templateForDlib5Points else {
                throw LikenessError(.modelCard, "the card has no template for dlib's five points")
            }
            template = own.map { DlibFrame.chip($0, size: card.size) }
        }
        try self.init(template: template, size: card.size, predictor: predictor)
    }

    /// The aligner for the chips of the embedder of `card`, fed with the points of `detector` (its catalogue id).
    public init(card: ModelCard, detector: String?) throws(LikenessError) {
        try self.init(try card.requireEmbedder().alignment, detector: detector, predictor: nil)
    }

    /// The map from the chip to the picture; throws `bad-data` when the landmarks do not determine one.
    public func transform(for landmarks: Landmarks, in raster: Raster) throws(LikenessError) -> SimilarityTransform {
        var points = landmarks.points
        if let predictor { points = try predictor.points(in: raster, box: try DlibFrame.box(for: landmarks)) }
        guard let t = SimilarityTransform(from: template, to: points) else {
            throw LikenessError(.badData, "the five landmarks of a face are one point or not finite")
        }
        return t
    }

    /// The chip of a face with these landmarks in pixels of `raster`.
    public func chip(from raster: Raster, landmarks: Landmarks) throws(LikenessError) -> Raster {
        try chip(from: raster, landmarks: landmarks, jitter: .identity)
    }

    /// The chip seen through a small change `jitter` of the chip's own frame.
    package func chip(
        from raster: Raster, landmarks: Landmarks, jitter: SimilarityTransform
    ) throws(LikenessError) -> Raster {
        let t = jitter.followed(by: try transform(for: landmarks, in: raster))
        return try raster.warped(by: t, width: size, height: size, outside: fill)
    }
}

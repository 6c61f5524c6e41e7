public import FaceCore
public import FaceVision

/// Random changes of a training chip. Every draw depends on (seed, epoch, item) alone, not on the order of work.
public struct ChipAugmentation: Sendable, Hashable, Codable {
    /// Probability of each change; the published recipes of ArcFace, CosFace and SphereFace only flip.
    public var flip = 0.5
    /// A window of `cropScale` of the area, filled with black outside (AdaFace; not rescaled).
    public var crop = 0.0
    public var cropScale = [0.2, 1.0]
    /// Down to a share of the side and up again.
    public var lowResolution = 0.0
    public var resolutionScale = [0.2, 1.0]
    /// Brightness, contrast and saturation, each within ± this amount.
    public var colour = 0.0
    public var colourAmount = 0.5
    public var grey = 0.0
    /// Gaussian, σ in pixels.
    public var blur = 0.0
    public var blurDeviation = [0.2, 2.0]
    /// Really encoded and decoded.
    public var jpeg = 0.0
    public var jpegQuality = [30.0, 90.0]
    /// A square of this side at a uniform centre, cut at the border, filled with the value that becomes 0.
    public var cutout = 0.0
    public var cutoutSide = [16.0, 48.0]
    /// Polygons tied to the landmarks, see ``TemplateMask``.
    public var mask = 0.0

    public init() {}

    public init(from decoder: any Decoder) throws {
        let fields = try PartialFields(decoder, like: self)
        try fields.read("flip", into: &flip)
        try fields.read("crop", into: &crop)
        try fields.read("cropScale", into: &cropScale)
        try fields.read("lowResolution", into: &lowResolution)
        try fields.read("resolutionScale", into: &resolutionScale)
        try fields.read("colour", into: &colour)
        try fields.read("colourAmount", into: &colourAmount)
        try fields.read("grey", into: &grey)
        try fields.read("blur", into: &blur)
        try fields.read("blurDeviation", into: &blurDeviation)
        try fields.read("jpeg", into: &jpeg)
        try fields.read("jpegQuality", into: &jpegQuality)
        try fields.read("cutout", into: &cutout)
        try fields.read("cutoutSide", into: &cutoutSide)
        try fields.read("mask", into: &mask)
    }

    /// Throws `usage` for shares and ranges that make no sense.
    public func check() throws(LikenessError) {
        let shares = [flip, crop, lowResolution, colour, grey, blur, jpeg, cutout, mask, colourAmount]
        let ranges = [cropScale, resolutionScale, blurDeviation, jpegQuality, cutoutSide]
        guard shares.allSatisfy({ (0...1).contains($0) }),
            ranges.allSatisfy({ $0.count == 2 && $0[0] > 0 && $0[0] <= $0[1] }), cropScale[1] <= 1,
            resolutionScale[1] <= 1
        else {
            throw LikenessError(
                .usage, subject: "augmentation", "shares must lie in 0…1, ranges must be two rising numbers above 0")
        }
    }

    /// The changed chip. `template`: where the landmarks lie in it, for masks.
    public func callAsFunction(
        _ chip: Raster, template: Landmarks, seed: UInt64, epoch: Int, item: Int
    ) throws(LikenessError) -> Raster {
        var random = SeededRandom(
            seed: seed ^ UInt64(epoch) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(item) &* 0xD1B5_4A32_D192_ED03)
        _ = random.next()
        var out = chip
        func happens(_ share: Double) -> Bool { random.unit() < share }
        func within(_ range: [Double]) -> Double { range[0] + (range[1] - range[0]) * random.unit() }
        if happens(flip) { out = out.mirrored() }
        if happens(crop) { out = out.windowed(area: within(cropScale), ratio: within([0.75, 4.0 / 3]), &random) }
        if happens(lowResolution) {
            let side = max(2, Int(Double(out.width) * within(resolutionScale)))
            let height = max(2, side * out.height / out.width)
            out = out.resized(width: side, height: height).resized(width: out.width, height: out.height)
        }
        if happens(colour) {
            let amount = [-colourAmount, colourAmount]
            out = out.recoloured(
                brightness: 1 + within(amount), contrast: 1 + within(amount), saturation: 1 + within(amount))
        }
        if happens(grey) { out = out.recoloured(brightness: 1, contrast: 1, saturation: 0) }
        if happens(blur) { out = out.blurred(deviation: within(blurDeviation)) }
        if happens(jpeg) {
            let bytes = try RasterEncoder.encode(out, as: .jpeg(quality: Int(within(jpegQuality))))
            out = try PhotoDecoder(.init(workingSize: 0)).decode(bytes: bytes, name: "augmentation").raster
        }
        if happens(mask) { out = TemplateMask.random(&random).applied(to: out, landmarks: template, &random) }
        if happens(cutout) {
            let side = Float(within(cutoutSide))
            let centre = Point(Float(random.unit()) * Float(out.width), Float(random.unit()) * Float(out.height))
            out.fill(Box(x: centre.x - side / 2, y: centre.y - side / 2, width: side, height: side), (128, 128, 128))
        }
        return out
    }
}

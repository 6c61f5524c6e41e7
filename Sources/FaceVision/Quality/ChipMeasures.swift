internal import CKernels
public import FaceCore

/// What the pixels of a face say about its picture, measured in one standard frame for all embedders.
public struct ChipMeasures: Sendable, Hashable {
    /// Variance of the Laplacian of the luma (Pech-Pacheco et al. 2000), over 0…255.
    public var sharpness: Float
    /// Mean and standard deviation of the luma, 0…255.
    public var brightness: Float
    public var contrast: Float
    /// Share of nearly black (≤ 10) and nearly white (≥ 245) pixels.
    public var dark: Float
    public var bright: Float

    /// Measures the part between the brows and the chin after carrying the chip into the 112-pixel frame: the figures
    /// mean the same for chips of any embedder. `template` holds the landmarks' places in the chip.
    public init(chip: Raster, template: [Point]) throws(LikenessError) {
        guard let map = SimilarityTransform(from: DlibFrame.template112, to: template) else {
            throw LikenessError(.badData, "an alignment template needs five different points")
        }
        // x 24…88, y 36…104 of the 112-pixel frame
        let shift = SimilarityTransform(a: 1, b: 0, c: 24, d: 36)
        let face = try chip.warped(by: shift.followed(by: map), width: 64, height: 68, outside: .edge)
        var m = ck_chip_measures()
        face.pixels.withUnsafeBufferPointer { ck_measure_chip($0.baseAddress, 64, 0, 0, 64, 68, &m) }
        sharpness = Float(m.laplacian_variance)
        brightness = Float(m.mean)
        contrast = Float(m.deviation)
        dark = Float(m.dark)
        bright = Float(m.bright)
    }
}

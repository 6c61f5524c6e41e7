internal import FaceCore

/// Writes pictures into the input of a one-stage network: shrunk, at the top left, padded with black, normalised, planar.
struct OneStageInput: Sendable {
    private let format: PlanarFormat

    init(_ id: String, _ input: ModelCard.Input) throws(LikenessError) {
        guard input.mean.count == 3, input.scale.count == 3 else {
            throw LikenessError(.fileFormat, subject: id, "mean and scale have one value for each of three channels")
        }
        format = PlanarFormat(
            mean: SIMD3(input.mean), scale: SIMD3(input.scale), isBGR: input.colour == .bgr)
    }

    func fill(_ planes: UnsafeMutableBufferPointer<Float>, with picture: Raster, at place: OneStagePlacement) {
        precondition(
            planes.count == 3 * place.width * place.height, "the input does not have the size of the placement")
        picture.writePadded(
            width: place.pictureWidth, height: place.pictureHeight,
            into: PlanarTarget(start: planes.baseAddress!, width: place.width, height: place.height), format: format)
    }
}

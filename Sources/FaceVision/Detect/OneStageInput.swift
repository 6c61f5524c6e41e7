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
        let plane = place.width * place.height
        precondition(planes.count == 3 * plane, "the input does not have the size of the placement")
        for c in 0..<3 {
            for y in 0..<place.height {
                let from = y < place.pictureHeight ? place.pictureWidth : 0
                let row = planes.baseAddress! + c * plane + y * place.width
                (row + from).update(repeating: -format.mean[c] * format.scale[c], count: place.width - from)
            }
        }
        picture.writePlanar(
            into: PlanarTarget(
                start: planes.baseAddress!, width: place.pictureWidth, height: place.pictureHeight,
                rowStride: place.width, planeStride: plane),
            format: format)
    }
}

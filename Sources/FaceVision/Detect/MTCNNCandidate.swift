package import FaceCore

/// A box on its way through the cascade.
package struct MTCNNCandidate: Sendable, Hashable {
    /// Which picture of the batch.
    package var picture: Int
    /// In pixels of the picture; may reach outside of it.
    package var box: Box
    package var score: Float
    /// What the network that gave the score adds to left, top, right and bottom, in widths and heights of the box.
    package var offset: SIMD4<Float>
    /// O-Net's points.
    package var landmarks: Landmarks?

    package init(picture: Int, box: Box, score: Float, offset: SIMD4<Float>, landmarks: Landmarks? = nil) {
        self.picture = picture
        self.box = box
        self.score = score
        self.offset = offset
        self.landmarks = landmarks
    }

    /// The box moved as the network says.
    var calibrated: Box {
        Box(
            left: box.x + offset.x * box.width, top: box.y + offset.y * box.height,
            right: box.right + offset.z * box.width, bottom: box.bottom + offset.w * box.height)
    }

    /// The candidates whose boxes stay, best score first.
    static func suppress(
        _ candidates: [MTCNNCandidate], overlap: Float, measure: NonMaximumSuppression.Measure = .union
    ) -> [MTCNNCandidate] {
        NonMaximumSuppression.keep(
            candidates.map(\.box), scores: candidates.map(\.score), overlap: overlap, measure: measure
        ).map { candidates[$0] }
    }
}

extension Box {
    /// The square around the same centre with the longer side.
    var squared: Box {
        let side = max(width, height)
        return Box(x: x + (width - side) / 2, y: y + (height - side) / 2, width: side, height: side)
    }

    var isFinite: Bool { x.isFinite && y.isFinite && width.isFinite && height.isFinite }
}

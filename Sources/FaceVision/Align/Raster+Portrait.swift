package import FaceCore

extension Raster {
    /// A square picture of a face with some hair and chin around it, `side` pixels wide; grey outside the picture.
    package func portrait(of box: Box, side: Int, margin: Float = 1.5) throws(LikenessError) -> Raster {
        let extent = max(max(box.width, box.height) * margin, 1)
        let scale = Double(extent) / Double(side)
        let centre = box.centre
        let toPicture = SimilarityTransform(
            a: scale, b: 0, c: Double(centre.x - extent / 2), d: Double(centre.y - extent / 2))
        return try warped(by: toPicture, width: side, height: side, outside: .edge)
    }
}

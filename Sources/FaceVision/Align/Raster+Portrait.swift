package import FaceCore

extension Raster {
    /// A square picture of a face with some hair and chin around it, `side` pixels wide.
    ///
    /// It is moved into the picture where the face is near the edge, and smaller where the picture is; only where the face
    /// itself is larger than the picture, the edge of that is repeated.
    package func portrait(of box: Box, side: Int, margin: Float = 1.5) throws(LikenessError) -> Raster {
        let face = max(box.width, box.height)
        let extent = max(face, min(face * margin, Float(min(width, height))), 1)
        let scale = Double(extent) / Double(side)
        let inside = { (c: Float, length: Int) in
            Float(length) < extent ? c : min(max(c, extent / 2), Float(length) - extent / 2)
        }
        let centre = Point(inside(box.centre.x, width), inside(box.centre.y, height))
        let toPicture = SimilarityTransform(
            a: scale, b: 0, c: Double(centre.x - extent / 2), d: Double(centre.y - extent / 2))
        return try warped(by: toPicture, width: side, height: side, outside: .edge)
    }
}

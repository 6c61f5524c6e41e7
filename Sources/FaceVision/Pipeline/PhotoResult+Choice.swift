import FaceCore

extension PhotoResult {
    /// The face with the largest box.
    public var largest: FoundFace? { faces.max { $0.face.box.area < $1.face.box.area } }

    /// The face nearest the centre of the photo, as LFW's protocol asks; empty when there is none.
    public var central: [FoundFace] {
        let middle = Point(Float(width) / 2, Float(height) / 2)
        let distance = { (f: FoundFace) in
            let d = f.face.box.centre - middle
            return d.x * d.x + d.y * d.y
        }
        return faces.min { distance($0) < distance($1) }.map { [$0] } ?? []
    }
}

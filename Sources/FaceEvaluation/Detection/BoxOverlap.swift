internal import FaceCore

/// Intersection over union in double precision; `plusOne` takes edges as whole pixels that belong to the box.
func boxOverlap(_ a: Box, _ b: Box, plusOne: Bool) -> Double {
    let e = plusOne ? 1.0 : 0
    let (aw, ah, bw, bh) = (Double(a.width), Double(a.height), Double(b.width), Double(b.height))
    let (ax, ay, bx, by) = (Double(a.x), Double(a.y), Double(b.x), Double(b.y))
    let w = min(ax + aw, bx + bw) - max(ax, bx) + e
    let h = min(ay + ah, by + bh) - max(ay, by) + e
    guard w > 0, h > 0 else { return 0 }
    let union = (aw + e) * (ah + e) + (bw + e) * (bh + e) - w * h
    return union > 0 ? w * h / union : 0
}

/// The face that a detection overlaps most, the first of equals; nil when there is none.
func bestFace(_ detection: Box, _ faces: some Sequence<Box>, plusOne: Bool) -> (index: Int, overlap: Double)? {
    var best: (index: Int, overlap: Double)?
    for (k, face) in faces.enumerated() {
        let overlap = boxOverlap(detection, face, plusOne: plusOne)
        if overlap > best?.overlap ?? -1 { best = (k, overlap) }
    }
    return best
}

/// Area under the monotone envelope of a precision–recall curve (PASCAL VOC 2010 and later).
///
/// `recall` does not fall; a point without detections has precision 0.
func areaUnderEnvelope(recall: [Double], precision: [Double]) -> Double {
    var area = 0.0
    var highest = 0.0
    for k in recall.indices.reversed() {
        highest = max(highest, precision[k])
        area += (recall[k] - (k > 0 ? recall[k - 1] : 0)) * highest
    }
    return area
}

import FaceCore

/// Which faces that were known are which that were found again.
package enum FaceCarryOver {
    /// Pairs of (known, found) whose boxes overlap by more than half (intersection over union), the largest overlap first,
    /// each once. Boxes are x, y, width, height. O(known · found).
    package static func matches(known: [[Double]], found: [[Double]]) -> [(known: Int, found: Int)] {
        var pairs: [(overlap: Float, known: Int, found: Int)] = []
        for (i, a) in known.enumerated() {
            for (j, b) in found.enumerated() {
                let overlap = box(a).overlap(box(b))
                if overlap > 0.5 { pairs.append((overlap, i, j)) }
            }
        }
        pairs.sort { ($1.overlap, $0.known, $0.found) < ($0.overlap, $1.known, $1.found) }
        var (usedKnown, usedFound): (Set<Int>, Set<Int>) = ([], [])
        return pairs.compactMap { pair in
            guard !usedKnown.contains(pair.known), !usedFound.contains(pair.found) else { return nil }
            usedKnown.insert(pair.known)
            usedFound.insert(pair.found)
            return (pair.known, pair.found)
        }
    }

    private static func box(_ b: [Double]) -> Box {
        Box(x: Float(b[0]), y: Float(b[1]), width: Float(b[2]), height: Float(b[3]))
    }

    /// The id of a face: the photo's bytes, the detector, and the box in thousandths of the photo.
    package static func id(photo sha: String, detector: String, box: [Double]) -> String {
        let text = box.map { "\(Int(($0 * 1000).rounded()))" }.joined(separator: ",")
        return Identifier.derived("fac", from: sha, detector, text)
    }
}

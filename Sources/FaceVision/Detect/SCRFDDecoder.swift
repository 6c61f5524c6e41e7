internal import FaceCore

/// SCRFD (Guo et al. 2021): anchors at the top left of each cell, sides and points as distances in strides.
///
/// Outputs: score, box and points, each for all strides in turn; batches of one.
struct SCRFDDecoder: OneStageDecoder {
    let strides: [Int]
    /// Anchors of one cell, adjacent in memory.
    let anchors: Int

    var outputCount: Int { 3 * strides.count }

    func counts(width: Int, height: Int) -> [Int] {
        let cells = strides.map { anchors * (width / $0) * (height / $0) }
        return cells + cells.map { $0 * 4 } + cells.map { $0 * 10 }
    }

    func candidates(
        _ outputs: [UnsafeBufferPointer<Float>], item: Int, width: Int, height: Int, threshold: Float
    ) -> [Detection] {
        var found: [Detection] = []
        let n = strides.count
        for (k, stride) in strides.enumerated() {
            let columns = width / stride
            let count = anchors * columns * (height / stride)
            for anchor in 0..<count {
                let at = item * count + anchor
                let score = outputs[k][at]
                guard score >= threshold else { continue }
                let s = Float(stride)
                let cell = anchor / anchors
                let (x, y) = (Float(cell % columns) * s, Float(cell / columns) * s)
                let b = outputs[n + k].baseAddress! + at * 4
                let p = outputs[2 * n + k].baseAddress! + at * 10
                let points = (0..<5).map { Point(x + p[2 * $0] * s, y + p[2 * $0 + 1] * s) }
                if let d = Detection(
                    left: x - b[0] * s, top: y - b[1] * s, right: x + b[2] * s, bottom: y + b[3] * s,
                    points: points, score: min(score, 1))
                {
                    found.append(d)
                }
            }
        }
        return found
    }
}

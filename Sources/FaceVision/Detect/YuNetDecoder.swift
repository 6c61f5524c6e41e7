internal import FaceCore
internal import Glibc

/// YuNet (Wu, Peng, Yu 2023): one anchor a cell; score = √(class · objectness), size as a logarithm.
///
/// Outputs: class, objectness, box and points, each for all strides in turn.
struct YuNetDecoder: OneStageDecoder {
    let strides: [Int]

    var outputCount: Int { 4 * strides.count }

    func counts(width: Int, height: Int) -> [Int] {
        let cells = strides.map { (width / $0) * (height / $0) }
        return cells + cells + cells.map { $0 * 4 } + cells.map { $0 * 10 }
    }

    func candidates(
        _ outputs: [UnsafeBufferPointer<Float>], item: Int, width: Int, height: Int, threshold: Float
    ) -> [Detection] {
        var found: [Detection] = []
        let n = strides.count
        for (k, stride) in strides.enumerated() {
            let columns = width / stride
            let cells = columns * (height / stride)
            let (face, object) = (outputs[k], outputs[n + k])
            for cell in 0..<cells {
                let at = item * cells + cell
                let score = (min(max(face[at], 0), 1) * min(max(object[at], 0), 1)).squareRoot()
                guard score >= threshold else { continue }
                let (x, y, s) = (Float(cell % columns), Float(cell / columns), Float(stride))
                let b = outputs[2 * n + k].baseAddress! + at * 4
                let p = outputs[3 * n + k].baseAddress! + at * 10
                let (cx, cy, w, h) = ((x + b[0]) * s, (y + b[1]) * s, exp(b[2]) * s, exp(b[3]) * s)
                let points = (0..<5).map { Point((x + p[2 * $0]) * s, (y + p[2 * $0 + 1]) * s) }
                if let d = Detection(
                    left: cx - w / 2, top: cy - h / 2, right: cx + w / 2, bottom: cy + h / 2, points: points,
                    score: score)
                {
                    found.append(d)
                }
            }
        }
        return found
    }
}

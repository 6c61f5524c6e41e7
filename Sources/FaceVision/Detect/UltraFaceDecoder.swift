internal import FaceCore

/// Ultra-Light-Fast-Generic-Face-Detector (Linzaer 2019): boxes come decoded, as fractions of the network's input. No points.
///
/// Outputs: scores (background, face) and boxes (left, top, right, bottom). The number of anchors follows from the size:
/// strides 8, 16, 32, 64 with 3, 2, 2, 3 anchors a cell, maps rounded up.
struct UltraFaceDecoder: OneStageDecoder {
    let outputCount = 2

    init(_ card: ModelCard) throws(LikenessError) {
        guard case .fixed? = card.input?.shape?.last else {
            throw LikenessError(.fileFormat, subject: card.id, "kind direct needs a file of fixed size")
        }
    }

    func counts(width: Int, height: Int) -> [Int] {
        let cells = { (s: Int) in ((width + s - 1) / s) * ((height + s - 1) / s) }
        let n = 3 * cells(8) + 2 * cells(16) + 2 * cells(32) + 3 * cells(64)
        return [2 * n, 4 * n]
    }

    func candidates(
        _ outputs: [UnsafeBufferPointer<Float>], item: Int, width: Int, height: Int, threshold: Float
    ) -> [Detection] {
        let n = counts(width: width, height: height)[0] / 2
        let (w, h) = (Float(width), Float(height))
        return (item * n..<(item + 1) * n).compactMap { at in
            let score = outputs[0][2 * at + 1]
            guard score >= threshold else { return nil }
            let b = outputs[1].baseAddress! + at * 4
            return Detection(
                left: b[0] * w, top: b[1] * h, right: b[2] * w, bottom: b[3] * h, points: nil, score: min(score, 1))
        }
    }
}

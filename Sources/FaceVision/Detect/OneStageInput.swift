internal import FaceCore

/// Writes pictures into the input of a one-stage network: shrunk, at the top left, padded with black, normalised, planar.
struct OneStageInput: Sendable {
    private let mean: [Float]
    private let scale: [Float]
    /// Channel of the picture (R G B) that each plane of the network takes.
    private let source: [Int]

    init(_ id: String, _ input: ModelCard.Input) throws(LikenessError) {
        guard input.mean.count == 3, input.scale.count == 3 else {
            throw LikenessError(.fileFormat, subject: id, "mean and scale have one value for each of three channels")
        }
        mean = input.mean
        scale = input.scale
        source = input.colour == .rgb ? [0, 1, 2] : [2, 1, 0]
    }

    func fill(
        _ planes: UnsafeMutableBufferPointer<Float>, with picture: Raster, at place: OneStagePlacement
    ) {
        let fitted = resized(picture, width: place.pictureWidth, height: place.pictureHeight)
        let (w, h) = (place.width, place.height)
        precondition(planes.count == 3 * w * h, "the input does not have the size of the placement")
        fitted.pixels.withUnsafeBufferPointer { pixels in
            for c in 0..<3 {
                let plane = UnsafeMutableBufferPointer(rebasing: planes[c * w * h..<(c + 1) * w * h])
                plane.update(repeating: -mean[c] * scale[c])
                let (m, s) = (mean[c], scale[c])
                for y in 0..<fitted.height {
                    let row = pixels.baseAddress! + y * fitted.width * 3 + source[c]
                    let out = plane.baseAddress! + y * w
                    for x in 0..<fitted.width { out[x] = (Float(row[3 * x]) - m) * s }
                }
            }
        }
    }
}

/// Weights of source pixels for one target pixel of a triangle filter, widened when shrinking so that nothing aliases.
private struct Taps {
    var first: [Int] = []
    var weights: [[Float]] = []

    init(from: Int, to: Int) {
        let step = Float(from) / Float(to)
        let reach = max(1, step)
        for k in 0..<to {
            let centre = (Float(k) + 0.5) * step
            let a = max(0, Int((centre - reach).rounded(.down)))
            let b = min(from - 1, Int((centre + reach).rounded(.down)))
            let w = (a...b).map { max(0, 1 - abs(Float($0) + 0.5 - centre) / reach) }
            let sum = w.reduce(0, +)
            first.append(a)
            weights.append(w.map { $0 / sum })
        }
    }
}

private func resized(_ picture: Raster, width: Int, height: Int) -> Raster {
    if picture.width == width && picture.height == height { return picture }
    let across = Taps(from: picture.width, to: width)
    let down = Taps(from: picture.height, to: height)
    var narrow = [Float](repeating: 0, count: picture.height * width * 3)
    var out = [UInt8](repeating: 0, count: width * height * 3)
    picture.pixels.withUnsafeBufferPointer { source in
        narrow.withUnsafeMutableBufferPointer { target in
            for y in 0..<picture.height {
                var p = target.baseAddress! + y * width * 3
                for x in 0..<width {
                    var q = source.baseAddress! + (y * picture.width + across.first[x]) * 3
                    var (r, g, b): (Float, Float, Float) = (0, 0, 0)
                    for w in across.weights[x] {
                        r += w * Float(q[0])
                        g += w * Float(q[1])
                        b += w * Float(q[2])
                        q += 3
                    }
                    (p[0], p[1], p[2]) = (r, g, b)
                    p += 3
                }
            }
        }
    }
    var line = [Float](repeating: 0, count: width * 3)
    for y in 0..<height {
        for k in line.indices { line[k] = 0.5 }
        for (i, w) in down.weights[y].enumerated() {
            let row = (down.first[y] + i) * width * 3
            for k in line.indices { line[k] += w * narrow[row + k] }
        }
        for k in line.indices { out[y * width * 3 + k] = UInt8(min(255, line[k])) }
    }
    return Raster(width: width, height: height, pixels: out)
}

internal import FaceCore

/// P-Net over the pyramids of several pictures.
package final class MTCNNProposal: Sendable {
    /// The windows of one level over the threshold, row by row.
    struct LevelCandidates: Sendable {
        var level: PyramidLevel
        var candidates: [MTCNNCandidate]
    }

    /// Side of a canvas. Measured with OpenVINO: 128…512 take the same time a pixel, 1024 takes a sixth more; smaller
    /// canvases cut more levels, larger ones are emptier with one picture.
    ///
    /// A canvas that is not full is run whole: that costs 1 ms a call, and loading the network for another shape 17 ms.
    static let side = 256

    /// How levels are made from the picture. On wider-mini (smallest face 20, thresholds 0.6/0.7/0.7) AP is 0.338 with
    /// bilinear levels and 0.330 with area means; with the output threshold at 0.3 it is 0.388 and 0.392, but with 174
    /// instead of 200 false boxes.
    package static let resampling = Resampling.bilinear

    private let network: Network
    private let inFlight: Int
    private let probability: Int
    private let offsets: Int

    init(file: String, engine: InferenceEngine) throws(LikenessError) {
        network = try Network(file: file, inputShape: [1, 3, Self.side, Self.side], engine: engine)
        inFlight = engine.options.streams + 1
        probability = try network.output(named: "prob")
        offsets = try network.output(named: "box")
        let cells = (Self.side - PNet.window) / PNet.stride + 1
        guard network.outputs[probability].shape == [1, 2, cells, cells],
            network.outputs[offsets].shape == [1, 4, cells, cells]
        else { throw LikenessError(.fileFormat, subject: file, "is not MTCNN's P-Net") }
    }

    /// All levels of all pictures, in order.
    func propose(
        _ chains: [RasterChain], options: MTCNNDetector.Options
    ) throws(LikenessError) -> [LevelCandidates] {
        let levels = chains.enumerated().flatMap { k, chain in
            PyramidLevel.all(
                picture: k, width: chain.width, height: chain.height, minimumFace: Double(options.minimumFace),
                factor: Double(options.factor))
        }
        let pieces = levels.flatMap { PyramidPiece.cut($0, side: Self.side) }
        let canvases = PyramidCanvas.pack(pieces, side: Self.side)
        var found: [PyramidLevel: [Window]] = [:]
        try RequestWindow.run(
            canvases, inFlight: inFlight,
            network: { _ in network },
            fill: { canvas, request in self.fill(canvas, chains, request) },
            harvest: { canvas, request throws(LikenessError) in
                try self.harvest(canvas, request, threshold: options.proposalThreshold, into: &found)
            })
        return levels.map { level in
            // Row by row again: the order must not depend on where the pieces lay.
            let windows = (found[level] ?? []).sorted { ($0.y, $0.x) < ($1.y, $1.x) }
            return LevelCandidates(level: level, candidates: windows.map { $0.candidate(level) })
        }
    }

    /// A window over the threshold, at (x, y) of its level.
    private struct Window {
        var x: Int
        var y: Int
        var score: Float
        var offset: SIMD4<Float>

        func candidate(_ level: PyramidLevel) -> MTCNNCandidate {
            let size = Double(PNet.window)
            let box = Box(
                x: Float(Double(x) * level.stepX), y: Float(Double(y) * level.stepY), width: Float(size * level.stepX),
                height: Float(size * level.stepY))
            return MTCNNCandidate(picture: level.picture, box: box, score: score, offset: offset)
        }
    }

    private func fill(_ canvas: PyramidCanvas, _ chains: [RasterChain], _ request: Request) {
        let plane = request.input.count / 3
        for p in canvas.pieces {
            let target = PlanarTarget(
                start: request.input.baseAddress! + p.y * Self.side + p.x, width: p.width, height: p.height,
                rowStride: Self.side, planeStride: plane)
            chains[p.level.picture].writePlanar(
                x: ResampleAxis(step: p.level.stepX, first: p.left), y: ResampleAxis(step: p.level.stepY, first: p.top),
                into: target, format: .mtcnn, by: Self.resampling)
        }
    }

    private func harvest(
        _ canvas: PyramidCanvas, _ request: Request, threshold: Float, into found: inout [PyramidLevel: [Window]]
    ) throws(LikenessError) {
        let scores = try request.output(probability)
        let boxes = try request.output(offsets)
        let cells = scores.count / 2
        let row = (Self.side - PNet.window) / PNet.stride + 1
        for p in canvas.pieces {
            for v in stride(from: 0, through: p.height - PNet.window, by: PNet.stride) {
                let start = (p.y + v) / PNet.stride * row + p.x / PNet.stride
                for i in 0...(p.width - PNet.window) / PNet.stride where scores[cells + start + i] >= threshold {
                    let k = start + i
                    let offset = SIMD4(boxes[k], boxes[cells + k], boxes[2 * cells + k], boxes[3 * cells + k])
                    found[p.level, default: []].append(
                        Window(x: p.left + i * PNet.stride, y: p.top + v, score: scores[cells + k], offset: offset))
                }
            }
        }
    }
}

extension PlanarFormat {
    /// (p − 127.5) / 128.
    static let mtcnn = PlanarFormat(mean: .init(repeating: 127.5), scale: .init(repeating: 1 / 128))
}

internal import FaceCore

/// R-Net or O-Net over square candidates of several pictures.
final class MTCNNStage: Sendable {
    private let network: Network
    /// Crops of one run; the last run of a call is filled up with what lies in the input.
    private let batch: Int
    private let side: Int
    private let inFlight: Int
    private let probability: Int
    private let offsets: Int
    private let points: Int?

    init(file: String, side: Int, batch: Int, hasPoints: Bool, engine: InferenceEngine) throws(LikenessError) {
        network = try Network(file: file, inputShape: [batch, 3, side, side], engine: engine)
        self.side = side
        self.batch = batch
        inFlight = engine.options.streams + 1
        probability = try network.output(named: "prob")
        offsets = try network.output(named: "box")
        points = hasPoints ? try network.output(named: "points") : nil
        guard network.outputs[probability].shape == [batch, 2], network.outputs[offsets].shape == [batch, 4],
            points.map({ network.outputs[$0].shape == [batch, 10] }) ?? true
        else {
            throw LikenessError(.fileFormat, subject: file, "is not the network of MTCNN that takes \(side) pixels")
        }
    }

    /// The candidates that score `threshold` or more, in their order, with this network's score, offsets and points.
    func run(
        _ candidates: [MTCNNCandidate], of chains: [RasterChain], threshold: Float
    ) throws(LikenessError) -> [MTCNNCandidate] {
        var kept: [MTCNNCandidate] = []
        try RequestWindow.run(
            stride(from: 0, to: candidates.count, by: batch).map { $0..<min($0 + batch, candidates.count) },
            inFlight: inFlight,
            network: { _ in network },
            fill: { rows, request in self.fill(candidates[rows], chains, request) },
            harvest: { rows, request throws(LikenessError) in
                try self.harvest(candidates[rows], request, threshold: threshold, into: &kept)
            })
        return kept
    }

    private func fill(_ candidates: ArraySlice<MTCNNCandidate>, _ chains: [RasterChain], _ request: Request) {
        let crop = 3 * side * side
        for (k, c) in candidates.enumerated() {
            let target = PlanarTarget(start: request.input.baseAddress! + k * crop, width: side, height: side)
            let n = Double(side)
            chains[c.picture].writePlanar(
                x: ResampleAxis(origin: Double(c.box.x), step: Double(c.box.width) / n),
                y: ResampleAxis(origin: Double(c.box.y), step: Double(c.box.height) / n), into: target, format: .mtcnn)
        }
    }

    private func harvest(
        _ candidates: ArraySlice<MTCNNCandidate>, _ request: Request, threshold: Float,
        into kept: inout [MTCNNCandidate]
    ) throws(LikenessError) {
        let scores = try request.output(probability)
        let boxes = try request.output(offsets)
        let places = try points.map { p throws(LikenessError) in try request.output(p) }
        for (k, c) in candidates.enumerated() where scores[2 * k + 1] >= threshold {
            var next = c
            next.score = scores[2 * k + 1]
            next.offset = SIMD4(boxes[4 * k], boxes[4 * k + 1], boxes[4 * k + 2], boxes[4 * k + 3])
            next.landmarks = places.map { p in
                Landmarks(
                    (0..<5).map { i in
                        Point(
                            c.box.x + c.box.width * p[10 * k + i], c.box.y + c.box.height * p[10 * k + 5 + i])
                    })
            }
            kept.append(next)
        }
    }
}

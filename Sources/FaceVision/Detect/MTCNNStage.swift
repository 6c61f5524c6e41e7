internal import FaceCore

/// R-Net or O-Net over square candidates of several pictures.
final class MTCNNStage: Sendable {
    /// Crops of one run. Measured: 16 crops cost as little a crop as 128 (R-Net 41 µs, O-Net 0.33 ms on one core), 4
    /// cost a fifth more for R-Net and nothing for O-Net; so at most three crops are computed for nothing. All sizes
    /// from 4 on give the same bits, which a batch of 1 does not.
    static let batches = [16, 4]

    private let networks: ShapedNetworks
    private let side: Int
    private let inFlight: Int
    private let probability: Int
    private let offsets: Int
    private let points: Int?

    init(file: String, side: Int, hasPoints: Bool, engine: InferenceEngine) throws(LikenessError) {
        networks = ShapedNetworks(file: file, engine: engine)
        self.side = side
        inFlight = engine.options.streams + 1
        let n = Self.batches[0]
        let network = try networks.network([n, 3, side, side])
        probability = try network.output(named: "prob")
        offsets = try network.output(named: "box")
        points = hasPoints ? try network.output(named: "points") : nil
        guard network.outputs[probability].shape == [n, 2], network.outputs[offsets].shape == [n, 4],
            points.map({ network.outputs[$0].shape == [n, 10] }) ?? true
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
            Self.chunks(candidates.count), inFlight: inFlight,
            network: { chunk throws(LikenessError) in
                try self.networks.network([chunk.batch, 3, self.side, self.side])
            },
            fill: { chunk, request in self.fill(candidates[chunk.rows], chains, request) },
            harvest: { chunk, request throws(LikenessError) in
                try self.harvest(candidates[chunk.rows], request, threshold: threshold, into: &kept)
            })
        return kept
    }

    /// Rows that are run together, and the size of the batch that takes them.
    private static func chunks(_ count: Int) -> [(rows: Range<Int>, batch: Int)] {
        var out: [(rows: Range<Int>, batch: Int)] = []
        var start = 0
        while start < count {
            let batch = batches.first { $0 <= count - start } ?? batches.last!
            out.append((start..<min(start + batch, count), batch))
            start += batch
        }
        return out
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

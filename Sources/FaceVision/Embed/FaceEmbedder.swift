internal import CKernels
public import FaceCore
internal import Synchronization

/// Maps faces to vectors with any network that a model card describes.
///
/// Faces are cut to chips, fed in batches of one fixed shape with several requests in flight, averaged over their views
/// and scaled to unit length. May be called from several threads at once; the vector of a face does not depend on the
/// faces beside it.
public final class FaceEmbedder: Sendable {
    public struct Options: Sendable, Hashable {
        public var averaging: Averaging
        /// Chips in one run of the network. 1 is the default: runs of one chip on two streams took 2.5 ms a face, batches
        /// of 8 one at a time 3.3 ms (dlib-resnet29, two shared cores, medians), and no run is padded.
        public var batch: Int
        /// Scale vectors to unit length; without it they are the network's own, to be compared by distance.
        public var normalise: Bool
        /// The detector whose points are given (its catalogue id): its own template is used where the card has one.
        public var detector: String?
        /// Run the card's self-test when loading.
        public var selfTest: Bool

        public init(
            averaging: Averaging = .none, batch: Int = 1, normalise: Bool = true, detector: String? = nil,
            selfTest: Bool = true
        ) {
            self.averaging = averaging
            self.batch = max(1, min(batch, 256))
            self.normalise = normalise
            self.detector = detector
            self.selfTest = selfTest
        }
    }

    public let card: ModelCard
    public let options: Options
    public let space: EmbeddingSpace
    /// Cuts the chips of this embedder; the same chips serve ``QualityAssessor``.
    public let aligner: FaceAligner
    private let network: Network
    private let input: ModelCard.Input
    private let frames: [(jitter: SimilarityTransform, flip: Bool)]
    private let streams: Int

    /// Loads the network of `card` from `file` and runs the card's self-test.
    ///
    /// Throws `model-card` when the card is not one of an embedder, `file-format` when the file is not its network,
    /// `self-test-failed` when the network gives other vectors than the card states.
    public convenience init(
        card: ModelCard, file: String, engine: InferenceEngine, options: Options = .init()
    ) throws(LikenessError) {
        try self.init(card: card, file: file, engine: engine, options: options, predictor: nil)
    }

    /// The same with chips cut by the points of dlib's predictor, for embedders that were trained with them.
    public init(
        card: ModelCard, file: String, engine: InferenceEngine, options: Options, predictor: LandmarkPredictor?
    ) throws(LikenessError) {
        let parts = try card.requireEmbedder()
        self.card = card
        self.options = options
        input = parts.input
        streams = engine.options.streams
        aligner = try FaceAligner(parts.alignment, detector: options.detector, predictor: predictor)
        frames = options.averaging.frames(size: aligner.size)
        space = card.space(parts, options: options, chips: aligner.name)
        let side = aligner.size
        network = try Network(file: file, inputShape: [options.batch, 3, side, side], engine: engine)
        let expected = options.batch * parts.embedding.dimension
        guard network.outputs.first?.shape.reduce(1, *) == expected else {
            throw LikenessError(
                .fileFormat, subject: file,
                "gives \(network.outputs.first?.shape ?? []) values, not \(parts.embedding.dimension) a face")
        }
        if options.selfTest, let test = card.selfTest { try check(test) }
    }

    /// One row a face, in the order given. Throws `bad-data` when landmarks do not determine a chip, `non-finite` when
    /// the network gives no usable vector. Complexity: one network run a view.
    public func embed(_ faces: [(raster: Raster, landmarks: Landmarks)]) throws(LikenessError) -> Matrix {
        try run(count: faces.count) { face, view throws(LikenessError) in
            try self.aligner.chip(from: faces[face].raster, landmarks: faces[face].landmarks, jitter: view)
        }
    }

    /// The same for chips that ``aligner`` cut before. Jittered views are then cut from the chips, whose borders are
    /// repeated; they are a little worse than those cut from the picture.
    public func embed(chips: [Raster]) throws(LikenessError) -> Matrix {
        for chip in chips where chip.width != aligner.size || chip.height != aligner.size {
            throw LikenessError(
                .badData, "a chip of \(chip.width)×\(chip.height) pixels for an embedder of \(aligner.size)")
        }
        return try run(count: chips.count) { face, view throws(LikenessError) in
            if view == .identity { return chips[face] }
            return try chips[face].warped(by: view, width: self.aligner.size, height: self.aligner.size, outside: .edge)
        }
    }

    private typealias ChipMaker = @Sendable (_ face: Int, _ view: SimilarityTransform) throws(LikenessError) -> Raster

    /// Several feeders, each with its share of the faces and of the requests: one cuts chips about ten times as fast as
    /// a core embeds them, so that one feeder serves eight streams.
    private func run(count: Int, chip: @escaping ChipMaker) throws(LikenessError) -> Matrix {
        let dimension = space.dimension
        let feeders = max(1, min((streams + 7) / 8, (count + 15) / 16))
        let requests = (streams + feeders - 1) / feeders + 1
        let share = (count + feeders - 1) / feeders
        let results = Mutex((matrix: Matrix(rows: count, columns: dimension), failure: LikenessError?.none))
        parallelFor(feeders, threads: feeders) { k in
            let range = min(count, k * share)..<min(count, (k + 1) * share)
            do throws(LikenessError) {
                let rows = try self.feed(range, requests: requests, chip: chip)
                results.withLock { r in
                    for (i, row) in zip(range, rows) { r.matrix.setRow(i, row) }
                }
            } catch {
                results.withLock { $0.failure = $0.failure ?? error }
            }
        }
        let (matrix, failure) = results.withLock { $0 }
        if let failure { throw failure }
        return matrix
    }

    /// Embeds a range of faces with `requests` runs in flight: the oldest is awaited when all are busy.
    private func feed(_ range: Range<Int>, requests: Int, chip: ChipMaker) throws(LikenessError) -> [[Float]] {
        let views = frames.count
        let total = range.count * views
        var sums = [[Float]](repeating: [Float](repeating: 0, count: space.dimension), count: range.count)
        let ring = RequestRing(network: network)
        defer { ring.drain() }
        for start in stride(from: 0, to: total, by: options.batch) {
            if ring.running.count >= requests { try collect(ring, into: &sums) }
            let items = start..<min(total, start + options.batch)
            let request = try ring.next()
            for (slot, item) in items.enumerated() {
                let frame = frames[item % views]
                let picture = try chip(range.lowerBound + item / views, frame.jitter)
                feed(picture, flip: frame.flip, into: request, slot: slot)
            }
            try ring.start(request, items: items)
        }
        while !ring.running.isEmpty { try collect(ring, into: &sums) }
        for i in sums.indices { try finish(&sums[i]) }
        return sums
    }

    private func feed(_ chip: Raster, flip: Bool, into request: Request, slot: Int) {
        let count = 3 * chip.width * chip.height
        chip.pixels.withUnsafeBufferPointer { source in
            ck_planar_f32(
                source.baseAddress, chip.width, chip.height, input.mean, input.scale, input.colour == .bgr ? 1 : 0,
                flip ? 1 : 0, request.input.baseAddress! + slot * count)
        }
    }

    /// Awaits the oldest run and adds its vectors to the sums of their faces.
    private func collect(_ ring: RequestRing, into sums: inout [[Float]]) throws(LikenessError) {
        let dimension = space.dimension
        try ring.awaitOldest { request, items throws(LikenessError) in
            let values = try request.output(0)
            for (slot, item) in items.enumerated() {
                let face = item / frames.count
                for k in 0..<dimension { sums[face][k] += values[slot * dimension + k] }
            }
        }
    }

    /// Mean of the views, to unit length.
    private func finish(_ vector: inout [Float]) throws(LikenessError) {
        let squares = vector.reduce(Double(0)) { $0 + Double($1) * Double($1) }
        guard squares.isFinite, squares > 0 else {
            throw LikenessError(
                .nonFinite, subject: card.id, "the network gave a vector of length \(squares.squareRoot())")
        }
        let scale = options.normalise ? 1 / squares.squareRoot() : 1 / Double(frames.count)
        for k in vector.indices { vector[k] = Float(Double(vector[k]) * scale) }
    }

    private func check(_ test: ModelCard.SelfTest) throws(LikenessError) {
        guard test.pattern == SelfTestPattern.blocks, test.vector.count == space.dimension else {
            throw LikenessError(.modelCard, subject: card.id, "has a self-test that is not understood")
        }
        let found = try selfTestVector(seed: test.seed)
        let worst = zip(found, test.vector).map { abs($0 - $1) }.max() ?? 0
        guard worst <= test.tolerance else {
            throw LikenessError(
                .selfTestFailed, subject: network.file,
                "gives a vector that differs by \(worst) from the card of \(card.id), more than \(test.tolerance)",
                remedy: "the file or the card was changed: likeness models verify \(card.id)")
        }
    }

    /// The unit-length vector of the self-test's chip, one view.
    public func selfTestVector(seed: UInt64) throws(LikenessError) -> [Float] {
        let chip = SelfTestPattern.chip(seed: seed, size: aligner.size)
        var vector: [Float] = []
        try network.withRequest { request throws(LikenessError) in
            feed(chip, flip: false, into: request, slot: 0)
            try request.run()
            vector = Array(try request.output(0).prefix(space.dimension))
        }
        let length = vector.reduce(Double(0)) { $0 + Double($1) * Double($1) }.squareRoot()
        return vector.map { Float(Double($0) / length) }
    }
}

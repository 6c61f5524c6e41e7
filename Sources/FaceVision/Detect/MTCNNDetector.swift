public import FaceCore

/// Multi-task cascaded networks (Zhang, Zhang, Li, Qiao, 2016): P-Net proposes, R-Net refines, O-Net decides and gives
/// five landmarks.
///
/// The pyramids of all pictures of a call are packed into canvases of one shape for P-Net; R- and O-Net take the
/// candidates of all pictures in batches of fixed sizes. Any number of threads may call at once.
public final class MTCNNDetector: FaceDetector {
    /// What is searched and what is kept.
    ///
    /// Chosen on the 122 pictures of wider-mini, longest side 1024. AP is at overlap 0.5 over the 870 valid faces of 10
    /// pixels and more, with the output threshold low enough for the whole curve and a smallest face of 24 where nothing
    /// else is said; times are of one core for a picture.
    public struct Options: Sendable, Hashable {
        /// The shorter side, in pixels of the searched raster, of the smallest faces that are looked for.
        ///
        /// P-Net's cost falls with its square. At 20 and 24 AP is 0.453 and 0.429 (57 and 43 ms), but 0.721 and 0.750 of
        /// faces from 50 pixels on.
        public var minimumFace: Float = 24
        /// P-Net's score from which a window becomes a candidate. A higher one saves R-Net's work for less AP than a higher
        /// one of R-Net would cost: 0.6 & 0.7 AP 0.426 (46 ms), **0.7 & 0.6 0.429 (43 ms)**, 0.7 & 0.7 0.419 (41 ms),
        /// 0.8 & 0.6 0.425 (38 ms), 0.8 & 0.7 0.411 (37 ms). From 0.75 & 0.6 on one of the 3,010 images of LFW View 1 is
        /// left without a face.
        public var proposalThreshold: Float = 0.7
        /// R-Net's score from which a candidate stays; see ``proposalThreshold``.
        public var refinementThreshold: Float = 0.6
        /// O-Net's score from which a candidate is a face; this is the score of the detections. With a smallest face of
        /// 24 the precision at 0.7, 0.8, 0.9 is 0.87, 0.92, 0.96, the recall of faces from 30 pixels on 0.64, 0.62, 0.59.
        public var outputThreshold: Float = 0.8
        /// Size of a pyramid level relative to the one before, in 0.3…0.95. 0.709 and 0.8 give the same AP, the latter for
        /// a third more time.
        public var factor: Float = 0.709
        /// The best proposals of a picture that R-Net sees; a bound for pictures that excite P-Net everywhere.
        public var maximumCandidates: Int = 2000

        public init() {}

        /// The defaults, changed by what a person asked of any detector.
        public init(_ common: DetectorOptions) {
            if let m = common.minimumFace { minimumFace = m }
            if let t = common.threshold { outputThreshold = t }
        }

        func validate() throws(LikenessError) {
            func require(_ good: Bool, _ what: String) throws(LikenessError) {
                if !good { throw LikenessError(.usage, subject: "mtcnn", what) }
            }
            try require(minimumFace >= 6 && minimumFace.isFinite, "the smallest face is \(minimumFace), not 6 or more")
            for t in [proposalThreshold, refinementThreshold, outputThreshold] {
                try require(t > 0 && t < 1, "a threshold is \(t), not between 0 and 1")
            }
            try require(factor >= 0.3 && factor <= 0.95, "the pyramid's factor is \(factor), not in 0.3…0.95")
            try require(maximumCandidates > 0, "the number of candidates is \(maximumCandidates), not positive")
        }
    }

    public let id = "mtcnn"
    public let preferredBatch = 8
    public let options: Options
    let proposalNet: MTCNNProposal
    let refinementNet: MTCNNStage
    let outputNet: MTCNNStage

    /// Opens the three ONNX files; throws when one is not such a network or an option is out of its range.
    public init(
        pnet: String, rnet: String, onet: String, options: Options = .init(), engine: InferenceEngine
    ) throws(LikenessError) {
        try options.validate()
        self.options = options
        proposalNet = try MTCNNProposal(file: pnet, engine: engine)
        // Measured on one core: a crop costs R-Net 41 µs in runs of 16 and of 128, 49 in runs of 4; O-Net 0.33 ms in
        // runs of any size. Runs of 4 and more give the same bits, runs of 1 do not.
        refinementNet = try MTCNNStage(file: rnet, side: 24, batch: 16, hasPoints: false, engine: engine)
        outputNet = try MTCNNStage(file: onet, side: 48, batch: 4, hasPoints: true, engine: engine)
    }

    public func detect(_ pictures: [Raster]) throws(LikenessError) -> [[Detection]] {
        let chains = pictures.map { RasterChain($0) }
        let proposed = try proposalNet.propose(chains, options: options)
        let squares = grouped(proposed, count: pictures.count).map(afterProposal)
        let refined = try refinementNet.run(squares.flatMap { $0 }, of: chains, threshold: options.refinementThreshold)
        let decided = try outputNet.run(
            grouped(refined, count: pictures.count).flatMap(afterRefinement), of: chains,
            threshold: options.outputThreshold)
        return zip(grouped(decided, count: pictures.count), pictures).map { afterOutput($0, in: $1) }
    }

    /// P-Net's windows over the threshold, of all pictures, before any suppression; for tests.
    package func proposals(_ pictures: [Raster]) throws(LikenessError) -> [MTCNNCandidate] {
        try proposalNet.propose(pictures.map { RasterChain($0) }, options: options).flatMap(\.candidates)
    }

    private func grouped(_ levels: [MTCNNProposal.LevelCandidates], count: Int) -> [[[MTCNNCandidate]]] {
        var out = [[[MTCNNCandidate]]](repeating: [], count: count)
        for l in levels { out[l.level.picture].append(l.candidates) }
        return out
    }

    private func grouped(_ candidates: [MTCNNCandidate], count: Int) -> [[MTCNNCandidate]] {
        var out = [[MTCNNCandidate]](repeating: [], count: count)
        for c in candidates { out[c.picture].append(c) }
        return out
    }

    /// One picture: overlap 0.5 in each level, then 0.7 over all; calibrated squares.
    private func afterProposal(_ levels: [[MTCNNCandidate]]) -> [MTCNNCandidate] {
        let each = levels.flatMap { MTCNNCandidate.suppress(best($0, 4), overlap: 0.5) }
        return squares(best(MTCNNCandidate.suppress(each, overlap: 0.7), 1))
    }

    private func afterRefinement(_ candidates: [MTCNNCandidate]) -> [MTCNNCandidate] {
        squares(MTCNNCandidate.suppress(candidates, overlap: 0.7))
    }

    private func afterOutput(_ candidates: [MTCNNCandidate], in picture: Raster) -> [Detection] {
        let moved = candidates.map {
            var c = $0
            c.box = $0.calibrated
            return c
        }
        return MTCNNCandidate.suppress(moved, overlap: 0.7, measure: .smaller).compactMap {
            let box = $0.box.clipped(width: Float(picture.width), height: Float(picture.height))
            guard box.isFinite && box.area > 0 else { return nil }
            return Detection(box: box, landmarks: $0.landmarks, score: $0.score)
        }
    }

    private func squares(_ candidates: [MTCNNCandidate]) -> [MTCNNCandidate] {
        candidates.compactMap {
            var c = $0
            c.box = $0.calibrated.squared
            return c.box.isFinite && c.box.width > 0 ? c : nil
        }
    }

    /// The best `times`·maximumCandidates; suppression takes quadratic time, and noise can excite every window.
    private func best(_ candidates: [MTCNNCandidate], _ times: Int) -> [MTCNNCandidate] {
        let most = options.maximumCandidates * times
        guard candidates.count > most else { return candidates }
        let order = candidates.indices.sorted {
            (-candidates[$0].score, $0) < (-candidates[$1].score, $1)
        }
        return order.prefix(most).map { candidates[$0] }
    }
}

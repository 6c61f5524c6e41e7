public import FaceCore
public import FaceVision

/// Everything between photos and vectors, made once: imports and searches share it. May be used from several threads.
public final class LibraryVision: PhotoAnalyser {
    public let pipeline: PhotoPipeline
    public let embedder: FaceEmbedder
    /// The cards of the models in use.
    public let cards: [ModelCard]
    /// Pixels of a crop's side.
    public static let cropSide = 256

    /// Loads the networks; nil takes the defaults of the command line. Throws `model-missing` and what loading throws.
    public init(
        models: ModelCatalogue, detector: String? = nil, model: String? = nil, threads: Int = availableThreads(),
        latency: Bool = false
    ) throws(LikenessError) {
        let compiled = "\(ModelCatalogue.cacheFolder())/compiled-\(InferenceEngine.version)"
        let engine = try InferenceEngine(.init(threads: threads, streams: latency ? 1 : threads, cacheFolder: compiled))
        let preferred = "yunet-s-dynamic"
        var id = detector ?? "mtcnn"
        if detector == nil, models.isInstalled(try models.card(preferred)) { id = preferred }
        let name = id
        let card = try models.card(model ?? "dlib-resnet29")
        let (found, made) = try concurrently({ () throws(LikenessError) in
            try Detectors.make(
                id: name, options: DetectorOptions(), files: { part throws(LikenessError) in try models.weights(part) },
                engine: engine)
        }) { () throws(LikenessError) in
            try FaceEmbedder(
                card: card, file: try models.weights(card.id), engine: engine, options: .init(detector: name))
        }
        embedder = made
        let parts = name == "mtcnn" ? ["mtcnn-pnet", "mtcnn-rnet", "mtcnn-onet"] : [name]
        cards = models.cards.filter { parts.contains($0.id) } + [card]
        pipeline = PhotoPipeline(
            decoder: try PhotoDecoder(.init()), detector: found, embedder: made, aligner: made.aligner,
            quality: try QualityAssessor(card: card), engine: engine,
            options: .init(threads: threads, cropSide: Self.cropSide))
    }

    public var space: EmbeddingSpace { embedder.space }
    public var detector: String { pipeline.detector.id }

    public func analyse(
        _ paths: [String], cancellation: Cancellation, _ body: (AnalysedPhoto) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        _ = try pipeline.run(paths, cancellation: cancellation) { result throws(LikenessError) in
            let (w, h) = (Float(max(1, result.width)), Float(max(1, result.height)))
            let faces = result.faces.compactMap { found -> AnalysedFace? in
                guard let vector = found.embedding, let crop = found.crop else { return nil }
                return Self.analysed(
                    found.face.box, found.face.landmarks, found.face.score, found.face.quality, vector, crop, w, h)
            }
            try body(
                AnalysedPhoto(
                    path: result.path, contentHash: result.contentHash, width: result.width, height: result.height,
                    captureDate: result.captureDate, faces: faces, error: result.error))
        }
    }

    /// The faces of a photo in memory; nothing is stored. Throws what decoding throws.
    public func faces(in bytes: [UInt8], name: String) throws(LikenessError) -> AnalysedPhoto {
        try faces(in: try pipeline.decoder.decode(bytes: bytes, name: name), name: name)
    }

    /// The faces of a decoded photo. Of more than `most` the largest are embedded; the others have an empty vector.
    public func faces(
        in photo: DecodedPhoto, name: String, embedding most: Int = .max
    ) throws(LikenessError) -> AnalysedPhoto {
        let found = try pipeline.detector.detect([photo.raster]).first ?? []
        let bySize = found.indices.sorted { found[$0].box.area > found[$1].box.area }
        let chosen = bySize.prefix(most).sorted()
        var faces = try describe(chosen.map { found[$0] }, photo)
        let (w, h) = (Float(photo.raster.width), Float(photo.raster.height))
        for k in bySize.dropFirst(most).sorted() {
            faces.append(Self.analysed(found[k].box, found[k].landmarks, found[k].score, nil, [], [], w, h))
        }
        return AnalysedPhoto(
            path: name, contentHash: photo.contentHash, width: photo.fullWidth, height: photo.fullHeight,
            captureDate: photo.captureDate, faces: faces)
    }

    public func face(in box: [Double], of path: String) throws(LikenessError) -> AnalysedFace {
        let photo = try pipeline.decoder.decode(path: path)
        let (w, h) = (Float(photo.raster.width), Float(photo.raster.height))
        let drawn = Box(x: Float(box[0]) * w, y: Float(box[1]) * h, width: Float(box[2]) * w, height: Float(box[3]) * h)
        let found = try pipeline.detector.detect([photo.raster]).first ?? []
        // the points of a detection under the drawn box align better than a typical face in it
        let near = found.max { $0.box.overlap(drawn) < $1.box.overlap(drawn) }
        let points = near.flatMap { $0.box.overlap(drawn) > 0.3 ? $0.landmarks : nil } ?? drawn.typicalLandmarks
        let score = near.map { $0.box.overlap(drawn) > 0.3 ? $0.score : 0 } ?? 0
        var faces = try describe([Detection(box: drawn, landmarks: points, score: score)], photo)
        faces[0].box = box
        return faces[0]
    }

    private func describe(_ detections: [Detection], _ photo: DecodedPhoto) throws(LikenessError) -> [AnalysedFace] {
        guard !detections.isEmpty else { return [] }
        let raster = photo.raster
        let points = detections.map { d in
            guard let own = d.landmarks, (try? pipeline.aligner.transform(for: own, in: raster)) != nil else {
                return d.box.typicalLandmarks
            }
            return own
        }
        let chips = try points.map { p throws(LikenessError) in try pipeline.aligner.chip(from: raster, landmarks: p) }
        let vectors = try embedder.embed(chips: chips)
        let (w, h) = (Float(raster.width), Float(raster.height))
        return try detections.indices.map { k throws(LikenessError) in
            let quality = pipeline.quality.assess(
                raster: raster, detection: detections[k], chip: chips[k], embedding: vectors.row(k),
                fullScale: 1 / photo.scale)
            let crop = try RasterEncoder.encode(
                raster.portrait(of: detections[k].box, side: Self.cropSide), as: .jpeg(quality: 82))
            return Self.analysed(
                detections[k].box, detections[k].landmarks, detections[k].score, quality, vectors.row(k), crop, w, h)
        }
    }

    private static func analysed(
        _ box: Box, _ landmarks: Landmarks?, _ score: Float, _ quality: Quality?, _ vector: [Float], _ crop: [UInt8],
        _ w: Float, _ h: Float
    ) -> AnalysedFace {
        AnalysedFace(
            box: [box.x / w, box.y / h, box.width / w, box.height / h].map { rounded(Double($0)) },
            landmarks: (landmarks?.points ?? []).map { [rounded(Double($0.x / w)), rounded(Double($0.y / h))] },
            score: Double(score), quality: quality ?? Quality(score: 1, reasons: []), embedding: vector, crop: crop)
    }

    /// A hundred-thousandth of a photo is less than a pixel.
    private static func rounded(_ x: Double) -> Double { (min(1, max(0, x)) * 1e5).rounded() / 1e5 }
}

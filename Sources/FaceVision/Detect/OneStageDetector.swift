public import FaceCore

/// A detector that is one network: the picture goes in at one size, candidates of all sizes come out.
///
/// A model card says how it is fed and read. A picture is fitted into one of a few network shapes (``OneStageFitting``), so
/// that nothing is compiled while pictures come in; several requests are in flight at once. May be called from several
/// threads; the faces of a picture do not depend on what else is in the batch.
public final class OneStageDetector: FaceDetector {
    public let id: String
    public let preferredBatch: Int
    private let fitting: OneStageFitting
    private let input: OneStageInput
    private let decoder: any OneStageDecoder
    private let outputs: [String]
    private let networks: ShapedNetworks
    private let threshold: Float
    private let minimumFace: Float
    private let overlap: Float
    private let batch: Int
    private let inFlight: Int

    /// - Parameter file: the weights that the card describes.
    ///
    /// Throws `file-format` when the card does not describe a one-stage detector, `usage` for options out of range.
    public init(
        card: ModelCard, file: String, options: DetectorOptions = DetectorOptions(), engine: InferenceEngine
    ) throws(LikenessError) {
        guard card.task == .faceDetection, let decode = card.decode, let input = card.input else {
            throw LikenessError(.fileFormat, subject: card.id, "the card does not describe a one-stage face detector")
        }
        try options.validate()
        id = card.id
        decoder = try oneStageDecoder(card)
        outputs = card.outputs?.map(\.name) ?? []
        guard outputs.count == decoder.outputCount else {
            throw LikenessError(
                .fileFormat, subject: card.id,
                "the card names \(outputs.count) outputs; kind \(decode.kind) has \(decoder.outputCount)")
        }
        fitting = try OneStageFitting(card: card, options: options)
        self.input = try OneStageInput(card.id, input)
        networks = ShapedNetworks(file: file, engine: engine)
        threshold = options.threshold ?? decode.scoreThreshold
        minimumFace = options.minimumFace ?? 0
        overlap = decode.nmsIoU
        batch = fitting.batchIsFree ? max(1, decode.batch ?? 1) : 1
        // One more than run side by side: the next picture is fitted while all streams work.
        inFlight = engine.options.streams + 1
        preferredBatch = max(8, 2 * batch * inFlight)
    }

    public func detect(_ pictures: [Raster]) throws(LikenessError) -> [[Detection]] {
        var results = [[Detection]](repeating: [], count: pictures.count)
        var flying: [Flight] = []
        do throws(LikenessError) {
            for job in jobs(pictures) {
                if flying.count >= inFlight { try land(flying.removeFirst(), pictures, &results) }
                flying.append(try launch(job, pictures))
            }
            while !flying.isEmpty { try land(flying.removeFirst(), pictures, &results) }
        } catch {
            // A request may only be lent again after its run has ended; the first error is the one to tell.
            for f in flying {
                _ = Result { () throws(LikenessError) in try f.request.wait() }
                f.network.giveBack(f.request)
            }
            throw error
        }
        return results
    }

    /// Pictures of one shape that share one run of the network.
    private struct Job {
        var shape: [Int]
        var pictures: [Int]
        var places: [OneStagePlacement]
    }

    private struct Flight {
        var job: Job
        var network: Network
        var request: Request
        var outputs: [Int]
    }

    /// Full batches of one shape share a run, what is left over runs one by one: two batch sizes a shape at most.
    private func jobs(_ pictures: [Raster]) -> [Job] {
        var waiting: [[Int]: [(Int, OneStagePlacement)]] = [:]
        var out: [Job] = []
        for (k, picture) in pictures.enumerated() where picture.width > 0 && picture.height > 0 {
            let place = fitting.placement(width: picture.width, height: picture.height)
            let size = [place.height, place.width]
            waiting[size, default: []].append((k, place))
            guard let full = waiting[size], full.count == batch else { continue }
            waiting[size] = nil
            out.append(Job(shape: [batch, 3] + size, pictures: full.map(\.0), places: full.map(\.1)))
        }
        let rest = waiting.flatMap { size, left in
            left.map { Job(shape: [1, 3] + size, pictures: [$0.0], places: [$0.1]) }
        }
        return out + rest.sorted { $0.pictures[0] < $1.pictures[0] }
    }

    private func launch(_ job: Job, _ pictures: [Raster]) throws(LikenessError) -> Flight {
        let network = try networks.network(job.shape)
        let outputs = try outputPlaces(network)
        let request = try network.borrow()
        let size = request.input.count / job.shape[0]
        for (item, k) in job.pictures.enumerated() {
            let part = UnsafeMutableBufferPointer(rebasing: request.input[item * size..<(item + 1) * size])
            input.fill(part, with: pictures[k], at: job.places[item])
        }
        do throws(LikenessError) { try request.start() } catch {
            network.giveBack(request)
            throw error
        }
        return Flight(job: job, network: network, request: request, outputs: outputs)
    }

    /// Waits for a run and reads the faces of its pictures.
    private func land(
        _ flight: Flight, _ pictures: [Raster], _ results: inout [[Detection]]
    ) throws(LikenessError) {
        defer { flight.network.giveBack(flight.request) }
        try flight.request.wait()
        var values: [UnsafeBufferPointer<Float>] = []
        for k in flight.outputs { values.append(try flight.request.output(k)) }
        for (item, k) in flight.job.pictures.enumerated() {
            let place = flight.job.places[item]
            let candidates = decoder.candidates(
                values, item: item, width: place.width, height: place.height, threshold: threshold)
            results[k] = faces(candidates, place, in: pictures[k])
        }
    }

    /// Where the card's outputs are in the network; checks that they have the extents that the decoder reads.
    private func outputPlaces(_ network: Network) throws(LikenessError) -> [Int] {
        let shape = network.inputShape
        let expected = decoder.counts(width: shape[3], height: shape[2])
        var places: [Int] = []
        for (k, name) in outputs.enumerated() {
            let place = try network.output(named: name)
            let count = network.outputs[place].shape.reduce(1, *)
            guard count == expected[k] * shape[0] else {
                throw LikenessError(
                    .fileFormat, subject: network.file,
                    "output \(name) has \(count) values, not \(expected[k] * shape[0])")
            }
            places.append(place)
        }
        return places
    }

    /// Candidates in pixels of the network → faces in pixels of the picture.
    private func faces(_ candidates: [Detection], _ place: OneStagePlacement, in picture: Raster) -> [Detection] {
        let sx = Float(picture.width) / Float(place.pictureWidth)
        let sy = Float(picture.height) / Float(place.pictureHeight)
        let upright = { (p: Point) in Point(p.x * sx, p.y * sy) }
        let kept = NonMaximumSuppression.keep(
            candidates.map(\.box), scores: candidates.map(\.score), overlap: overlap)
        return kept.map { candidates[$0] }.compactMap { d in
            let box = Box(x: d.box.x * sx, y: d.box.y * sy, width: d.box.width * sx, height: d.box.height * sy)
            // The whole face counts, also where part of it lies outside the picture.
            guard min(box.width, box.height) >= minimumFace else { return nil }
            let inside = box.clipped(width: Float(picture.width), height: Float(picture.height))
            guard inside.area > 0 else { return nil }
            return Detection(
                box: inside, landmarks: d.landmarks.map { Landmarks($0.points.map(upright)) }, score: d.score)
        }
    }
}

extension DetectorOptions {
    /// Throws `usage` for a threshold outside 0…1, or a smallest face or long side that is not a positive number.
    func validate() throws(LikenessError) {
        if let threshold, !(threshold >= 0 && threshold <= 1) {
            throw LikenessError(.usage, subject: "threshold", "a score lies in 0…1, not at \(threshold)")
        }
        if let minimumFace, !(minimumFace > 0 && minimumFace < .infinity) {
            throw LikenessError(
                .usage, subject: "minimum face", "a smallest face of \(minimumFace) pixels is not possible",
                remedy: "give a positive number of pixels")
        }
        if let longSide, longSide <= 0 {
            throw LikenessError(.usage, subject: "long side", "a long side of \(longSide) pixels is not possible")
        }
    }
}

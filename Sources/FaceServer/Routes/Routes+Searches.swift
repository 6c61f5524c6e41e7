import FaceCore
import FaceLibrary
import HTTPTypes

extension Routes {
    static func searches(_ services: Services) -> [Route] {
        [
            Route(
                .post, "/v1/searches", "search", "Whom does a photo show? Stores nothing", access: .scope(.search),
                limits: .search, audit: .none, idempotency: .repeatable,
                query: [
                    .init("limit", .integer(1...500)), .init("threshold", .similarity),
                    .init("face", .integer(0...1000)),
                ],
                body: .image(parts: ["photo"], json: .object(.required("face", .id("fac")))),
                answers: [.json(searchAnswer)], problems: [.noFace, .severalFaces, .notFound, .wrongSpace]
            ) { call in try await search(call, services) }
        ]
    }

    private static func search(_ call: Call, _ services: Services) async throws -> Reply {
        let limit = call.integer("limit") ?? 20
        let threshold = call.number("threshold")
        let started = ContinuousClock.now
        defer {
            services.metrics.observe(
                "likeness_search_seconds", [("mode", "exact")], seconds: (ContinuousClock.now - started) / .seconds(1))
        }
        if let face = call.upload.json?["face"]?.string {
            let results = try await services.ask { try $0.search(face: face, limit: limit, threshold: threshold) }
            return try .json(SearchAnswer(results, faces: [], query: nil))
        }
        let photo = try await services.vision.analyse(call.upload.parts["photo"] ?? [])
        let index = try Self.chosen(call.integer("face"), of: photo.faces)
        let vector = photo.faces[index].embedding
        let space = try await services.vision.space()
        let results = try await services.ask {
            try $0.search(vector, space: space, limit: limit, threshold: threshold)
        }
        return try .json(SearchAnswer(results, faces: photo.faces.map { FoundFace($0) }, query: index))
    }

    /// Which of the faces of a photo is meant. Throws `no-face`, or `several-faces` with all of them when nobody said.
    static func chosen(_ wish: Int?, of faces: [AnalysedFace]) throws -> Int {
        if faces.isEmpty { throw Problem(.noFace, "the photo shows no face that was found") }
        if let wish {
            guard faces.indices.contains(wish) else {
                throw Problem.invalid("?face", "must be below \(faces.count), the number of faces")
            }
            guard !faces[wish].embedding.isEmpty else {
                throw Problem.invalid("?face", "is one of the small faces that are found and not compared")
            }
            return wish
        }
        if faces.count == 1 { return 0 }
        let listed = try Services.json(faces.map { FoundFace($0) })
        throw Problem(
            .severalFaces, "the photo shows \(faces.count) faces: say which with ?face=0…\(faces.count - 1)",
            members: [.init("faces", listed)])
    }

    private static let searchAnswer = Schema.object(
        .required("faces", .array(.reference("FoundFace"))), .required("query", .count.nullable),
        .required("results", .array(.reference("SearchHit"))),
        .required(
            "histogram",
            .object(.required("from", .number), .required("step", .number), .required("counts", .array(.count)))),
        .required("threshold", .number), .required("falseAcceptRate", .number.nullable),
        .required("calibration", .text.nullable))
}

/// A face of an upload: nothing of it is kept.
struct FoundFace: Encodable {
    struct Quality: Encodable {
        let overall: Double
        let sharpness: Double
        let reasons: [String]
    }

    let box: [Double]
    let landmarks: [[Double]]
    let score: Double
    let quality: Quality
    /// Only for holders of `embedding:read`.
    var embedding: [Float]?

    init(_ face: AnalysedFace, withVector: Bool = false) {
        box = face.box
        landmarks = face.landmarks
        score = face.score
        quality = Quality(
            overall: Double(face.quality.score), sharpness: Double(face.quality.measures["sharpness"] ?? 0),
            reasons: face.quality.reasons.map(\.rawValue))
        embedding = withVector && !face.embedding.isEmpty ? face.embedding : nil
    }
}

private struct SearchAnswer: Encodable {
    let faces: [FoundFace]
    @Nullable var query: Int?
    let results: [SearchResults.Hit]
    let histogram: SearchResults.Histogram
    let threshold: Double
    @Nullable var falseAcceptRate: Double?
    @Nullable var calibration: String?

    init(_ found: SearchResults, faces: [FoundFace], query: Int?) {
        self.faces = faces
        self.query = query
        results = found.results
        histogram = found.histogram
        threshold = found.threshold
        falseAcceptRate = found.falseAcceptRate
        calibration = found.calibration
    }
}

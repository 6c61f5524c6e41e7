import FaceCore
import FaceLibrary
import HTTPTypes

/// Calls for programs: they look at uploads and store nothing, and say so.
extension Routes {
    static func developer(_ services: Services) -> [Route] {
        [detect(services), embed(services), verify(services), identify(services)]
    }

    private static func detect(_ services: Services) -> Route {
        Route(
            .post, "/v1/detect", "detect", "The faces in a photo", access: .scope(.search), limits: .search,
            audit: .none, idempotency: .repeatable, body: .image(parts: ["photo"], json: nil),
            answers: [.json(.object(stored + size + [.required("faces", .array(.reference("FoundFace")))]))]
        ) { call in
            let photo = try await services.vision.analyse(call.upload.parts["photo"] ?? [])
            return try .json(
                Detected(width: photo.width, height: photo.height, faces: photo.faces.map { FoundFace($0) }))
        }
    }

    private static func embed(_ services: Services) -> Route {
        Route(
            .post, "/v1/embed", "embed", "The faces in a photo with their vectors", access: .scope(.embeddingRead),
            limits: .search, audit: .sensitiveRead, idempotency: .repeatable, body: .image(parts: ["photo"], json: nil),
            answers: [
                .json(
                    .object(
                        stored + size + [
                            .required("space", .text), .required("dimension", .count),
                            .required("normalised", .boolean),
                            .required("faces", .array(.reference("FoundFace"))),
                        ]))
            ]
        ) { call in
            let photo = try await services.vision.analyse(call.upload.parts["photo"] ?? [])
            let space = try await services.vision.space()
            return try .json(
                Embedded(
                    width: photo.width, height: photo.height, space: space.id, dimension: space.dimension,
                    normalised: space.normalised, faces: photo.faces.map { FoundFace($0, withVector: true) }))
        }
    }

    private static func verify(_ services: Services) -> Route {
        Route(
            .post, "/v1/verify", "verify", "Do two photos show the same person? The largest face of each counts",
            access: .scope(.search), limits: .search, audit: .sensitiveRead, idempotency: .repeatable,
            query: [.init("falseAcceptRate", .number(0.000_000_1...0.5))],
            body: .image(parts: ["a", "b"], json: nil),
            answers: [
                .json(
                    .object(
                        stored + [
                            .required("same", .boolean), .required("similarity", .similarity),
                            .required("probability", .share), .required("threshold", .number),
                            .required("falseAcceptRate", .number), .required("calibration", .text),
                            .required("space", .text), .required("faces", .array(.reference("FoundFace"), 2...2)),
                        ]))
            ], problems: [.noFace]
        ) { call in
            let rate = call.number("falseAcceptRate") ?? 1e-3
            let space = try await services.vision.space()
            guard let calibration = space.calibration else {
                throw Problem(.modelMissing, "the model has no calibration, so a similarity says nothing")
            }
            var faces: [AnalysedFace] = []
            for part in ["a", "b"] {
                let photo = try await services.vision.analyse(call.upload.parts[part] ?? [])
                guard let face = photo.faces.max(by: { $0.box[2] * $0.box[3] < $1.box[2] * $1.box[3] }) else {
                    throw Problem(
                        .noFace, "photo \(part) shows no face that was found",
                        faults: [.init(pointer: "/\(part)", detail: "shows no face")])
                }
                faces.append(face)
            }
            let similarity = Similarity.cosine(faces[0].embedding, faces[1].embedding)
            let threshold = calibration.threshold(falseAcceptRate: rate)
            return try .json(
                Verified(
                    same: similarity >= threshold, similarity: rounded(similarity),
                    probability: rounded(Float(calibration.probability(similarity))), threshold: rounded(threshold),
                    falseAcceptRate: rate, calibration: calibration.source, space: space.id,
                    faces: faces.map { FoundFace($0) }))
        }
    }

    private static func identify(_ services: Services) -> Route {
        Route(
            .post, "/v1/identify", "identify", "Who is it: known, unsure or unknown, with the people most like it",
            access: .scope(.search), limits: .search, audit: .sensitiveRead, idempotency: .repeatable,
            query: [.init("limit", .integer(1...100)), .init("face", .integer(0...1000))],
            body: .image(parts: ["photo"], json: nil),
            answers: [
                .json(
                    .object(
                        stored + [
                            .required("verdict", .oneOf("known", "unsure", "unknown")),
                            .required("people", .array(.reference("SimilarPerson"))), .required("threshold", .number),
                            .required("margin", .number.nullable), .required("query", .count),
                            .required("faces", .array(.reference("FoundFace"))),
                        ]))
            ], problems: [.noFace, .severalFaces, .wrongSpace]
        ) { call in
            let photo = try await services.vision.analyse(call.upload.parts["photo"] ?? [])
            let index = try chosen(call.integer("face"), of: photo.faces)
            let (vector, limit) = (photo.faces[index].embedding, call.integer("limit") ?? 5)
            let space = try await services.vision.space()
            let found = try await services.ask { try $0.identify(vector, space: space, limit: limit) }
            return try .json(
                Identified(found, query: index, faces: photo.faces.map { FoundFace($0) }),
                subjects: found.people.prefix(1).map(\.person.id))
        }
    }

    private static let stored: [Schema.Field] = [.required("stored", .boolean)]
    private static let size: [Schema.Field] = [.required("width", .count), .required("height", .count)]

    /// Four digits: whoever may ask often must not climb a hill towards a template (service.md §11).
    private static func rounded(_ x: Float) -> Double { (Double(x) * 10_000).rounded() / 10_000 }
}

private struct Detected: Encodable {
    let stored = false
    let width: Int
    let height: Int
    let faces: [FoundFace]
}

private struct Embedded: Encodable {
    let stored = false
    let width: Int
    let height: Int
    let space: String
    let dimension: Int
    let normalised: Bool
    let faces: [FoundFace]
}

private struct Verified: Encodable {
    let stored = false
    let same: Bool
    let similarity: Double
    let probability: Double
    let threshold: Double
    let falseAcceptRate: Double
    let calibration: String
    let space: String
    let faces: [FoundFace]
}

private struct Identified: Encodable {
    let stored = false
    let verdict: Identification.Verdict
    let people: [SimilarPerson]
    let threshold: Double
    @Nullable var margin: Double?
    let query: Int
    let faces: [FoundFace]

    init(_ found: Identification, query: Int, faces: [FoundFace]) {
        verdict = found.verdict
        people = found.people
        threshold = found.threshold
        margin = found.margin
        self.query = query
        self.faces = faces
    }
}

import FaceLibrary
import HTTPTypes
import Hummingbird

extension Routes {
    static func faces(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/faces/{id}", "getFace", "A face", access: .scope(.faceRead), limits: .read, audit: .none,
                idempotency: .safe, answers: [.json(.reference("Face"))]
            ) { call in
                let id = call.parameter("id")
                return try .json(try await services.ask { try $0.face(id) })
            },
            Route(
                .get, "/v1/faces/{id}/crop", "getCrop", "The picture of a face", access: .scope(.faceRead),
                limits: .read, audit: .none, idempotency: .safe, query: [.init("v", .text(0...100))],
                answers: [picture, .init(304, "Not changed")]
            ) { call in
                let id = call.parameter("id")
                let kept = try await services.ask { try $0.keptCrop(of: id) }
                let crop = if let kept { kept } else { try await services.pictures.crop(of: id) }
                return try await picture(tag: crop.etag, call) { crop.bytes }
            },
            Route(
                .get, "/v1/faces/{id}/neighbours", "listNeighbours", "The most similar faces",
                access: .scope(.faceRead),
                limits: .search, audit: .none, idempotency: .safe, query: [.init("limit", .integer(1...500))],
                answers: [
                    .json(
                        .object(
                            .required(
                                "items",
                                .array(
                                    .object(
                                        .required("face", .reference("Face")), .required("similarity", .similarity))))))
                ]
            ) { call in
                let id = call.parameter("id")
                let limit = call.integer("limit") ?? 20
                return try .json(Items(items: try await services.ask { try $0.neighbours(of: id, limit: limit) }))
            },
            Route(
                .get, "/v1/loose", "listLooseFaces", "Faces without a person, and who they may be",
                access: .scope(.faceRead), limits: .read, audit: .none, idempotency: .safe, query: paging,
                answers: [
                    .json(
                        .page(
                            .object(
                                .required("face", .reference("Face")),
                                .required("candidates", .array(.reference("SimilarPerson"))))))
                ]
            ) { call in try await services.page(call) { try $0.looseFaces(page: $1) } },
        ]
    }

    static let picture = Route.Answer(200, "The picture", [("image/jpeg", nil)])

    /// A picture whose address changes with its bytes when the caller names the version (`?v=`); else it is asked for again.
    /// `bytes` is asked only when the caller has not got them.
    static func picture(
        tag: String, _ call: Call, _ bytes: () async throws -> [UInt8]
    ) async throws -> Reply {
        let quoted = tag.hasPrefix("\"") ? tag : "\"\(tag)\""
        var headers: HTTPFields = [.eTag: quoted]
        let isVersioned = call.query["v"].map { !$0.isEmpty } ?? false
        headers[.cacheControl] = isVersioned ? "private, max-age=31536000, immutable" : "private, no-cache"
        if call.request.headers[.ifNoneMatch] == quoted { return Reply(304, headers: headers) }
        return Reply(200, .bytes(try await bytes(), type: "image/jpeg"), headers: headers)
    }
}

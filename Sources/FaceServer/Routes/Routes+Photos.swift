import FaceLibrary
import HTTPTypes

extension Routes {
    static func photos(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/photos", "listPhotos", "Photos, newest first", access: .scope(.photoRead), limits: .read,
                audit: .none, idempotency: .safe,
                query: [
                    .init("state", .oneOf(LibraryPhoto.State.allCases.map(\.rawValue))), .init("q", .text(0...200)),
                ] + paging, answers: [.json(.page(.reference("Photo")))]
            ) { call in
                let state = call.query["state"].flatMap(LibraryPhoto.State.init(rawValue:))
                let path = call.query["q"].flatMap { $0.isEmpty ? nil : $0 }
                return try await services.page(call) { try $0.photos(state: state, path: path, page: $1) }
            },
            Route(
                .get, "/v1/photos/{id}", "getPhoto", "A photo with its faces", access: .scope(.photoRead),
                limits: .read,
                audit: .none, idempotency: .safe, answers: [.json(.reference("Photo"))]
            ) { call in
                let id = call.parameter("id")
                return try .json(try await services.ask { try $0.photo(id) })
            },
            Route(
                .get, "/v1/photos/{id}/image", "getImage", "The upright picture, reduced", access: .scope(.photoRead),
                limits: .read, audit: .none, idempotency: .safe,
                query: [.init("size", .oneOf("320", "1440")), .init("v", .text(0...100))],
                answers: [picture, .init(304, "Not changed")]
            ) { call in
                let id = call.parameter("id")
                let side = call.integer("size") ?? 1440
                let version = try await services.ask { try $0.version(ofPhoto: id) }
                return try await picture(tag: "\(version)-\(side)", call) {
                    try await services.pictures.image(of: id, version: version, side: side)
                }
            },
            drawBox(services),
        ]
    }

    private static func drawBox(_ services: Services) -> Route {
        Route(
            .post, "/v1/photos/{id}:box", "drawBox", "A face that no detector found", access: .scope(.faceWrite),
            limits: .write, audit: .change, idempotency: .keyed,
            body: .json(
                .object(
                    .required("box", Components.drawnBox), .optional("name", Components.name.nullable),
                    .optional("person", .id("per").nullable))),
            answers: [.json(.reference("PersonChange"))], problems: [.conflict]
        ) { call in
            struct Body: Decodable {
                let box: [Double]
                let name: String?
                let person: String?
            }
            let (id, body) = (call.parameter("id"), try call.body(Body.self))
            if body.name != nil, body.person != nil {
                throw Problem.invalid("/name", "and a person cannot both be given")
            }
            let target = body.person.map(AssignTarget.person) ?? body.name.map(AssignTarget.named)
            return try await services.change(call) { try $0.drawBox(body.box, in: id, for: target, by: $1) }
        }
    }
}

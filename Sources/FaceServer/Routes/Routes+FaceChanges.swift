import FaceLibrary
import HTTPTypes

extension Routes {
    static func faceChanges(_ services: Services) -> [Route] {
        [assign(services), reject(services)] + [
            marking(services, "ignore", "ignoreFaces", "Strangers: leave these faces out") {
                try $0.ignore($1, by: $2)
            },
            marking(services, "unignore", "unignoreFaces", "Take these faces in again") { try $0.unignore($1, by: $2) },
            marking(services, "not-a-face", "markNotAFace", "These are no faces") {
                try $0.ignore($1, notAFace: true, by: $2)
            },
            unbox(services),
        ]
    }

    private static func assign(_ services: Services) -> Route {
        Route(
            .post, "/v1/faces:assign", "assignFaces", "These faces are this person, or a new one",
            access: .scope(.faceWrite), limits: .write, audit: .change, idempotency: .keyed,
            body: .json(
                .anyOf(
                    .object(.required("faces", Components.faceIDs), .required("person", .id("per"))),
                    .object(.required("faces", Components.faceIDs), .required("name", Components.name)))),
            answers: [.json(.reference("PersonChange"))], problems: [.notFound]
        ) { call in
            let body = try call.body(Target.self)
            guard let target = body.target else { throw Problem(.invalidInput, "name a person or a new name") }
            return try await services.change(call) { try $0.assign(body.faces ?? [], to: target, by: $1) }
        }
    }

    /// Faces and whose they are: someone known, or someone new.
    struct Target: Decodable, Sendable {
        let faces: [String]?
        let person: String?
        let name: String?

        var target: AssignTarget? { person.map(AssignTarget.person) ?? name.map(AssignTarget.named) }
    }

    private static func reject(_ services: Services) -> Route {
        Route(
            .post, "/v1/faces:reject", "rejectFaces", "These faces are not this person", access: .scope(.faceWrite),
            limits: .write, audit: .change, idempotency: .keyed,
            body: .json(.object(.required("faces", Components.faceIDs), .required("person", .id("per")))),
            answers: [.json(.reference("PersonChange"))], problems: [.notFound]
        ) { call in
            let body = try call.body(Target.self)
            return try await services.change(call) {
                try $0.reject(body.faces ?? [], from: body.person ?? "", by: $1)
            }
        }
    }

    private static func marking(
        _ services: Services, _ verb: String, _ operation: String, _ summary: String,
        _ body: @escaping @Sendable (PhotoLibrary, [String], Author) throws -> PersonChange
    ) -> Route {
        Route(
            .post, "/v1/faces:\(verb)", operation, summary, access: .scope(.faceWrite), limits: .write, audit: .change,
            idempotency: .keyed, body: .json(.object(.required("faces", Components.faceIDs))),
            answers: [.json(.reference("PersonChange"))], problems: [.notFound]
        ) { call in
            let faces = try call.body(Target.self).faces ?? []
            return try await services.change(call) { try body($0, faces, $1) }
        }
    }

    private static func unbox(_ services: Services) -> Route {
        Route(
            .post, "/v1/faces/{id}:unbox", "removeBox", "Takes a drawn box away", access: .scope(.faceWrite),
            limits: .write, audit: .change, idempotency: .keyed, answers: [.json(.reference("PersonChange"))],
            problems: [.conflict]
        ) { call in
            let id = call.parameter("id")
            return try await services.change(call) { try $0.removeBox(id, by: $1) }
        }
    }
}

import FaceCore
import FaceLibrary
import HTTPTypes

/// Many changes in one request: each is a decision of its own, with its own undo; one that is refused leaves the others.
extension Routes {
    static func bulk(_ services: Services) -> [Route] { [updatePeople(services), decideFaces(services)] }

    private static let outcomes = Schema.object(
        .required(
            "items",
            .array(
                .object(
                    .required("id", .text.nullable), .required("status", .integer(200...599)),
                    .required("change", Schema.reference("PersonChange").nullable),
                    .required("problem", Schema.reference("Problem").nullable)))))

    private static func updatePeople(_ services: Services) -> Route {
        Route(
            .post, "/v1/people:update", "updatePeople", "Hides, shows or marks many people at once",
            access: .scope(.personWrite), limits: .write, audit: .change, idempotency: .keyed,
            body: .json(
                .object(
                    .required(
                        "people",
                        .array(.object(.required("id", .id("per")), .required("version", .count)), 1...1000)),
                    .optional("hidden", .boolean), .optional("favourite", .boolean))),
            answers: [.json(outcomes, "What became of each, in the order of the request")]
        ) { call in
            struct Body: Decodable {
                struct One: Decodable {
                    let id: String
                    let version: Int
                }
                let people: [One]
                let hidden: Bool?
                let favourite: Bool?
            }
            let body = try call.body(Body.self)
            let update = PersonUpdate(hidden: body.hidden, favourite: body.favourite)
            guard body.hidden != nil || body.favourite != nil else {
                throw Problem(.invalidInput, "the body changes nothing")
            }
            return try await many(call, services, body.people.map(\.id)) { k in
                let one = body.people[k]
                return { try $0.update(one.id, update, ifMatch: one.version, by: $1) }
            }
        }
    }

    private static func decideFaces(_ services: Services) -> Route {
        Route(
            .post, "/v1/faces:decide", "decideFaces", "Assigns, rejects and ignores faces, many decisions at once",
            access: .scope(.faceWrite), limits: .write, audit: .change, idempotency: .keyed,
            body: .json(
                .object(
                    .required(
                        "operations",
                        .array(
                            .object(
                                .required("action", .oneOf("assign", "reject", "ignore", "unignore", "not-a-face")),
                                .required("faces", Components.faceIDs), .optional("person", .id("per").nullable),
                                .optional("name", Components.name.nullable)), 1...200)))),
            answers: [.json(outcomes, "What became of each, in the order of the request")]
        ) { call in
            let operations = try call.body(Operations.self).operations
            for (k, operation) in operations.enumerated() {
                if let fault = operation.fault { throw Problem.invalid("/operations/\(k)", fault) }
            }
            return try await many(call, services, operations.map { _ in nil }) { operations[$0].perform }
        }
    }

    private struct Operations: Decodable {
        let operations: [Operation]
    }

    private struct Operation: Decodable, Sendable {
        enum Action: String, Decodable {
            case assign, reject, ignore, unignore
            case notAFace = "not-a-face"
        }

        let action: Action
        let faces: [String]
        let person: String?
        let name: String?

        /// What its action lacks, or has too much.
        var fault: String? {
            switch action {
            case .assign: (person == nil) == (name == nil) ? "needs a person or a name, and not both" : nil
            case .reject: person == nil || name != nil ? "needs a person, and no name" : nil
            case .ignore, .unignore, .notAFace: person != nil || name != nil ? "takes neither person nor name" : nil
            }
        }

        var perform: @Sendable (PhotoLibrary, Author) throws -> PersonChange {
            { [self] library, author in
                switch action {
                case .assign:
                    let target = person.map(AssignTarget.person) ?? .named(name ?? "")
                    return try library.assign(faces, to: target, by: author)
                case .reject: return try library.reject(faces, from: person ?? "", by: author)
                case .ignore: return try library.ignore(faces, by: author)
                case .unignore: return try library.unignore(faces, by: author)
                case .notAFace: return try library.ignore(faces, notAFace: true, by: author)
                }
            }
        }
    }

    /// Makes the changes one after the other, each in a call of its own: nobody else waits for all of them.
    private static func many(
        _ call: Call, _ services: Services, _ ids: [String?],
        _ change: (Int) -> @Sendable (PhotoLibrary, Author) throws -> PersonChange
    ) async throws -> Reply {
        var (items, subjects): ([StrictJSON], [String]) = ([], [])
        for (k, id) in ids.enumerated() {
            var author = services.author(call)
            author.requestKey = author.requestKey.map { "\($0) \(k)" }
            let (own, body) = (author, change(k))
            var (status, made, problem): (Int, StrictJSON, StrictJSON) = (200, .null, .null)
            do {
                let result = try await services.explained { try await services.alter { try body($0, own) } }
                made = try Services.json(result)
                subjects += [result.decision.id] + result.decision.subjects
            } catch {
                let known = (error as? Problem) ?? (error as? LikenessError).map { Problem($0) }
                guard let known, known.kind != .internalError else { throw error }
                status = known.kind.status
                problem = known.json(instance: call.id)
            }
            items.append(
                .object([
                    .init("id", id.map(StrictJSON.string) ?? .null), .init("status", .integer(status)),
                    .init("change", made), .init("problem", problem),
                ]))
        }
        let answer = StrictJSON.object([.init("items", .array(items))])
        return Reply(200, .bytes(answer.utf8, type: "application/json"), subjects: subjects)
    }
}

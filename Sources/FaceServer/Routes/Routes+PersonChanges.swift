import FaceCore
import FaceLibrary
import HTTPTypes

extension Routes {
    static func personChanges(_ services: Services) -> [Route] {
        [update(services), merge(services), split(services), forget(services), preview(services)]
    }

    private static func update(_ services: Services) -> Route {
        Route(
            .patch, "/v1/people/{id}", "updatePerson", "Names, hides, marks a person; null clears a field",
            access: .scope(.personWrite), limits: .write, audit: .change, idempotency: .natural, needsVersion: true,
            body: .json(
                .object(
                    .optional("name", Components.name.nullable), .optional("birthDate", .date.nullable),
                    .optional("hidden", .boolean), .optional("favourite", .boolean),
                    .optional("avatar", .id("fac").nullable))),
            answers: [.json(.reference("PersonChange"))], problems: [.conflict]
        ) { call in
            let (id, version) = (call.parameter("id"), call.version)
            let changes = try call.body(PersonUpdate.self)
            if case .object(let members) = call.json, members.isEmpty {
                throw Problem(.invalidInput, "the body changes nothing")
            }
            return try await services.change(call) { try $0.update(id, changes, ifMatch: version, by: $1) }
        }
    }

    private static func merge(_ services: Services) -> Route {
        Route(
            .post, "/v1/people/{id}:merge", "mergePeople",
            "Others are this person too; their ids lead here from now on",
            access: .scope(.personWrite), limits: .write, audit: .change, idempotency: .keyed, needsVersion: true,
            body: .json(
                .object(
                    .required("from", .array(.id("per"), 1...1000)), .optional("name", Components.name.nullable))),
            answers: [.json(.reference("PersonChange"))], problems: [.conflict]
        ) { call in
            struct Body: Decodable {
                let from: [String]
                let name: String?
            }
            let (id, version, body) = (call.parameter("id"), call.version, try call.body(Body.self))
            do {
                return try await services.change(call) {
                    try $0.merge(into: id, from: body.from, name: body.name, ifMatch: version, by: $1)
                }
            } catch let error as LikenessError where error.code == .conflict && error.subject == "name" {
                throw try await namesConflict(error, services, [id] + body.from)
            }
        }
    }

    /// The names among which the page lets a person choose.
    private static func namesConflict(
        _ error: LikenessError, _ services: Services, _ ids: [String]
    ) async throws -> Problem {
        let names = try await services.ask { library in try ids.compactMap { try library.person($0).name } }
        var distinct: [String] = []
        for name in names where !distinct.contains(name) { distinct.append(name) }
        var problem = Problem(error)
        problem.members.append(.init("names", .array(distinct.map(StrictJSON.string))))
        return problem
    }

    private static func split(_ services: Services) -> Route {
        Route(
            .post, "/v1/people/{id}:split", "splitPerson", "These faces are somebody else",
            access: .scope(.personWrite), limits: .write, audit: .change, idempotency: .keyed, needsVersion: true,
            body: .json(
                .object(
                    .required("faces", .array(.id("fac"), 1...100_000)), .optional("name", Components.name.nullable))),
            answers: [.json(.reference("PersonChange"))], problems: [.conflict]
        ) { call in
            struct Body: Decodable {
                let faces: [String]
                let name: String?
            }
            let (id, version, body) = (call.parameter("id"), call.version, try call.body(Body.self))
            return try await services.change(call) {
                try $0.split(id, faces: body.faces, name: body.name, ifMatch: version, by: $1)
            }
        }
    }

    private static func forget(_ services: Services) -> Route {
        Route(
            .post, "/v1/people/{id}:forget", "forgetPerson",
            "Erases vectors, crops and names of a person; the receipt is in the job. Cannot be undone",
            access: .scope(.admin), limits: .write, audit: .change, idempotency: .keyed,
            body: .json(.object(.required("confirm", .text(1...200)))),
            answers: [.json(.reference("JobStarted"), status: 202, "Under way")], problems: [.conflict]
        ) { call in
            struct Body: Decodable { let confirm: String }
            let (id, body, author) = (call.parameter("id"), try call.body(Body.self), services.author(call))
            let job = try await services.ask { library in
                let person = try library.person(id)
                guard body.confirm == person.name || body.confirm == person.id || body.confirm == id else {
                    throw Problem.invalid("/confirm", "must be the name or the id of the person")
                }
                return try library.enqueueForget(.person(person.id), by: author)
            }
            return try .json(JobStarted(job: job), status: 202, subjects: [job.id])
        }
    }

    private static func preview(_ services: Services) -> Route {
        Route(
            .post, "/v1/people:preview", "previewChange", "What a merge or a split would do",
            access: .scope(.personRead),
            limits: .search, audit: .none, idempotency: .repeatable,
            body: .json(
                .object(
                    .required("action", .oneOf("merge", "split")), .required("person", .id("per")),
                    .optional("from", .array(.id("per"), 1...1000)),
                    .optional("faces", .array(.id("fac"), 1...100_000)))),
            answers: [.json(changePreview)], problems: [.notFound]
        ) { call in
            struct Body: Decodable {
                let action: String
                let person: String
                let from: [String]?
                let faces: [String]?
            }
            let body = try call.body(Body.self)
            let action: PreviewAction
            if body.action == "merge" {
                guard let from = body.from else { throw Problem.invalid("/from", "is missing") }
                action = .merge(into: body.person, from: from)
            } else {
                guard let faces = body.faces else { throw Problem.invalid("/faces", "is missing") }
                action = .split(person: body.person, faces: faces)
            }
            return try .json(try await services.ask { try $0.preview(action) })
        }
    }

    private static let changePreview = Schema.object(
        .required("facesAfter", .count), .required("photosAfter", .count),
        .required(
            "conflicts",
            .array(.object(.required("faces", .array(.reference("Face"))), .required("reason", .text)))),
        .required("examples", .array(.reference("Face"))))
}

/// The answer of what goes on in the background.
struct JobStarted: Encodable {
    let job: Job
}

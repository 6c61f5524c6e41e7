import FaceCore
import FaceLibrary
import Foundation
import HTTPTypes

extension Routes {
    static func groupings(_ services: Services) -> [Route] {
        [
            Route(
                .post, "/v1/groupings", "startGrouping",
                "Groups anew with other parameters; `dryRun` only shows what moves",
                access: .scope(.personWrite), limits: .write, audit: .change, idempotency: .keyed,
                body: .json(
                    .object(
                        .optional("parameters", groupingParameters.nullable), .optional("dryRun", .boolean))),
                answers: [
                    .json(groupingPreview, "What would move"),
                    .json(.reference("JobStarted"), status: 202, "Under way"),
                ], problems: [.conflict]
            ) { call in
                struct Parameters: Decodable {
                    let threshold: Double?
                    let qualityFloor: Double?
                }
                struct Body: Decodable {
                    let parameters: Parameters?
                    let dryRun: Bool?
                }
                let body = try call.body(Body.self)
                // what is not said stays as it is set
                let settings = try await services.ask { try $0.settings() }
                let parameters = GroupingParameters(
                    threshold: body.parameters?.threshold ?? settings.threshold,
                    qualityFloor: body.parameters?.qualityFloor ?? settings.qualityFloor)
                if body.dryRun == true {
                    let (library, threads) = (services.library, services.options.threads)
                    let preview = try await services.trials.run(who: call.principal?.id ?? "-", call: call) {
                        try library.previewGrouping(parameters, threads: threads, cancellation: $0)
                    }
                    var reply = try Reply.json(preview)
                    // the end of the connection was listened for, so it cannot be used again
                    if call.isConnected { reply.headers[.connection] = "close" }
                    return reply
                }
                let job = try await services.ask { try $0.enqueueGrouping(parameters) }
                return try .json(JobStarted(job: job), status: 202, subjects: [job.id])
            }
        ]
    }

    private static let groupingParameters = Schema.object(
        .optional("threshold", .number(-1...1).nullable), .optional("qualityFloor", .share.nullable))

    private static let groupingPreview = Schema.object(
        .required("moves", .count),
        .required("people", .object(.required("before", .count), .required("after", .count))),
        .required(
            "examples",
            .array(
                .object(
                    .required("face", .reference("Face")), .required("from", .reference("Person").nullable),
                    .required("to", .reference("Person").nullable)))))

    static func settings(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/settings", "getSettings", "What the owner can set", access: .scope(.admin), limits: .read,
                audit: .none, idempotency: .safe, answers: [.json(.reference("Settings"))]
            ) { _ in
                let settings = try await services.ask { try $0.settings() }
                return try .json(settings, version: settings.version)
            },
            Route(
                .patch, "/v1/settings", "updateSettings", "Changes settings", access: .scope(.admin), limits: .write,
                audit: .change, idempotency: .natural, needsVersion: true,
                body: .json(
                    .object(
                        .optional("threshold", .number(-1...1).nullable), .optional("qualityFloor", .share),
                        .optional("minFacesShown", .integer(1...1000)),
                        .optional("looseRetentionDays", .integer(1...36_500).nullable))),
                answers: [.json(.reference("Settings"))]
            ) { call in
                let (patch, version) = (try call.body(SettingsUpdate.self), call.version)
                if case .object(let members) = call.json, members.isEmpty {
                    throw Problem(.invalidInput, "the body changes nothing")
                }
                let author = services.author(call)
                let settings = try await services.explained {
                    try await services.alter { try $0.updateSettings(patch, ifMatch: version, by: author) }
                }
                return try .json(settings, version: settings.version)
            },
        ]
    }

    static func keys(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/keys", "listKeys", "Keys of programs", access: .scope(.admin), limits: .read, audit: .none,
                idempotency: .safe, answers: [.json(.page(.reference("Key")))]
            ) { _ in try .json(WholePage(try await services.ask { try $0.keys() })) },
            Route(
                .post, "/v1/keys", "createKey", "Makes a key; its secret is shown this once", access: .scope(.admin),
                limits: .write, audit: .change, idempotency: .keyedInMemory,
                body: .json(
                    .object(
                        .required("name", Components.name),
                        .required("scopes", .array(.oneOf(Scope.allCases.map(\.rawValue)), 1...Scope.allCases.count)),
                        .optional("expiresAt", .time.nullable))),
                answers: [
                    .json(
                        .object(.required("key", .reference("Key")), .required("secret", .text)), status: 201, "Made")
                ]
            ) { call in try await createKey(call, services) },
            Route(
                .delete, "/v1/keys/{id}", "deleteKey", "Withdraws a key", access: .scope(.admin), limits: .write,
                audit: .change, idempotency: .natural, answers: [.init(204, "Withdrawn")]
            ) { call in
                let id = call.parameter("id")
                try await services.ask { try $0.deleteKey(id) }
                services.hub.end { $0.id == id }
                return Reply(204, subjects: [id])
            },
        ]
    }

    private static func createKey(_ call: Call, _ services: Services) async throws -> Reply {
        struct Body: Decodable {
            let name: String
            let scopes: [String]
            let expiresAt: String?
        }
        struct Answer: Encodable {
            let key: AccessKey
            let secret: String
        }
        let body = try call.body(Body.self)
        if let text = body.expiresAt, let date = WireTime.parse(text), date <= Date() {
            throw Problem.invalid("/expiresAt", "must lie in the future")
        }
        // nobody gives away what they have not: a key with `admin` alone cannot make one that reads vectors
        for scope in body.scopes.compactMap(Scope.init(rawValue:)) where call.principal?.may(scope) != true {
            throw Problem(.forbidden, "the scope \(scope.rawValue) is not yours to give")
        }
        let made = try await services.ask { library in
            try library.createKey(name: body.name, scopes: body.scopes, expiresAt: body.expiresAt)
        }
        return try .json(Answer(key: made.key, secret: made.secret), status: 201, subjects: [made.key.id])
    }

    static func users(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/users", "listUsers", "People who were invited", access: .scope(.admin), limits: .read,
                audit: .none, idempotency: .safe, answers: [.json(.page(.reference("User")))]
            ) { _ in try .json(WholePage(services.accounts.users.map(UserAnswer.init))) },
            Route(
                .post, "/v1/users", "inviteUser", "Invites somebody; the link is shown this once",
                access: .scope(.admin), limits: .write, audit: .change, idempotency: .keyedInMemory,
                body: .json(
                    .object(
                        .required("name", Components.name), .required("role", .oneOf(Role.allCases.map(\.rawValue))))),
                answers: [
                    .json(
                        .object(.required("user", .reference("User")), .required("path", .text)), status: 201,
                        "Invited")
                ]
            ) { call in
                struct Body: Decodable {
                    let name: String
                    let role: Role
                }
                struct Answer: Encodable {
                    let user: UserAnswer
                    let path: String
                }
                let body = try call.body(Body.self)
                let (user, token) = try services.accounts.invite(name: body.name, role: body.role)
                return try .json(
                    Answer(user: UserAnswer(user), path: "/?token=\(token)"), status: 201, subjects: [user.id])
            },
            Route(
                .delete, "/v1/users/{id}", "removeUser", "Signs somebody out for good", access: .scope(.admin),
                limits: .write, audit: .change, idempotency: .natural, answers: [.init(204, "Removed")]
            ) { call in
                let id = call.parameter("id")
                guard try services.accounts.remove(user: id) else { throw Problem.notFound("user of this id") }
                services.hub.end { $0.id == id }
                return Reply(204, subjects: [id])
            },
        ]
    }

    static func audit(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/audit", "listAudit",
                "Who did what, newest first; each row carries the hash of the one before",
                access: .scope(.admin), limits: .read, audit: .none, idempotency: .safe, query: paging,
                answers: [.json(.page(.reference("AuditEntry")))]
            ) { call in try await services.page(call) { try $0.auditLog(page: $1) } },
            Route(
                .get, "/v1/audit:verify", "verifyAudit", "Whether the chain of hashes is whole", access: .scope(.admin),
                limits: .search, audit: .none, idempotency: .safe,
                answers: [.json(.object(.required("ok", .boolean), .required("firstBroken", .count.nullable)))]
            ) { _ in
                struct Answer: Encodable {
                    let ok: Bool
                    @Nullable var firstBroken: Int?
                }
                let broken = try await services.ask { try $0.verifyAudit() }
                return try .json(Answer(ok: broken == nil, firstBroken: broken))
            },
        ]
    }
}

private struct UserAnswer: Codable, Sendable, Hashable {
    let id: String
    let name: String
    let role: Role
    let createdAt: String

    init(_ user: Accounts.User) {
        id = user.id
        name = user.name
        role = user.role
        createdAt = WireTime.text(user.createdAt)
    }
}

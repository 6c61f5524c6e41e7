import FaceLibrary
import HTTPTypes
import Hummingbird

extension Routes {
    static func imports(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/imports", "listImports", "Imported folders with their counters and failures",
                access: .scope(.jobRead), limits: .read, audit: .none, idempotency: .safe,
                answers: [
                    .json(
                        .object(
                            .required("items", .array(.reference("ImportFolder"))), .required("next", .text.nullable),
                            .required("roots", .array(.text))))
                ]
            ) { _ in
                let folders = try await services.ask { try $0.imports() }
                let roots = services.roots(folders)
                return try .json(Imports(items: folders, next: nil, roots: roots.folders))
            },
            Route(
                .post, "/v1/imports", "startImport", "Imports folders inside the allowed roots", access: .scope(.job),
                limits: .write, audit: .change, idempotency: .keyed,
                body: .json(.object(.required("paths", .array(Schema(.string(.path)), 1...100)))),
                answers: [.json(.reference("JobStarted"), status: 202, "Under way")]
            ) { call in
                struct Body: Decodable { let paths: [String] }
                let paths = try call.body(Body.self).paths
                let job = try await services.ask { library in
                    let roots = services.roots(try library.imports())
                    return try library.enqueueImport(try paths.map { try roots.resolve($0) })
                }
                return try .json(JobStarted(job: job), status: 202, subjects: [job.id])
            },
        ]
    }

    static func jobs(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/jobs", "listJobs", "Jobs, newest first", access: .scope(.jobRead), limits: .read,
                audit: .none, idempotency: .safe,
                query: [
                    .init("state", .oneOf(Job.State.allCases.map(\.rawValue))), .init("limit", .integer(1...500)),
                ], answers: [.json(.page(.reference("Job")))]
            ) { call in
                let state = call.query["state"].flatMap(Job.State.init(rawValue:))
                let limit = call.integer("limit") ?? 100
                return try .json(WholePage(try await services.ask { try $0.jobs(state: state, limit: limit) }))
            },
            Route(
                .get, "/v1/jobs/{id}", "getJob", "A job", access: .scope(.jobRead), limits: .read, audit: .none,
                idempotency: .safe, answers: [.json(.reference("Job"))]
            ) { call in
                let id = call.parameter("id")
                return try .json(try await services.ask { try $0.job(id) })
            },
            Route(
                .get, "/v1/jobs/{id}/events", "followJob", "The progress of a job as server-sent events",
                access: .scope(.jobRead), limits: .stream, audit: .none, idempotency: .safe,
                answers: [eventStream]
            ) { call in
                let id = call.parameter("id")
                _ = try await services.ask { try $0.job(id) }
                return try await services.follow(call, wants: { $0.job == id }, ends: { $0.name == "done" }) {
                    [try $0.job(id)]
                }
            },
            Route(
                .get, "/v1/events", "followAll", "Jobs and changed people as server-sent events",
                access: .scope(.jobRead), limits: .stream, audit: .none, idempotency: .safe, answers: [eventStream]
            ) { call in
                try await services.follow(call, wants: { _ in true }) { library in
                    try library.jobs(state: .queued, limit: 20) + library.jobs(state: .running, limit: 20)
                }
            },
            control(services, "pause", "pauseJob", "Lets a job wait") { try $0.pause(job: $1) },
            control(services, "resume", "resumeJob", "Lets a paused job go on") { try $0.resume(job: $1) },
            control(services, "retry", "retryJob", "Tries a failed job again") { try $0.retry(job: $1) },
            Route(
                .delete, "/v1/jobs/{id}", "cancelJob", "Ends a job", access: .scope(.job), limits: .write,
                audit: .change, idempotency: .natural, answers: [.json(.reference("Job"))]
            ) { call in
                let id = call.parameter("id")
                return try .json(try await services.ask { try $0.cancel(job: id) }, subjects: [id])
            },
        ]
    }

    private static let eventStream = Route.Answer(200, "Events", [("text/event-stream", nil)])

    private static func control(
        _ services: Services, _ verb: String, _ operation: String, _ summary: String,
        _ body: @escaping @Sendable (PhotoLibrary, String) throws -> Job
    ) -> Route {
        Route(
            .post, "/v1/jobs/{id}:\(verb)", operation, summary, access: .scope(.job), limits: .write, audit: .change,
            idempotency: .keyed, answers: [.json(.reference("Job"))], problems: [.conflict]
        ) { call in
            let id = call.parameter("id")
            return try .json(try await services.ask { try body($0, id) }, subjects: [id])
        }
    }
}

/// The answer of `GET /v1/imports`.
private struct Imports: Encodable {
    let items: [ImportFolder]
    @Nullable var next: String?
    let roots: [String]
}

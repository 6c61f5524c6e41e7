import FaceLibrary
import HTTPTypes

extension Routes {
    static func people(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/people", "listPeople", "People: named ones and groups that nobody named",
                access: .scope(.personRead), limits: .read, audit: .none, idempotency: .safe,
                query: [
                    .init("filter", .oneOf("named", "unnamed", "hidden", "all")),
                    .init("sort", .oneOf("faces", "name", "lastSeen")), .init("q", .text(0...200)),
                ] + paging, answers: [.json(.page(.reference("Person")))]
            ) { call in
                let filter = PeopleFilter(rawValue: call.query["filter"] ?? "all") ?? .all
                let sort = PeopleSort(rawValue: call.query["sort"] ?? "faces") ?? .faces
                let name = call.query["q"].flatMap { $0.isEmpty ? nil : $0 }
                return try await services.page(call) { try $0.people(filter, sort: sort, named: name, page: $1) }
            },
            Route(
                .get, "/v1/people/{id}", "getPerson", "A person; a former id leads to the one that survived",
                access: .scope(.personRead), limits: .read, audit: .none, idempotency: .safe,
                answers: [.json(.reference("Person"))]
            ) { call in
                let id = call.parameter("id")
                let person = try await services.ask { try $0.person(id) }
                return try .json(person, version: person.version)
            },
            Route(
                .get, "/v1/people/{id}/faces", "listFacesOfPerson", "The faces of a person", access: .scope(.faceRead),
                limits: .read, audit: .none, idempotency: .safe,
                query: [.init("order", .oneOf("worst", "best", "date")), .init("year", .integer(1...9998))] + paging,
                answers: [.json(.page(.reference("Face")))]
            ) { call in
                let id = call.parameter("id")
                let order = FaceOrder(rawValue: call.query["order"] ?? "best") ?? .best
                let year = call.integer("year")
                return try await services.page(call) { try $0.faces(of: id, order: order, year: year, page: $1) }
            },
            Route(
                .get, "/v1/people/{id}/photos", "listPhotosOfPerson", "The photos that show a person",
                access: .scope(.photoRead), limits: .read, audit: .none, idempotency: .safe,
                query: [.init("year", .integer(1...9998))] + paging, answers: [.json(.page(.reference("Photo")))]
            ) { call in
                let (id, year) = (call.parameter("id"), call.integer("year"))
                return try await services.page(call) { try $0.photos(of: id, year: year, page: $1) }
            },
            Route(
                .get, "/v1/people/{id}/similar", "listSimilarPeople", "Who else it may be: candidates for a merge",
                access: .scope(.personRead), limits: .search, audit: .none, idempotency: .safe,
                query: [.init("limit", .integer(1...100))],
                answers: [.json(.object(.required("items", .array(.reference("SimilarPerson")))))]
            ) { call in
                let id = call.parameter("id")
                let limit = call.integer("limit") ?? 10
                return try .json(Items(items: try await services.ask { try $0.similarPeople(to: id, limit: limit) }))
            },
            Route(
                .get, "/v1/people/{id}/split", "proposeSplit", "Sub-groups of a person, weakest bridge first",
                access: .scope(.personRead), limits: .search, audit: .none, idempotency: .safe,
                answers: [.json(splitProposal)]
            ) { call in
                let id = call.parameter("id")
                return try .json(try await services.ask { try $0.splitProposal(id) })
            },
        ]
    }

    private static let splitProposal = Schema.object(
        .required(
            "parts",
            .array(
                .object(
                    .required("faces", .array(.reference("Face"))), .required("faceIds", .array(.id("fac"))),
                    .required("count", .count), .required("from", .text.nullable), .required("to", .text.nullable)))),
        .required(
            "bridges",
            .array(
                .object(
                    .required("a", .reference("Face")), .required("b", .reference("Face")),
                    .required("similarity", .similarity)))))
}

/// A list that is never divided into pages.
struct Items<Item: Encodable>: Encodable {
    let items: [Item]
}

/// A list that has the form of a page and is always whole.
struct WholePage<Item: Codable & Sendable & Hashable>: Encodable {
    let items: [Item]
    @Nullable var next: String?

    init(_ items: [Item]) {
        self.items = items
        next = nil
    }
}

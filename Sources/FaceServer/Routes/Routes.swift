/// All routes, in the order of the contract.
package enum Routes {
    package static func all(_ services: Services) -> [Route] {
        let groups: [@Sendable (Services) -> [Route]] = [
            session, people, personChanges, faces, faceChanges, photos, questions, decisions, searches, developer,
            uploads, bulk, imports, jobs, groupings, settings, keys, users, audit, exports, service, pages,
        ]
        return groups.flatMap { $0(services) }
    }

    static let paging: [Route.Parameter] = [
        .init("limit", .integer(1...500)), .init("cursor", Schema(.string(.opaque))), .init("include", .oneOf("total")),
    ]
}

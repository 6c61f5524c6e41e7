import FaceCore
import FaceServer
import HTTPTypes
import Testing

@Suite struct PagingTests {
    /// All pages of a list, and the ids in order.
    private func walk(_ session: TestSession, _ path: String, limit: Int) async throws -> [String] {
        var ids: [String] = []
        var cursor = ""
        for _ in 0..<1000 {
            let mark = path.contains("?") ? "&" : "?"
            let page = try await session.get("\(path)\(mark)limit=\(limit)\(cursor.isEmpty ? "" : "&cursor=\(cursor)")")
            #expect(page.status == 200)
            #expect(page.items.count <= limit)
            ids += page.items.map { $0["id"]?.string ?? $0["face"]?.id ?? "\($0["seq"]?.integer ?? -1)" }
            guard let next = page.json["next"]?.string else { return ids }
            cursor = next
        }
        Issue.record("\(path) has no end")
        return ids
    }

    @Test func listsAreWholeWhateverTheSizeOfThePages() async throws {
        try await TestSession.run { session in
            let people = try await session.people(3)
            for person in people {
                _ = try await session.send(.patch, "/v1/people/\(person.id)", json: #"{"name":"Same"}"#, person.match)
            }
            for k in 0..<4 {
                let faces = try await session.faces(of: people[k % 3])
                _ = try await session.send(.post, "/v1/faces:ignore", json: "{\"faces\":[\"\(faces[k])\"]}")
            }
            for path in [
                "/v1/people?filter=all", "/v1/people?sort=name", "/v1/people?sort=lastSeen",
                "/v1/people?filter=unnamed",
                "/v1/people/\(people[0].id)/faces?order=worst", "/v1/people/\(people[0].id)/faces?order=date",
                "/v1/people/\(people[0].id)/photos", "/v1/photos", "/v1/loose", "/v1/decisions", "/v1/questions",
                "/v1/audit",
            ] {
                let whole = try await walk(session, path, limit: 500)
                #expect(Set(whole).count == whole.count, "\(path) has no id twice")
                for limit in [1, 2, 3, 7] {
                    #expect(try await walk(session, path, limit: limit) == whole, "\(path) by \(limit)")
                }
            }
            let counted = try await session.get("/v1/people?filter=all&limit=1&include=total").json["total"]?.integer
            #expect(counted == (try await walk(session, "/v1/people?filter=all", limit: 500)).count)
        }
    }

    @Test func cursorsBelongToTheirList() async throws {
        try await TestSession.run { session in
            let first = try await session.get("/v1/people?filter=all&sort=faces&limit=2")
            let cursor = first.json["next"]?.string ?? ""
            #expect(!cursor.isEmpty)
            #expect(try await session.get("/v1/people?filter=all&sort=faces&limit=3&cursor=\(cursor)").status == 200)
            for path in ["/v1/people?filter=all&sort=name", "/v1/people?filter=named&sort=faces", "/v1/photos?q=x"] {
                #expect(try await session.get("\(path)&cursor=\(cursor)").slug == "invalid-input", "\(path)")
            }
            #expect(try await session.get("/v1/people?filter=all&sort=faces&cursor=\(cursor)A").slug == "invalid-input")
        }
    }

    /// A person who is named while somebody pages through must not push another one out of the list.
    @Test func nothingIsLostWhileOthersChange() async throws {
        try await TestSession.run { session in
            let before = try await walk(session, "/v1/people?filter=all", limit: 500)
            let first = try await session.get("/v1/people?filter=all&limit=2")
            let person = first.items[0]
            _ = try await session.send(.patch, "/v1/people/\(person.id)", json: #"{"name":"Zz"}"#, person.match)
            let cursor = first.json["next"]?.string ?? ""
            let rest = try await session.get("/v1/people?filter=all&limit=500&cursor=\(cursor)")
            #expect(Set(first.items.map(\.id) + rest.items.map(\.id)) == Set(before))
        }
    }
}

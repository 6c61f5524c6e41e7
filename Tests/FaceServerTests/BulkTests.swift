import FaceCore
import FaceServer
import HTTPTypes
import Testing

/// Many changes in one request.
@Suite struct BulkTests {
    @Test func eachOfManyPeopleHasItsOwnOutcome() async throws {
        try await TestSession.run { session in
            let people = try await session.people(4)
            // somebody is quicker with the second one
            _ = try await session.send(
                .patch, "/v1/people/\(people[1].id)", json: #"{"favourite":true}"#, people[1].match)
            let listed = people.map { "{\"id\":\"\($0.id)\",\"version\":\($0["version"]?.integer ?? 0)}" }
            let nobody = #"{"id":"per_nobody","version":1}"#
            let body = "{\"people\":[\((listed + [nobody]).joined(separator: ","))],\"hidden\":true}"
            let key: HTTPFields = [SecurityHeaders.field("Idempotency-Key"): "many"]
            let answer = try await session.send(.post, "/v1/people:update", json: body, key)
            #expect(answer.status == 200 && broken(answer, "updatePeople", in: session.server.table) == [])
            #expect(answer.items.compactMap { $0["status"]?.integer } == [200, 412, 200, 200, 404])
            #expect(answer.items[0]["change"]?["person"]?["hidden"] == .bool(true))
            #expect(answer.items[1]["problem"]?["current"]?["favourite"] == .bool(true))
            #expect(try await session.get("/v1/people?filter=hidden").items.count == 3)
            let again = try await session.send(.post, "/v1/people:update", json: body, key)
            #expect(again.bytes == answer.bytes)
            // each has an undo of its own
            let decision = answer.items[2]["change"]?["decision"]?.id ?? ""
            #expect(try await session.send(.post, "/v1/decisions/\(decision):undo").status == 200)
            #expect(try await session.get("/v1/people?filter=hidden").items.count == 2)
            let log = try await session.get("/v1/audit?limit=10").text
            #expect(log.contains("updatePeople") && log.contains(decision))
            for wrong in [
                #"{"people":[]}"#, #"{"people":[{"id":"per_x","version":1}]}"#,
                #"{"people":[{"id":"per_x"}],"hidden":true}"#,
                #"{"people":[{"id":"per_x","version":1}],"name":"x"}"#,
            ] {
                #expect(
                    try await session.send(.post, "/v1/people:update", json: wrong).slug == "invalid-input", "\(wrong)")
            }
        }
    }

    @Test func manyDecisionsAboutFacesGoInOneRequest() async throws {
        try await TestSession.run { session in
            let people = try await session.people(3)
            let (a, b) = (try await session.faces(of: people[0]), try await session.faces(of: people[1]))
            let operations = [
                "{\"action\":\"assign\",\"faces\":[\"\(a[0])\",\"\(a[1])\"],\"name\":\"Zoe\"}",
                "{\"action\":\"reject\",\"faces\":[\"\(b[0])\"],\"person\":\"\(people[1].id)\"}",
                "{\"action\":\"ignore\",\"faces\":[\"\(b[1])\"]}",
                "{\"action\":\"ignore\",\"faces\":[\"fac_nowhere\"]}",
                "{\"action\":\"not-a-face\",\"faces\":[\"\(b[2])\"]}",
                "{\"action\":\"unignore\",\"faces\":[\"\(b[1])\"]}",
            ]
            let answer = try await session.send(
                .post, "/v1/faces:decide", json: "{\"operations\":[\(operations.joined(separator: ","))]}")
            #expect(broken(answer, "decideFaces", in: session.server.table) == [])
            #expect(
                answer.items.compactMap { $0["status"]?.integer } == [200, 200, 200, 404, 200, 200], "\(answer.text)")
            #expect(try await session.get("/v1/people?q=Zoe").items.first?["faces"]?.integer == 2)
            #expect(try await session.get("/v1/faces/\(b[2])").json["role"]?.string == "rejected")
            #expect(try await session.get("/v1/faces/\(b[1])").json["role"]?.string != "ignored")
            for wrong in [
                #"{"action":"assign","faces":["fac_1"]}"#,
                #"{"action":"assign","faces":["fac_1"],"name":"a","person":"per_1"}"#,
                #"{"action":"reject","faces":["fac_1"]}"#, #"{"action":"ignore","faces":["fac_1"],"name":"a"}"#,
                #"{"action":"erase","faces":["fac_1"]}"#, #"{"action":"ignore","faces":[]}"#,
            ] {
                let refused = try await session.send(.post, "/v1/faces:decide", json: "{\"operations\":[\(wrong)]}")
                #expect(refused.slug == "invalid-input", "\(wrong)")
            }
        }
    }
}

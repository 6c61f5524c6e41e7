import FaceCore
import FaceServer
import FaceTestSupport
import Foundation
import HTTPTypes
import Testing

/// Each route once, as it is meant to be used; each answer held against the description of its route.
@Suite struct EveryRouteTests {
    @Test func everyRouteDoesWhatItsDescriptionSays() async throws {
        try await TestSession.run { session in
            var walk = Walk(session: session)
            try await walk.reading()
            try await walk.changing()
            try await walk.working()
            try await walk.administering()
            // `search` and the developer's calls need networks, streams a real socket: tests of their own
            let elsewhere: Set<String> = [
                "search", "detect", "embed", "verify", "identify", "followJob", "followAll",
                // many at once and photos that are sent: BulkTests and InboxTests
                "updatePeople", "decideFaces", "uploadPhotos",
            ]
            let all = Set(session.server.table.routes.filter(OpenAPI.isDocumented).map(\.operation))
            #expect(all.subtracting(elsewhere).subtracting(walk.walked) == [])
        }
    }
}

/// Goes through the routes and remembers which.
private struct Walk {
    let session: TestSession
    private(set) var walked: Set<String> = []

    init(session: TestSession) { self.session = session }

    @discardableResult
    private mutating func go(
        _ operation: String, _ method: HTTPRequest.Method, _ path: String, json: String? = nil,
        _ extra: HTTPFields = [:],
        status: Int = 200
    ) async throws -> StrictJSON {
        let answer = try await session.send(method, path, json: json, extra)
        #expect(broken(answer, operation, in: session.server.table) == [], "\(operation)")
        #expect(answer.status == status, "\(operation)")
        walked.insert(operation)
        return answer.json
    }

    mutating func reading() async throws {
        try await go("getSession", .get, "/v1/session")
        let overview = try await go("getOverview", .get, "/v1/overview")
        for part in ["photos", "faces"] {
            guard case .object(let members)? = overview[part] else { continue }
            let counts = members.filter { $0.key != "total" }.compactMap(\.value.integer)
            #expect(overview[part]?["total"]?.integer == counts.reduce(0, +), "\(part) add up")
        }
        try await go("listPeople", .get, "/v1/people?include=total&sort=lastSeen&filter=all")
        let people = try await session.people()
        let id = people[0].id
        try await go("getPerson", .get, "/v1/people/\(id)")
        try await go("listFacesOfPerson", .get, "/v1/people/\(id)/faces?order=worst&limit=3")
        try await go("listPhotosOfPerson", .get, "/v1/people/\(id)/photos")
        try await go("listSimilarPeople", .get, "/v1/people/\(id)/similar?limit=3")
        try await go("proposeSplit", .get, "/v1/people/\(id)/split")
        let face = try await session.faces(of: people[0])[0]
        let shown = try await go("getFace", .get, "/v1/faces/\(face)")
        try await go("listNeighbours", .get, "/v1/faces/\(face)/neighbours?limit=4")
        try await go("getCrop", .get, shown["crop"]?.string ?? "")
        let photo = shown["photo"]?.string ?? ""
        let whole = try await go("getPhoto", .get, "/v1/photos/\(photo)")
        try await go("getImage", .get, whole["image"]?.string ?? "")
        try await go("listPhotos", .get, "/v1/photos?state=failed")
        try await go("listLooseFaces", .get, "/v1/loose")
        try await go("listQuestions", .get, "/v1/questions?limit=1")
        try await go("listModels", .get, "/v1/models")
        try await go("listImports", .get, "/v1/imports")
        try await go("getLive", .get, "/health/live")
        let ready = try await session.get("/health/ready")
        #expect(ready.status == 503 && ready.json["checks"]?["model"] != nil)
        walked.insert("getReady")
        try await go("getMetrics", .get, "/metrics")
        try await go("getDocument", .get, "/v1/openapi.json")
    }

    mutating func changing() async throws {
        let people = try await session.people()
        let named = try await go(
            "updatePerson", .patch, "/v1/people/\(people[0].id)", json: #"{"name":"Anna","favourite":true}"#,
            people[0].match)
        let person = named["person"] ?? .null
        #expect(person["name"]?.string == "Anna")
        try await go("listDecisions", .get, "/v1/decisions?limit=2")
        try await go("getDecision", .get, "/v1/decisions/\(named["decision"]?.id ?? "")")
        let faces = try await session.faces(of: person)
        let two = faces.prefix(2).map { "\"\($0)\"" }.joined(separator: ",")
        try await go(
            "previewChange", .post, "/v1/people:preview",
            json: "{\"action\":\"split\",\"person\":\"\(person.id)\",\"faces\":[\(two)]}")
        let split = try await go(
            "splitPerson", .post, "/v1/people/\(person.id):split", json: "{\"faces\":[\(two)]}", person.match)
        let (kept, created) = (split["person"] ?? .null, split["created"] ?? .null)
        #expect(created["faces"]?.integer == 2)
        let merged = try await go(
            "mergePeople", .post, "/v1/people/\(kept.id):merge", json: "{\"from\":[\"\(created.id)\"]}", kept.match)
        #expect(merged["person"]?["faces"]?.integer == faces.count)
        let undone = try await go("undoDecision", .post, "/v1/decisions/\(merged["decision"]?.id ?? ""):undo")
        #expect(undone["decision"]?["undoes"]?.string == merged["decision"]?.id)
        let some = try await session.faces(of: people[1])
        try await go("assignFaces", .post, "/v1/faces:assign", json: "{\"faces\":[\"\(some[0])\"],\"name\":\"Zoe\"}")
        try await go(
            "rejectFaces", .post, "/v1/faces:reject",
            json: "{\"faces\":[\"\(some[1])\"],\"person\":\"\(people[1].id)\"}")
        for (operation, verb) in [
            ("ignoreFaces", "ignore"), ("unignoreFaces", "unignore"), ("markNotAFace", "not-a-face"),
        ] { try await go(operation, .post, "/v1/faces:\(verb)", json: "{\"faces\":[\"\(some[2])\"]}") }
        let photo = try await session.get("/v1/photos?state=no-faces").items[0].id
        let drawn = try await go(
            "drawBox", .post, "/v1/photos/\(photo):box", json: #"{"box":[0.1,0.1,0.3,0.3],"name":"Drawn"}"#)
        try await go("removeBox", .post, "/v1/faces/\(drawn["face"]?.id ?? ""):unbox")
        // questions are made between jobs, after a while on a busy machine
        for _ in 0..<300 {
            if let question = try await session.get("/v1/questions?limit=1").items.first {
                try await go(
                    "answerQuestion", .post, "/v1/questions/\(question.id):answer", json: #"{"answer":"unsure"}"#)
                break
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        try await go("startGrouping", .post, "/v1/groupings", json: #"{"dryRun":false}"#, status: 202)
    }

    mutating func working() async throws {
        let started = try await go(
            "startImport", .post, "/v1/imports", json: "{\"paths\":[\"\(session.folder.file("photos"))\"]}", status: 202
        )
        let job = started["job"]?.id ?? ""
        try await go("listJobs", .get, "/v1/jobs?limit=5")
        try await go("getJob", .get, "/v1/jobs/\(job)")
        let again = try await finished(job)
        #expect(again["state"]?.string == "done")
        try await go("cancelJob", .delete, "/v1/jobs/\(job)")
        // what is over can be neither paused nor retried: a conflict, described as one
        for (operation, verb) in [("pauseJob", "pause"), ("resumeJob", "resume"), ("retryJob", "retry")] {
            let answer = try await session.send(.post, "/v1/jobs/\(job):\(verb)")
            #expect([200, 409].contains(answer.status), "\(operation) \(answer.text)")
            walked.insert(operation)
        }
    }

    private func finished(_ job: String) async throws -> StrictJSON {
        for _ in 0..<400 {
            let answer = try await session.get("/v1/jobs/\(job)").json
            if ["done", "failed", "dead", "cancelled"].contains(answer["state"]?.string) { return answer }
            try await Task.sleep(for: .milliseconds(50))
        }
        return .null
    }

    mutating func administering() async throws {
        let settings = try await go("getSettings", .get, "/v1/settings")
        let changed = try await go(
            "updateSettings", .patch, "/v1/settings", json: #"{"minFacesShown":3}"#, settings.match)
        #expect(changed["minFacesShown"]?.integer == 3)
        let key = try await go(
            "createKey", .post, "/v1/keys",
            json: #"{"name":"phone","scopes":["search"],"expiresAt":"2099-01-01T00:00:00Z"}"#,
            status: 201)
        try await go("listKeys", .get, "/v1/keys")
        try await go("deleteKey", .delete, "/v1/keys/\(key["key"]?.id ?? "")", status: 204)
        let guest = try await go("inviteUser", .post, "/v1/users", json: #"{"name":"Bo","role":"viewer"}"#, status: 201)
        try await go("listUsers", .get, "/v1/users")
        try await go("removeUser", .delete, "/v1/users/\(guest["user"]?.id ?? "")", status: 204)
        try await go("exportPeople", .get, "/v1/exports/people")
        let journal = try await session.get("/v1/exports/decisions")
        #expect(broken(journal, "exportDecisions", in: session.server.table) == [])
        walked.insert("exportDecisions")
        let lines = journal.text.split(separator: "\n").compactMap { try? StrictJSON(Array($0.utf8)) }
        #expect(lines.count == lines.last?["seq"]?.integer && lines.allSatisfy { $0["payload"] != nil })
        let people = try await session.get("/v1/exports/people?form=lines")
        #expect(people.headers[.contentType] == "application/jsonl")
        let each = people.text.split(separator: "\n").compactMap { try? StrictJSON(Array($0.utf8)) }
        guard case .array(let whole)? = try await session.get("/v1/exports/people").json["people"] else {
            return #expect(Bool(false))
        }
        #expect(each == whole && each.count > 3)
        let log = try await go("listAudit", .get, "/v1/audit?limit=500")
        let text = String(decoding: log.utf8, as: UTF8.self)
        for name in ["Anna", "Zoe", "Drawn", "phone"] { #expect(!text.contains(name), "the audit log has no names") }
        #expect(text.contains("exportPeople") && text.contains("mergePeople") && text.contains("if-match:"))
        #expect(try await go("verifyAudit", .get, "/v1/audit:verify")["ok"] == .bool(true))
        let anna = try await session.get("/v1/people?filter=named&q=Anna").items[0]
        let wrong = try await session.send(.post, "/v1/people/\(anna.id):forget", json: #"{"confirm":"Bo"}"#)
        #expect(wrong.slug == "invalid-input")
        let forgotten = try await go(
            "forgetPerson", .post, "/v1/people/\(anna.id):forget", json: #"{"confirm":"Anna"}"#, status: 202)
        #expect(try await finished(forgotten["job"]?.id ?? "")["state"]?.string == "done")
        #expect(try await session.get("/v1/people?q=Anna").items.isEmpty)
        try await go("deleteSession", .delete, "/v1/session", status: 204)
        #expect(try await session.get("/v1/session").status == 401)
    }
}

import FaceCore
import FaceLibrary
import FaceServer
import FaceTestSupport
import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

/// Whoever may no longer listen hears nothing more; what was done stays done whatever the audit log can take.
@Suite(.serialized) struct StreamEndTests {
    private func head(_ path: String, _ who: HTTPFields) -> String {
        let lines = who.map { "\($0.name.canonicalName): \($0.value)\r\n" }.joined()
        return "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n"
    }

    /// Opens a stream, does something, and gives the seconds until the server ended the stream.
    private func seconds(
        _ session: TestSession, _ who: HTTPFields, after act: @Sendable () async throws -> Void
    ) async throws -> Double {
        let raw = RawClient(port: try #require(session.client.port))
        let text = head("/v1/events", who)
        async let stream = raw.send(text, until: "\r\n0\r\n\r\n", seconds: 8)
        try await Task.sleep(for: .seconds(1))
        let started = ContinuousClock.now
        try await act()
        let heard = try await stream
        #expect(heard.contains("text/event-stream"), "\(heard.prefix(200))")
        return (ContinuousClock.now - started) / .seconds(1)
    }

    @Test func streamsEndWithTheRightToHearThem() async throws {
        try await TestSession.run(live: true) { session in
            let key = try await session.key([.jobRead])
            let id = try await session.get("/v1/keys").items.last?.id ?? ""
            let other = try await session.key([.jobRead])
            let withdrawn = try await seconds(session, key) {
                let ended = try await session.send(.delete, "/v1/keys/\(id)").status
                #expect(ended == 204)
            }
            #expect(withdrawn < 8)
            let guest = try await session.guest(.viewer)
            let user = try await session.get("/v1/users").items.last?.id ?? ""
            let removed = try await seconds(session, guest) {
                let ended = try await session.send(.delete, "/v1/users/\(user)").status
                #expect(ended == 204)
            }
            #expect(removed < 8)
            // one browser of the owner signs out; another one, and the other key, go on listening
            let browser = try await session.signIn(TestSession.token)
            async let stays = seconds(session, session.credentials) {}
            async let staysToo = seconds(session, other) {}
            let signedOut = try await seconds(session, browser) {
                let ended = try await session.send(.delete, "/v1/session", as: browser).status
                #expect(ended == 204)
            }
            #expect(signedOut < 8)
            #expect(try await stays > 5)
            #expect(try await staysToo > 5)
        }
    }

    @Test func aKeyThatEndsByTimeEndsItsStream() async throws {
        try await TestSession.run(live: true, options: { $0.heartbeat = .milliseconds(200) }) { session in
            let key = try await session.key([.jobRead], expires: WireTime.text(Date().addingTimeInterval(3)))
            #expect(try await seconds(session, key) {} < 6)
        }
    }

    @Test func whatCannotBeAuditedIsNotDone() async throws {
        let lines = Mutex<[String]>([])
        let log = RequestLog(.text) { line in lines.withLock { $0.append(line) } }
        try await TestSession.run(log: log) { session in
            let database = try DatabaseQueue(path: session.folder.file("library/likeness.sqlite"))
            try await database.write {
                try $0.execute(
                    sql: "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no more room'); END")
            }
            let person = try await session.people(1)[0]
            let named = try await session.send(
                .patch, "/v1/people/\(person.id)", json: #"{"name":"Anna"}"#, person.match)
            // a decision and its line in the log are one transaction
            #expect(named.status == 500, "\(named.text)")
            #expect(try await session.get("/v1/people/\(person.id)").json["name"]?.string == nil)
            // what is only read must not leave unseen
            #expect(try await session.get("/v1/exports/people").status == 503)
            #expect(try await session.get("/metrics").text.contains("likeness_audit_failures_total 1"))
            #expect(lines.withLock { $0.contains { $0.contains("fault") } })
        }
    }
}

import FaceCore
import FaceLibrary
import FaceServer
import FaceTestSupport
import Foundation
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

/// Over a real socket: streams, shutdown, half requests.
@Suite(.serialized) struct LiveTests {
    private func head(_ session: TestSession, _ path: String, _ more: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nCookie: \(session.credentials[.cookie] ?? "")\r\n\(more)\r\n"
    }

    @Test func aJobIsFollowedToItsEnd() async throws {
        try await TestSession.run(live: true) { session in
            let raw = RawClient(port: try #require(session.client.port))
            let body = "{\"paths\":[\"\(session.folder.file("photos"))\"]}"
            let job = try await session.send(.post, "/v1/imports", json: body).json["job"]?.id ?? ""
            let stream = try await raw.send(head(session, "/v1/jobs/\(job)/events"), until: "event: done", seconds: 20)
            #expect(stream.lowercased().contains("content-type: text/event-stream"))
            #expect(stream.contains("event: done"))
            let ids = stream.split(separator: "\n").filter { $0.hasPrefix("id: ") }.compactMap {
                Int($0.dropFirst(4).trimmingCharacters(in: .whitespacesAndNewlines))
            }
            #expect(ids == ids.sorted())
            // who comes back with the last id that he saw gets what came after it
            let last = (ids.first ?? 0)
            let resumed = try await raw.send(
                head(session, "/v1/jobs/\(job)/events", "Last-Event-ID: \(last)\r\n"), until: "event: done", seconds: 10
            )
            #expect(resumed.contains("event: done"))
        }
    }

    @Test func changedPeopleAreToldAndSilenceIsBroken() async throws {
        try await TestSession.run(live: true, options: { $0.heartbeat = .milliseconds(200) }) { session in
            let raw = RawClient(port: try #require(session.client.port))
            let silence = try await raw.send(head(session, "/v1/events"), until: ": still here", seconds: 20)
            #expect(silence.contains(": still here"))
            async let stream = raw.send(head(session, "/v1/events"), until: "event: changed", seconds: 20)
            try await Task.sleep(for: .seconds(1))
            let person = try await session.people(1)[0]
            _ = try await session.send(.patch, "/v1/people/\(person.id)", json: #"{"name":"A"}"#, person.match)
            let heard = try await stream
            #expect(
                heard.contains("event: changed\ndata: {\"people\":[\"\(person.id)\"]}") || heard.contains(person.id))
        }
    }

    @Test func halfRequestsAndWrongOnesEndWithAnAnswerOrAnEnd() async throws {
        try await TestSession.run(live: true) { session in
            let raw = RawClient(port: try #require(session.client.port))
            for text in [
                "GET / HTTP/1.1\r\n\r\n", "NONSENSE\r\n\r\n", "GET  HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "POST /v1/faces:assign HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/faces:assign HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "y", count: 200_000))\r\n\r\n",
                "GET /\u{1}\u{2} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            ] { _ = try await raw.send(text, seconds: 0.5) }
            _ = try await raw.send([0x16, 3, 1, 0, 0xFF] + [UInt8](repeating: 7, count: 300), seconds: 0.5)
            #expect(try await session.get("/health/live").status == 200)
        }
    }

    @Test func clientsThatWaitForLeaveToSendGetIt() async throws {
        try await TestSession.run(live: true) { session in
            let raw = RawClient(port: try #require(session.client.port))
            let answer = try await raw.send(
                "POST /v1/faces:assign HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
                until: "100 Continue", seconds: 5)
            #expect(answer.contains("HTTP/1.1 100 Continue"))
        }
    }

    @Test func bodiesBeyondTheLimitAreRefusedByTheirAnnouncement() async throws {
        try await TestSession.run(live: true) { session in
            let raw = RawClient(port: try #require(session.client.port))
            let csrf = session.credentials[SecurityHeaders.field("X-CSRF-Token")] ?? ""
            let answer = try await raw.send(
                "POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nCookie: \(session.credentials[.cookie] ?? "")\r\n"
                    + "X-CSRF-Token: \(csrf)\r\nContent-Type: image/jpeg\r\nContent-Length: 60000000\r\n\r\n",
                until: "too-large", seconds: 5)
            #expect(answer.contains(" 413 ") && answer.contains("too-large"))
        }
    }
}

/// The whole server as a person runs it.
@Suite struct ServeTests {
    @Test func aSecondServerOnOneLibraryIsRefused() throws {
        let folder = try TestLibrary.copy()
        let first = try PhotoLibrary.open(folder.file("library"))
        let outcome = try Program.run(["serve", folder.file("library"), "--port", "0"], limit: 20)
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains("(library-busy)"))
        #expect(outcome.errors.contains("→"))
        _ = first.id
    }

    @Test func othersCannotReachItWithoutAProxy() throws {
        let folder = try TestLibrary.copy()
        let outcome = try Program.run(["serve", folder.file("library"), "--host", "0.0.0.0", "--port", "0"], limit: 20)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("--behind-proxy"))
    }

    @Test func theProgramPrintsOneAddressAndEndsInPeace() async throws {
        let folder = try TestLibrary.copy()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["serve", folder.file("library"), "--port", "0", "--quiet"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        var text = ""
        while !text.contains("\n"), case let data = output.fileHandleForReading.availableData, !data.isEmpty {
            text += String(decoding: data, as: UTF8.self)
        }
        let address = try #require(text.split(separator: "\n").first.map(String.init))
        #expect(address.hasPrefix("http://127.0.0.1:"))
        let port = try #require(Int(address.dropFirst("http://127.0.0.1:".count).prefix { $0.isNumber }))
        let query = try #require(address.split(separator: "/").last)
        let opened = try await RawClient(port: port).send(
            "GET /\(query) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n")
        #expect(opened.hasPrefix("HTTP/1.1 303 "))
        // an open stream must not keep it alive
        let cookie = opened.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("set-cookie: ") }
        let value = try #require(cookie?.dropFirst("set-cookie: ".count).split(separator: ";").first)
        async let stream = RawClient(port: port).send(
            "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nCookie: \(value)\r\n\r\n", seconds: 20)
        try await Task.sleep(for: .seconds(1))
        kill(process.processIdentifier, SIGTERM)
        let started = Date()
        while process.isRunning, Date().timeIntervalSince(started) < 15 { try await Task.sleep(for: .milliseconds(50)) }
        #expect(!process.isRunning)
        #expect(process.terminationStatus == 0)
        #expect(try await stream.contains("text/event-stream"))
        // the lock is free again
        _ = try PhotoLibrary.open(folder.file("library"))
    }
}

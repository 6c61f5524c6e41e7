import FaceServer
import FaceTestSupport
import Foundation
import HTTPTypes
import Synchronization
import Testing

@Suite struct PagesAndFiguresTests {
    @Test func filesAreNamedByTheirContent() throws {
        let html = Array(#"<script src="/app/main.js"></script>"#.utf8)
        let files = WebFiles(["index.html": html, "main.js": Array("let a".utf8)])
        let changed = WebFiles(["index.html": html, "main.js": Array("let b".utf8)])
        #expect(files.release != changed.release)
        let index = try #require(files.index(ifNoneMatch: nil))
        guard case .bytes(let bytes, let type) = index.content else { return #expect(Bool(false)) }
        #expect(type == "text/html; charset=utf-8")
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"/app/\(files.release)/main.js\""))
        let versioned = try #require(files.reply("\(files.release)/main.js", ifNoneMatch: nil))
        #expect(versioned.headers[.cacheControl] == "public, max-age=31536000, immutable")
        let plain = try #require(files.reply("main.js", ifNoneMatch: nil))
        #expect(plain.headers[.cacheControl] == "no-cache")
        #expect(files.reply("main.js", ifNoneMatch: plain.headers[.eTag])?.status == 304)
        #expect(files.reply("\(changed.release)/main.js", ifNoneMatch: nil) == nil)
        #expect(files.reply("index.html", ifNoneMatch: nil) == nil)
        #expect(files.reply("../main.js", ifNoneMatch: nil) == nil)
    }

    /// A filtered page can be reloaded and sent to others; the interface stays strict.
    @Test func pagesTakeAnyQuery() async throws {
        try await TestSession.run { session in
            for path in ["/people?show=unnamed&sort=name", "/search?face=fac_x", "/?from=mail"] {
                let answer = try await session.get(path)
                #expect(answer.status == 200 && answer.text.contains("<html"), "\(path)")
            }
            #expect(try await session.get("/v1/people?show=unnamed").status == 422)
        }
    }

    @Test func linksAndHiddenFilesOfTheFolderAreLeftOut() throws {
        let folder = try TemporaryFolder()
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder.file("web/core/.git"), withIntermediateDirectories: true)
        for name in ["secret", "web/core/a.js", "web/.hidden", "web/core/.git/config"] {
            try Data(name.utf8).write(to: URL(fileURLWithPath: folder.file(name)))
        }
        try manager.createSymbolicLink(atPath: folder.file("web/link.js"), withDestinationPath: folder.file("secret"))
        #expect(WebFiles(folder: folder.file("web")).files.keys.sorted() == ["a.js"])
        #expect(WebFiles(folder: folder.file("nowhere")).files.isEmpty)
    }

    @Test func importsStayInsideTheRoots() throws {
        let folder = try TemporaryFolder()
        let manager = FileManager.default
        for name in ["root/inner", "root2", "outside"] {
            try manager.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        try manager.createSymbolicLink(atPath: folder.file("root/out"), withDestinationPath: folder.file("outside"))
        try manager.createSymbolicLink(atPath: folder.file("root/in"), withDestinationPath: folder.file("root/inner"))
        let roots = ImportRoots([folder.file("root"), folder.file("missing")])
        let real = try #require(roots.folders.first)
        #expect(try roots.resolve(folder.file("root")) == real)
        #expect(try roots.resolve(folder.file("root/inner/../inner")) == "\(real)/inner")
        #expect(try roots.resolve(folder.file("root/in")) == "\(real)/inner")
        for path in ["root/out", "root/..", "root2", "root/../outside", "root/missing", "outside"] {
            let problem = #expect(throws: Problem.self) { try roots.resolve(folder.file(path)) }
            #expect(problem?.kind == .forbidden)
            // the same words for what exists and what does not
            #expect(problem?.detail == "this path is in none of the folders that may be imported")
        }
        for path in ["", "root", "/", "/etc/passwd"] { #expect(throws: Problem.self) { try roots.resolve(path) } }
        #expect(throws: Problem.self) { try ImportRoots([]).resolve("/tmp") }
    }

    @Test func metricsHaveTheFormOfPrometheus() {
        let metrics = Metrics()
        metrics.count("http_requests_total", [("route", "/v1/people/{id}"), ("status", "200")])
        metrics.count("http_requests_total", [("route", "/v1/people/{id}"), ("status", "200")])
        metrics.observe("http_request_duration_seconds", [("route", "/")], seconds: 0.02)
        metrics.observe("http_request_duration_seconds", [("route", "/")], seconds: 60)
        let text = metrics.text(gauges: [.init("likeness_photos", 5, [("state", "a\"b")])])
        #expect(text.contains("# TYPE http_requests_total counter\n"))
        #expect(text.contains("http_requests_total{route=\"/v1/people/{id}\",status=\"200\"} 2\n"))
        #expect(text.contains("http_request_duration_seconds_bucket{route=\"/\",le=\"0.025\"} 1\n"))
        #expect(text.contains("http_request_duration_seconds_bucket{route=\"/\",le=\"+Inf\"} 2\n"))
        #expect(text.contains("http_request_duration_seconds_count{route=\"/\"} 2\n"))
        #expect(text.contains("likeness_photos{state=\"a\\\"b\"} 5\n"))
    }

    @Test func logLinesHaveTheirFieldsAndNoOthers() throws {
        let lines = Mutex<[String]>([])
        let log = RequestLog(.json) { line in lines.withLock { $0.append(line) } }
        log.note(
            .init(
                id: "req_1", method: "GET", route: "/v1/people/{id}", status: 404, milliseconds: 1.26,
                client: "127.0.0.1", principal: "usr_owner", problem: "not-found"))
        let line = try #require(lines.withLock { $0.first })
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(
            Set(object?.keys.map { $0 } ?? [])
                == ["at", "id", "method", "route", "status", "ms", "client", "principal", "problem"])
        #expect(object?["ms"] as? Double == 1.3)
    }
}

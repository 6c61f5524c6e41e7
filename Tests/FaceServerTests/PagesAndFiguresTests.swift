import FaceLibrary
import FaceServer
import FaceTestSupport
import FaceVision
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
        let index = try #require(files.index())
        guard case .bytes(let bytes, let type) = index.content else { return #expect(Bool(false)) }
        #expect(type == "text/html; charset=utf-8")
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"/app/\(files.release)/main.js\""))
        let versioned = try #require(files.reply("\(files.release)/main.js"))
        #expect(versioned.headers[.cacheControl] == "public, max-age=31536000, immutable")
        let plain = try #require(files.reply("main.js"))
        #expect(plain.headers[.cacheControl] == "no-cache")
        #expect(files.reply("main.js", [.ifNoneMatch: plain.headers[.eTag] ?? ""])?.status == 304)
        #expect(files.reply("\(changed.release)/main.js") == nil)
        #expect(files.reply("index.html") == nil)
        #expect(files.reply("../main.js") == nil)
    }

    @Test func textsAreCompressedForThoseWhoTakeIt() throws {
        let script = Array(String(repeating: "const likeness = 'the same words again and again';\n", count: 50).utf8)
        let files = WebFiles(["index.html": Array("<html>".utf8), "main.js": script, "tiny.js": Array("1".utf8)])
        let plain = try #require(files.reply("main.js"))
        let packed = try #require(files.reply("main.js", [.acceptEncoding: "br, gzip;q=0.8"]))
        #expect(plain.headers[.contentEncoding] == nil && packed.headers[.contentEncoding] == "gzip")
        #expect(plain.headers[.vary] == "Accept-Encoding" && packed.headers[.vary] == "Accept-Encoding")
        let (tag, other) = (plain.headers[.eTag] ?? "", packed.headers[.eTag] ?? "")
        #expect(tag != other)
        for (mine, encoding, status) in [(tag, "", 304), (other, "gzip", 304), (tag, "gzip", 200), (other, "", 200)] {
            let reply = files.reply("main.js", [.ifNoneMatch: mine, .acceptEncoding: encoding])
            #expect(reply?.status == status, "\(mine) \(encoding)")
        }
        guard case .bytes(let bytes, _) = packed.content else { return #expect(Bool(false)) }
        #expect(bytes.count < script.count / 4 && Array(bytes.prefix(2)) == [0x1f, 0x8b])
        let folder = try TemporaryFolder()
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file("x.gz")))
        let gunzip = Process()
        gunzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        gunzip.arguments = ["-d", folder.file("x.gz")]
        try gunzip.run()
        gunzip.waitUntilExit()
        #expect(FileManager.default.contents(atPath: folder.file("x")).map(Array.init) == script)
        #expect(files.reply("tiny.js", [.acceptEncoding: "gzip"])?.headers[.contentEncoding] == nil)
    }

    @Test(arguments: [
        ("gzip", true), ("deflate, GZIP", true), ("*", true), ("gzip;q=0", false), ("gzip; q=0.0", false),
        ("br", false),
        ("", false), ("gzip;q=0.001", true), ("x-gzip", true), ("identity", false),
    ])
    func gzipIsAskedFor(_ header: String, _ isAccepted: Bool) { #expect(Gzip.isAccepted(header) == isAccepted) }

    /// Who is in the library stands in the page before a script has run, for those who may see it and nobody else.
    @Test func thePageShowsPeopleBeforeAnyScript() async throws {
        try await TestSession.run { session in
            let person = try await session.people(1)[0]
            let name = #"{"name":"<b>\"Anna\" & 'Bo'</b>"}"#
            #expect(try await session.send(.patch, "/v1/people/\(person.id)", json: name, person.match).status == 200)
            for path in ["/", "/people", "/people?sort=name&q=Anna", "/?from=mail"] {
                let page = try await session.get(path)
                #expect(page.status == 200 && page.headers[.cacheControl] == "no-store", "\(path)")
                #expect(page.text.contains("&lt;b&gt;&quot;Anna&quot; &amp; &#39;Bo&#39;&lt;/b&gt;"), "\(path)")
                #expect(!page.text.contains("<b>\"Anna"), "\(path)")
                #expect(page.text.contains("/people/\(person.id)\"") && page.text.contains("/crop\""), "\(path)")
                #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'self'") == true)
                #expect(!page.text.contains("style=") && !page.text.contains("<script>"), "nothing inline")
            }
            let unnamed = try await session.get("/people?show=unnamed").text
            #expect(!unnamed.contains("Anna") && unnamed.contains("class=\"tile\""))
            #expect(try await session.get("/people?show=nonsense&sort=%22%3E").status == 200)
            for who: HTTPFields in [[:], [.cookie: "likeness_0=x"], try await session.key([.admin])] {
                let page = try await session.send(.get, "/people", as: who)
                #expect(page.status == 200 && !page.text.contains("Anna") && !page.text.contains("/v1/faces/"))
            }
        }
    }

    @Test func modelsComeWithTheirTerms() throws {
        let folder = try TemporaryFolder()
        let cards = try ModelCatalogue(folder: folder.path).cards
        let text = """
            [{"id":"1","space":"dlib-resnet29+mtcnn","dimension":128,"state":"current","faces":7},
            {"id":"2","space":"somebody-elses","dimension":9,"state":"old","faces":0}]
            """
        let known = try JSONDecoder().decode([LibraryModel].self, from: Data(text.utf8))
        let list = ModelAnswer.list(known, cards: cards, inUse: cards.filter { $0.id.hasPrefix("mtcnn") })
        #expect(list.map(\.name) == ["dlib-resnet29", "somebody-elses", "mtcnn-onet", "mtcnn-pnet", "mtcnn-rnet"])
        #expect(list.map(\.role) == [.embedder, .embedder, .detector, .detector, .detector])
        #expect(list[0].licence?.contains("CC0") == true && list[0].source?.isEmpty == false)
        #expect(list[1].licence == nil)
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
            let problem = #expect(throws: FaceServer.Problem.self) { try roots.resolve(folder.file(path)) }
            #expect(problem?.kind == .forbidden)
            // the same words for what exists and what does not
            #expect(problem?.detail == "this path is in none of the folders that may be imported")
        }
        for path in ["", "root", "/", "/etc/passwd"] {
            #expect(throws: FaceServer.Problem.self) { try roots.resolve(path) }
        }
        #expect(throws: FaceServer.Problem.self) { try ImportRoots([]).resolve("/tmp") }
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

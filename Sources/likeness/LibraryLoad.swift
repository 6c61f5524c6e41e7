import ArgumentParser
import FaceCore
import FaceLibrary
import FaceVision
import Foundation
import Synchronization

/// `likeness library load`: how fast a running server answers many clients at once.
struct LibraryLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Starts a server on a library and measures it under load.",
        discussion: """
            likeness library load /tmp/big --clients 32 --seconds 10

            Every client sends its next request when it has the answer to the last. Names, merges and splits are made in \
            the library, and taken back.
            """, shouldDisplay: false)

    @Argument(help: ArgumentHelp("Folder of the library.", valueName: "library")) var library: String
    @Option(help: "Clients at once.") var clients = 32
    @Option(help: "Seconds of each kind of request.") var seconds = 8.0
    @OptionGroup var common: CommonOptions

    /// What the clients ask for.
    private struct Targets {
        var secret: String
        var people: [(id: String, faces: [String])]
    }

    func run() throws {
        let targets = try prepare()
        let started = ContinuousClock.now
        let server = try RunningServer(library)
        defer { server.stop() }
        try server.awaitReady()
        let result = common.console.result
        result("start to ready: \(Format.number(started.secondsUntilNow, 2)) s")
        @Sendable func get(_ path: String) -> LoadClient.Request {
            .init(method: "GET", path: path, secret: targets.secret)
        }
        let idle = try measure("idle echo (/health/live)", server, clients) { _, _ in get("/health/live") }
        func ratio(_ name: String, _ next: @escaping @Sendable (Int, Int) -> LoadClient.Request) throws {
            let median = try measure(name, server, clients, next)
            result("    \(Format.number(median / idle, 1)) times the idle echo")
        }
        try ratio("people page, 100") { _, _ in get("/v1/people?limit=100") }
        try ratio("next question") { _, _ in get("/v1/questions?limit=1") }
        let people = targets.people
        try ratio("person with 100 faces") { c, k in
            get("/v1/people/\(people[(c + k) % people.count].id)/faces?limit=100")
        }
        try ratio("search, top 20") { c, k in
            .init(
                method: "POST", path: "/v1/searches?limit=20", secret: targets.secret,
                body: "{\"face\":\"\(people[(c * 7 + k) % people.count].faces[0])\"}")
        }
        try ratio("overview") { _, _ in get("/v1/overview") }
        try changes(server, targets)
        result(
            "server's memory: \(Format.number(server.peakMegabytes(), 0)) MB at most, \(Format.number(server.megabytes(), 0)) MB now"
        )
    }

    /// Names, merges and splits, by every client on people of its own, so that nobody's version is stale.
    private func changes(_ server: RunningServer, _ targets: Targets) throws {
        let (clients, people, secret, port) = (clients, targets.people, targets.secret, server.port)
        let limit = seconds
        let kinds = ["name", "merge", "split"]
        let found = Mutex([String: [Double]]())
        let failures = Mutex([String]())
        DispatchQueue.concurrentPerform(iterations: clients) { c in
            do {
                let client = try LoadClient(port: port)
                let own = people[(2 * c) % people.count]
                let other = people[(2 * c + 1) % people.count]
                let until = ContinuousClock.now + .seconds(limit * 2)
                var k = 0
                while ContinuousClock.now < until {
                    let kind = kinds[k % kinds.count]
                    let version = try client.version(of: own.id, secret)
                    let path = kind == "name" ? "/v1/people/\(own.id)" : "/v1/people/\(own.id):\(kind)"
                    let body =
                        switch kind {
                        case "name": "{\"name\":\"Name \(c) \(k)\"}"
                        case "merge": "{\"from\":[\"\(other.id)\"],\"name\":\"Name \(c)\"}"
                        default: "{\"faces\":[\(own.faces.prefix(3).map { "\"\($0)\"" }.joined(separator: ","))]}"
                        }
                    let answer = try client.send(
                        .init(
                            method: kind == "name" ? "PATCH" : "POST", path: path, secret: secret, body: body,
                            match: version, key: "\(c)-\(k)-\(limit)-\(Int.random(in: 0 ... .max))"))
                    guard (200..<300).contains(answer.status) else {
                        failures.withLock { $0.append("\(kind): \(answer.status) \(answer.body.prefix(200))") }
                        k += 1
                        continue
                    }
                    found.withLock { $0[kind, default: []].append(answer.seconds) }
                    if kind != "name", let decision = LoadClient.decision(answer.body) {
                        let undone = try client.send(
                            .init(
                                method: "POST", path: "/v1/decisions/\(decision):undo", secret: secret, body: "{}",
                                key: "u\(c)-\(k)-\(Int.random(in: 0 ... .max))"))
                        if (200..<300).contains(undone.status) {
                            found.withLock { $0["undo", default: []].append(undone.seconds) }
                        } else {
                            failures.withLock { $0.append("undo: \(undone.status) \(undone.body.prefix(200))") }
                        }
                    }
                    k += 1
                }
            } catch { failures.withLock { $0.append("\(error)") } }
        }
        for (kind, values) in found.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { report(kind, values) }
        let bad = failures.withLock { $0 }
        if let first = bad.first { common.console.result("\(bad.count) changes failed, the first: \(first)") }
    }

    private func prepare() throws -> Targets {
        let library = try PhotoLibrary.open(library)
        let secret = try library.createKey(
            name: "load", scopes: ["person:read", "person:write", "face:read", "face:write", "photo:read", "search"],
            expiresAt: nil
        ).secret
        // people of ordinary size, and the largest among them
        let page = try library.people(page: PageRequest(limit: 500)).items
        var people: [(id: String, faces: [String])] = []
        var random = SeededRandom(seed: 3)
        for person in page.shuffled(using: &random).prefix(4 * clients) where person.faces > 6 {
            people.append((person.id, try library.faces(of: person.id, page: PageRequest(limit: 5)).items.map(\.id)))
        }
        guard people.count >= 2 * clients else {
            throw LikenessError(.usage, subject: self.library, "too few people for \(clients) clients")
        }
        return Targets(secret: secret, people: people)
    }

    /// Runs one kind of request; returns the median in seconds.
    @discardableResult
    private func measure(
        _ name: String, _ server: RunningServer, _ clients: Int,
        _ next: @escaping @Sendable (_ client: Int, _ turn: Int) -> LoadClient.Request
    ) throws -> Double {
        let all = Mutex([Double]())
        let failures = Mutex([String]())
        let (port, limit) = (server.port, seconds)
        DispatchQueue.concurrentPerform(iterations: clients) { c in
            do {
                let client = try LoadClient(port: port)
                var own: [Double] = []
                let until = ContinuousClock.now + .seconds(limit)
                var k = 0
                while ContinuousClock.now < until {
                    let answer = try client.send(next(c, k))
                    if answer.status == 200 {
                        own.append(answer.seconds)
                    } else {
                        failures.withLock { $0.append("\(answer.status) \(answer.body.prefix(200))") }
                    }
                    k += 1
                }
                all.withLock { $0 += own }
            } catch { failures.withLock { $0.append("\(error)") } }
        }
        let values = all.withLock { $0 }
        report(name, values)
        let bad = failures.withLock { $0 }
        if let first = bad.first { common.console.result("    \(bad.count) failed, the first: \(first)") }
        return values.sorted()[safe: values.count / 2] ?? 0
    }

    private func report(_ name: String, _ values: [Double]) {
        guard !values.isEmpty else { return common.console.result("\(name): nothing measured") }
        let sorted = values.sorted()
        let at = { (q: Double) in
            Format.number(sorted[min(sorted.count - 1, Int(Double(sorted.count) * q))] * 1000, 1)
        }
        common.console.result(
            "\(name): median \(at(0.5)) ms, p95 \(at(0.95)) ms, worst \(at(1)) ms (n = \(sorted.count))")
    }
}

extension Array {
    fileprivate subscript(safe k: Int) -> Element? { indices.contains(k) ? self[k] : nil }
}

/// A server of this program, as a process of its own.
private final class RunningServer {
    private let process = Process()
    let port: UInt16

    init(_ library: String) throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["serve", library, "--port", "0", "--rate", "0", "--log", "off"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
        }
        let digits = text.split(separator: ":").dropFirst(2).first?.prefix { $0.isNumber } ?? ""
        guard let port = UInt16(digits) else {
            throw LikenessError(.usage, subject: library, "the server did not start: \(text.prefix(200))")
        }
        self.port = port
    }

    func awaitReady() throws {
        let client = try LoadClient(port: port)
        for _ in 0..<200 {
            if try client.send(.init(method: "GET", path: "/health/ready", secret: "")).status == 200 { return }
            usleep(20_000)
        }
    }

    func megabytes() -> Double { figure("VmRSS:") }
    func peakMegabytes() -> Double { figure("VmHWM:") }

    private func figure(_ name: String) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}

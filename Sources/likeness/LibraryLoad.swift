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
    @Option(help: ArgumentHelp("Measure only what has this in its name.", valueName: "text")) var only: String?
    @OptionGroup var common: CommonOptions

    /// What the clients ask for.
    private struct Targets: Sendable {
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
            guard isWanted(name) else { return }
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
        if isWanted("mixed") { try mixed(server, targets) }
        if isWanted("changes") { try changes(server, targets) }
        result(
            "server's memory: \(Format.number(server.peakMegabytes(), 0)) MB at most, \(Format.number(server.megabytes(), 0)) MB now"
        )
    }

    private func isWanted(_ name: String) -> Bool { only.map { name.contains($0) } ?? true }

    /// Names, merges and splits, by every client on people of its own, so that nobody's version is stale.
    private func changes(_ server: RunningServer, _ targets: Targets) throws {
        try loop("changes only", server, seconds * 2) { c, k, client in
            try Self.change(client, targets, c, k, Self.kinds[(c + k) % Self.kinds.count])
        }
    }

    /// What a house full of people does at once: they look, and now and then somebody changes something.
    private func mixed(_ server: RunningServer, _ targets: Targets) throws {
        let (people, secret) = (targets.people, targets.secret)
        common.console.result("all at once: 4 people pages, 2 questions, 2 people, 1 search, 1 change, and again")
        try loop("mixed", server, seconds * 2) { c, k, client in
            let person = people[(c * 7 + k) % people.count]
            let request: (name: String, path: String, body: String?)
            switch (c + k) % 10 {
            case 0..<4: request = ("people page", "/v1/people?limit=100", nil)
            case 4..<6: request = ("next question", "/v1/questions?limit=1", nil)
            case 6..<8: request = ("person with 100 faces", "/v1/people/\(person.id)/faces?limit=100", nil)
            case 8: request = ("search", "/v1/searches?limit=20", "{\"face\":\"\(person.faces[0])\"}")
            default: return try Self.change(client, targets, c, k, Self.kinds[(c + k / 10) % Self.kinds.count])
            }
            let answer = try client.send(
                .init(
                    method: request.body == nil ? "GET" : "POST", path: request.path, secret: secret, body: request.body
                ))
            return [(request.name, answer.status == 200 ? .success(answer.seconds) : .failure(Failed(answer)))]
        }
    }

    private static let kinds = ["name", "merge", "split"]
    private typealias Outcome = (kind: String, seconds: Result<Double, Failed>)

    /// An answer that was none.
    private struct Failed: Error, CustomStringConvertible {
        let description: String

        init(_ answer: LoadClient.Answer) { description = "\(answer.status) \(answer.body.prefix(200))" }
    }

    /// One change of a client's own person, and its undo. `turn` makes the key of the request.
    private static func change(
        _ client: LoadClient, _ targets: Targets, _ c: Int, _ turn: Int, _ kind: String
    ) throws -> [Outcome] {
        let (people, secret) = (targets.people, targets.secret)
        let own = people[(2 * c) % people.count]
        let other = people[(2 * c + 1) % people.count]
        let version = try client.version(of: own.id, secret)
        let path = kind == "name" ? "/v1/people/\(own.id)" : "/v1/people/\(own.id):\(kind)"
        let body =
            switch kind {
            case "name": "{\"name\":\"Name \(c) \(turn)\"}"
            case "merge": "{\"from\":[\"\(other.id)\"],\"name\":\"Name \(c)\"}"
            default: "{\"faces\":[\(own.faces.prefix(3).map { "\"\($0)\"" }.joined(separator: ","))]}"
            }
        let answer = try client.send(
            .init(
                method: kind == "name" ? "PATCH" : "POST", path: path, secret: secret, body: body, match: version,
                key: "\(c)-\(turn)-\(Int.random(in: 0 ... .max))"))
        guard (200..<300).contains(answer.status) else { return [(kind, .failure(Failed(answer)))] }
        guard kind != "name", let decision = LoadClient.decision(answer.body) else {
            return [(kind, .success(answer.seconds))]
        }
        let undone = try client.send(
            .init(
                method: "POST", path: "/v1/decisions/\(decision):undo", secret: secret, body: "{}",
                key: "u\(c)-\(turn)-\(Int.random(in: 0 ... .max))"))
        let isDone = (200..<300).contains(undone.status)
        return [
            (kind, .success(answer.seconds)), ("undo", isDone ? .success(undone.seconds) : .failure(Failed(undone))),
        ]
    }

    /// Lets every client repeat something, each when it has its last answer, and reports each kind of request.
    private func loop(
        _ name: String, _ server: RunningServer, _ limit: Double,
        _ body: @escaping @Sendable (_ client: Int, _ turn: Int, _ connection: LoadClient) throws -> [Outcome]
    ) throws {
        let found = Mutex([String: [Double]]())
        let failures = Mutex([String]())
        let port = server.port
        atOnce(clients) { c in
            do {
                let client = try LoadClient(port: port)
                let until = ContinuousClock.now + .seconds(limit)
                var k = 0
                while ContinuousClock.now < until {
                    for outcome in try body(c, k, client) {
                        switch outcome.seconds {
                        case .success(let seconds): found.withLock { $0[outcome.kind, default: []].append(seconds) }
                        case .failure(let failed): failures.withLock { $0.append("\(outcome.kind): \(failed)") }
                        }
                    }
                    k += 1
                }
            } catch { failures.withLock { $0.append("\(error)") } }
        }
        for (kind, values) in found.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            report("\(name), \(kind)", values)
        }
        let bad = failures.withLock { $0 }
        if let first = bad.first { common.console.result("\(bad.count) failed, the first: \(first)") }
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
        atOnce(clients) { c in
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

import FaceCore
import FaceVision
import Foundation

/// One connection that is kept open: the least that can be asked of a client, so that the server's time is what is measured.
final class LoadClient {
    struct Request: Sendable {
        var method: String
        var path: String
        var secret: String
        var body: String?
        var match: String?
        var key: String?

        init(
            method: String, path: String, secret: String, body: String? = nil, match: String? = nil, key: String? = nil
        ) {
            (self.method, self.path, self.secret, self.body) = (method, path, secret, body)
            (self.match, self.key) = (match, key)
        }
    }

    struct Answer {
        var status: Int
        var headers: String
        var body: String
        var seconds: Double
    }

    private let descriptor: Int32
    private let port: UInt16

    /// Throws `file-unreadable` when nobody listens.
    init(port: UInt16) throws(LikenessError) {
        self.port = port
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard connected == 0 else { throw LikenessError(.fileUnreadable, subject: "\(port)", "nobody listens there") }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    func send(_ request: Request) throws(LikenessError) -> Answer {
        var text = "\(request.method) \(request.path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        if !request.secret.isEmpty { text += "Authorization: Bearer \(request.secret)\r\n" }
        if let match = request.match { text += "If-Match: \(match)\r\n" }
        if let key = request.key { text += "Idempotency-Key: \(key)\r\n" }
        if let body = request.body {
            text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        } else {
            text += "\r\n"
        }
        let started = ContinuousClock.now
        var bytes = Array(text.utf8)
        while !bytes.isEmpty {
            let sent = write(descriptor, bytes, bytes.count)
            guard sent > 0 else { throw closed() }
            bytes.removeFirst(sent)
        }
        var answer = try receive()
        answer.seconds = started.secondsUntilNow
        return answer
    }

    /// The tag of a person's version.
    func version(of person: String, _ secret: String) throws(LikenessError) -> String {
        let answer = try send(.init(method: "GET", path: "/v1/people/\(person)", secret: secret))
        return Self.header("etag", answer.headers) ?? "\"1\""
    }

    /// The id of the decision in an answer.
    static func decision(_ body: String) -> String? {
        guard let range = body.range(of: "\"dec_") else { return nil }
        return String(body[body.index(after: range.lowerBound)...].prefix { $0 != "\"" })
    }

    private func receive() throws(LikenessError) -> Answer {
        var data: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var end: Int?
        var length = 0
        while end.map({ data.count < $0 + length }) ?? true {
            let got = read(descriptor, &chunk, chunk.count)
            guard got > 0 else { throw closed() }
            data += chunk[0..<got]
            guard end == nil, let found = Self.headEnd(data) else { continue }
            end = found
            let head = String(decoding: data[0..<found], as: UTF8.self)
            length = Self.header("content-length", head).flatMap { Int($0) } ?? 0
        }
        let head = String(decoding: data[0..<(end ?? 0)], as: UTF8.self)
        let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(
            status: status, headers: head, body: String(decoding: data[(end ?? 0)...], as: UTF8.self), seconds: 0)
    }

    private static func headEnd(_ data: [UInt8]) -> Int? {
        guard data.count >= 4 else { return nil }
        for k in 3..<data.count where data[k] == 10 && data[k - 1] == 13 && data[k - 2] == 10 && data[k - 3] == 13 {
            return k + 1
        }
        return nil
    }

    private static func header(_ name: String, _ head: String) -> String? {
        for line in head.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name { return parts[1].trimmingCharacters(in: .whitespaces) }
        }
        return nil
    }

    private func closed() -> LikenessError {
        LikenessError(.fileUnreadable, subject: "\(port)", "the server closed the connection")
    }
}

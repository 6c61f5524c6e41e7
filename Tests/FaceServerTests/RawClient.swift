import Foundation
import Glibc

/// A socket to a server on this machine, for what clients of libraries cannot send: wrong hosts, half bodies, streams.
struct RawClient: Sendable {
    let port: Int

    struct Failure: Error {
        let what: String
    }

    /// Sends bytes and reads until the server closes, `until` appears, or the time is over.
    func send(_ text: String, until end: String? = nil, seconds: Double = 10) async throws -> String {
        try await send(Array(text.utf8), until: end, seconds: seconds)
    }

    func send(_ bytes: [UInt8], until end: String? = nil, seconds: Double = 10) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try talk(bytes, end, seconds) })
            }
        }
    }

    private func talk(_ bytes: [UInt8], _ end: String?, _ seconds: Double) throws -> String {
        let socket = try connected()
        defer { close(socket) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let n = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if n <= 0 { break }
            rest = rest.dropFirst(n)
        }
        var answer: [UInt8] = []
        let deadline = Date().addingTimeInterval(seconds)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while Date() < deadline {
            var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, 100) > 0 else { continue }
            let n = recv(socket, &buffer, buffer.count, 0)
            if n <= 0 { break }
            answer += buffer[..<n]
            if let end, String(decoding: answer, as: UTF8.self).contains(end) { break }
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private func connected() throws -> Int32 {
        for host in ["::1", "127.0.0.1"] {
            var hints = addrinfo()
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            hints.ai_flags = AI_NUMERICHOST
            var found: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = found else { continue }
            defer { freeaddrinfo(found) }
            let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, 0)
            if descriptor >= 0, connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 {
                return descriptor
            }
            if descriptor >= 0 { close(descriptor) }
        }
        throw Failure(what: "cannot connect to port \(port)")
    }
}

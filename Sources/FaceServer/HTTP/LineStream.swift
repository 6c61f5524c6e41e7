import FaceCore
import FaceLibrary
import Foundation
import Hummingbird
import NIOCore
import Synchronization

/// Lines on their way from a thread that reads the library to a connection. Only a few pieces are ever in memory: a
/// producer that is ahead waits, and ends when nobody reads any more.
final class LineStream: Sendable {
    private static let pieceBytes = 1 << 16
    private static let pieces = 4

    private struct State {
        var piece: [UInt8] = []
        var isGone = false
    }

    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)
    private let stream: AsyncStream<[UInt8]>
    private let continuation: AsyncStream<[UInt8]>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        for _ in 0..<Self.pieces { room.signal() }
    }

    /// Adds a line. Throws `cancelled` when the client has gone.
    func write(_ line: String) throws(LikenessError) {
        let full: [UInt8]? = state.withLock { state in
            state.piece += line.utf8
            if state.piece.last != UInt8(ascii: "\n") { state.piece.append(UInt8(ascii: "\n")) }
            guard state.piece.count >= Self.pieceBytes else { return nil }
            defer { state.piece = [] }
            return state.piece
        }
        if let full { try send(full) }
    }

    /// Sends what is left.
    func finish() throws(LikenessError) {
        let rest = state.withLock { $0.piece }
        if !rest.isEmpty { try send(rest) }
    }

    private func send(_ piece: [UInt8]) throws(LikenessError) {
        room.wait()
        if state.withLock({ $0.isGone }) { throw LikenessError(.cancelled, "nobody reads any more") }
        continuation.yield(piece)
    }

    /// Hands the pieces on until the producer has ended.
    func drain(to writer: inout any ResponseBodyWriter) async throws {
        for await piece in stream {
            try await writer.write(ByteBuffer(bytes: piece))
            room.signal()
        }
    }

    /// No more comes from the producer.
    func end() { continuation.finish() }

    /// No more is read: a producer that waits goes on, to its end.
    func leave() {
        state.withLock { $0.isGone = true }
        room.signal()
    }
}

extension Services {
    /// An answer of lines, which `produce` hands over one by one while the first are on their way. An error in the middle
    /// breaks the connection off: half a list must not look like a whole one. Throws `busy`.
    func lines(
        _ name: String,
        _ produce: @escaping @Sendable (PhotoLibrary, (String) throws(LikenessError) -> Void) throws -> Void
    ) throws -> Reply {
        guard exports.load < exports.threads else { throw Problem.busy }
        let (library, exports) = (library, exports)
        let body = ResponseBody { writer in
            let stream = LineStream()
            async let produced: Void = {
                // also when there was no place for it after all
                defer { stream.end() }
                try await exports.run {
                    try produce(library) { (line) throws(LikenessError) in try stream.write(line) }
                    try stream.finish()
                }
            }()
            do { try await stream.drain(to: &writer) } catch {
                stream.leave()
                _ = try? await produced
                throw error
            }
            try await produced
            try await writer.finish(nil)
        }
        return Reply(
            200, .stream(body, type: "application/jsonl"),
            headers: [.contentDisposition: "attachment; filename=\"\(name)\""])
    }
}

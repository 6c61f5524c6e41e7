import FaceCore
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Reads bodies within limits of bytes and time.
struct BodyReader {
    /// Bytes of a JSON body.
    static let jsonLimit = 1 << 20
    /// Bytes of an upload (service.md §11).
    static let uploadLimit = 50 << 20
    /// From the first byte to the last.
    static let patience = Duration.seconds(120)

    let request: Request

    /// The body as a JSON value that fits the schema. An empty body counts as `{}`.
    func json(_ schema: Schema, components: [String: Schema]) async throws -> (value: StrictJSON, bytes: [UInt8]) {
        let bytes = try await bytes(limit: Self.jsonLimit)
        if bytes.isEmpty {
            let value = StrictJSON.object([])
            try Self.require(value, schema, components)
            return (value, bytes)
        }
        guard mediaType == "application/json" else {
            throw Problem(.unsupportedMediaType, "the body must be application/json")
        }
        return (try Self.parse(bytes, schema, components), bytes)
    }

    /// The images of an upload: a form with the named parts, or raw bytes, which count as the first of them.
    func images(_ names: [String], json schema: Schema?, components: [String: Schema]) async throws -> Upload {
        switch mediaType {
        case "multipart/form-data":
            let contentType = request.headers[.contentType] ?? ""
            guard let boundary = MultipartParser.boundary(of: contentType) else {
                throw Problem(.unsupportedMediaType, "the form has no usable boundary")
            }
            var parts = CollectedParts(boundary: boundary, names: names)
            try await each(limit: Self.uploadLimit) { try parts.feed($0) }
            return Upload(parts: try parts.finish())
        case "application/json" where schema != nil:
            guard let schema else { break }
            return Upload(json: try await json(schema, components: components).value)
        case let type where type == "application/octet-stream" || type.hasPrefix("image/"):
            guard names.count == 1 else { break }
            let bytes = try await bytes(limit: Self.uploadLimit)
            guard !bytes.isEmpty else { throw Problem(.invalidInput, "the body is empty") }
            return Upload(parts: [names[0]: bytes])
        default: break
        }
        let single = names.count == 1 ? ", image/* or application/octet-stream" : ""
        throw Problem(
            .unsupportedMediaType, "send multipart/form-data\(single)\(schema == nil ? "" : ", or application/json")")
    }

    /// Hands on photos as they arrive, file by file: a form with parts named `photo`, or one photo as raw bytes.
    func files(limit: Int, patience: Duration, _ take: (MultipartParser.Event) throws -> Void) async throws {
        switch mediaType {
        case "multipart/form-data":
            guard let boundary = MultipartParser.boundary(of: request.headers[.contentType] ?? "") else {
                throw Problem(.unsupportedMediaType, "the form has no usable boundary")
            }
            var parser = MultipartParser(boundary: boundary, names: ["photo"], repeats: true)
            try await each(limit: limit, patience: patience) { try parser.feed($0).forEach(take) }
            try parser.finish()
        case let type where type == "application/octet-stream" || type.hasPrefix("image/"):
            try take(.begin(name: "photo", file: nil))
            try await each(limit: limit, patience: patience) { try take(.bytes(Array($0))) }
            try take(.end)
        default:
            throw Problem(.unsupportedMediaType, "send multipart/form-data, image/* or application/octet-stream")
        }
    }

    private var mediaType: String {
        let whole = request.headers[.contentType] ?? ""
        return whole.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    }

    private func bytes(limit: Int) async throws -> [UInt8] {
        var all: [UInt8] = []
        try await each(limit: limit) { all += $0 }
        return all
    }

    private func each(
        limit: Int, patience: Duration = patience, _ body: (ArraySlice<UInt8>) throws -> Void
    ) async throws {
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > limit {
            throw Self.tooLarge(limit)
        }
        let deadline = ContinuousClock.now + patience
        var count = 0
        for try await buffer in request.body {
            count += buffer.readableBytes
            if count > limit { throw Self.tooLarge(limit) }
            if ContinuousClock.now > deadline { throw Problem(.timeout, "the body took longer than \(patience)") }
            try body(ArraySlice(buffer.readableBytesView))
        }
    }

    private static func parse(
        _ bytes: [UInt8], _ schema: Schema, _ components: [String: Schema]
    ) throws(Problem) -> StrictJSON {
        let value: StrictJSON
        do { value = try StrictJSON(bytes) } catch { throw Problem(.invalidJSON, "the body is not JSON: \(error)") }
        try require(value, schema, components)
        return value
    }

    private static func require(
        _ value: StrictJSON, _ schema: Schema, _ components: [String: Schema]
    ) throws(Problem) {
        let faults = schema.faults(in: value, components: components)
        guard let first = faults.first else { return }
        throw Problem(.invalidInput, "\(first.pointer) \(first.detail)", faults: faults)
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(.tooLarge, "a body has at most \(limit) bytes here", members: [.init("limit", .integer(limit))])
    }
}

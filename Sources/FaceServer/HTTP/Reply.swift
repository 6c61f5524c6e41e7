import FaceCore
import Foundation
package import HTTPTypes
package import Hummingbird

/// What a handler answers; the responder adds what every answer has.
package struct Reply: Sendable {
    package enum Content: Sendable {
        case none
        /// Bytes of a media type.
        case bytes([UInt8], type: String)
        /// A stream that the handler writes.
        case stream(ResponseBody, type: String)
    }

    package var status: Int
    package var headers: HTTPFields
    package var content: Content
    /// Ids of what was touched, for the audit log: never names.
    package var subjects: [String]
    /// Whether the audit log and the answers that are kept have it already.
    package var isRecorded = false

    package init(_ status: Int = 200, _ content: Content = .none, headers: HTTPFields = [:], subjects: [String] = []) {
        self.status = status
        self.content = content
        self.headers = headers
        self.subjects = subjects
    }

    /// JSON of a value; `version` becomes its ETag.
    package static func json(
        _ value: some Encodable, status: Int = 200, version: Int? = nil, subjects: [String] = []
    ) throws -> Reply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var reply = Reply(
            status, .bytes(Array(try encoder.encode(value)), type: "application/json"), subjects: subjects)
        if let version { reply.headers[.eTag] = EntityTag(version: version).text }
        return reply
    }
}

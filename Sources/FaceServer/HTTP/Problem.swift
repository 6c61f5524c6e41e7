package import FaceCore
package import HTTPTypes

/// An answer that is an error: `application/problem+json` (RFC 9457).
package struct Problem: Error, Sendable {
    /// A documented type of error: its slug, its status and its title.
    package struct Kind: Sendable, Equatable, Hashable {
        package let slug: String
        package let status: Int
        package let title: String

        package init(_ slug: String, _ status: Int, _ title: String) {
            self.slug = slug
            self.status = status
            self.title = title
        }
    }

    package var kind: Kind
    package var detail: String
    package var faults: [FieldFault]
    /// Members that belong to this type of error only.
    package var members: [StrictJSON.Member]
    package var headers: HTTPFields

    package init(
        _ kind: Kind, _ detail: String, faults: [FieldFault] = [], members: [StrictJSON.Member] = [],
        headers: HTTPFields = [:]
    ) {
        self.kind = kind
        self.detail = detail
        self.faults = faults
        self.members = members
        self.headers = headers
    }

    /// A fault in one field of the request.
    package static func invalid(_ pointer: String, _ detail: String) -> Problem {
        Problem(.invalidInput, "\(pointer) \(detail)", faults: [.init(pointer: pointer, detail: detail)])
    }

    package static func notFound(_ what: String) -> Problem { Problem(.notFound, "there is no \(what)") }

    /// The body; `instance` is the id of the request.
    package func json(instance: String) -> StrictJSON {
        let listed = faults.map {
            StrictJSON.object([
                .init("pointer", .string(Self.printable($0.pointer))),
                .init("detail", .string(Self.printable($0.detail))),
            ])
        }
        return .object(
            [
                .init("type", .string("https://likeness.invalid/problems/\(kind.slug)")),
                .init("title", .string(kind.title)), .init("status", .integer(kind.status)),
                .init("detail", .string(Self.printable(detail))), .init("instance", .string(instance)),
                .init("errors", .array(listed)),
            ] + members)
    }

    /// A text that may repeat what the client sent, without characters that could do something to a terminal.
    private static func printable(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(2000) {
            out.append(scalar.value < 0x20 || scalar.value == 0x7f ? "\u{FFFD}" : scalar)
        }
        return String(out)
    }
}

extension Problem.Kind {
    package static let invalidJSON = Self("invalid-json", 400, "The body is not JSON")
    package static let badRequest = Self("bad-request", 400, "The request is not HTTP as the server reads it")
    package static let unauthenticated = Self("unauthenticated", 401, "Who asks is not known")
    package static let forbidden = Self("forbidden", 403, "Not allowed")
    package static let csrf = Self("csrf", 403, "The request does not come from the server's own page")
    package static let notFound = Self("not-found", 404, "Not found")
    package static let methodNotAllowed = Self("method-not-allowed", 405, "This address has no such method")
    package static let timeout = Self("timeout", 408, "The body came too slowly")
    package static let conflict = Self("conflict", 409, "In conflict with what is there")
    package static let severalFaces = Self("several-faces", 409, "The photo shows several faces")
    package static let wrongSpace = Self("wrong-space", 409, "The vectors come from different models")
    package static let staleVersion = Self("stale-version", 412, "It was changed in the meantime")
    package static let tooLarge = Self("too-large", 413, "Too large")
    package static let unsupportedMediaType = Self("unsupported-media-type", 415, "Not a body that is read here")
    package static let hostNotAllowed = Self("host-not-allowed", 421, "The server does not answer to this name")
    package static let invalidInput = Self("invalid-input", 422, "The request does not fit the description")
    package static let idempotencyMismatch = Self("idempotency-mismatch", 422, "The key belongs to another request")
    package static let unreadableImage = Self("unreadable-image", 422, "The image cannot be read")
    package static let noFace = Self("no-face", 422, "No face was found")
    package static let versionRequired = Self("version-required", 428, "Say which version is changed")
    package static let rateLimited = Self("rate-limited", 429, "Too many requests")
    package static let internalError = Self("internal", 500, "The server made a mistake")
    package static let busy = Self("busy", 503, "The server is busy")
    package static let modelMissing = Self("model-missing", 503, "A model is not installed")
    package static let unavailable = Self("unavailable", 503, "The library cannot be used at the moment")

    /// All of them, for the document.
    package static let all: [Self] = [
        invalidJSON, badRequest, unauthenticated, forbidden, csrf, notFound, methodNotAllowed, timeout, conflict,
        severalFaces, wrongSpace, staleVersion, tooLarge, unsupportedMediaType, hostNotAllowed, invalidInput,
        idempotencyMismatch, unreadableImage, noFace, versionRequired, rateLimited, internalError, busy, modelMissing,
        unavailable,
    ]
}

import FaceCore
package import HTTPTypes

/// One route with everything that is promised about it: the router, the checks before its handler and the document are
/// made from this value, so none of them can know a route that another does not.
package struct Route: Sendable {
    /// Who may call it.
    package enum Access: Sendable, Equatable {
        case open
        /// Anyone who is known, whatever the scopes.
        case known
        case scope(Scope)
    }

    /// How often it may be called, and how much it may be sent.
    package enum LimitClass: String, Sendable, CaseIterable {
        /// Pages and health; never limited.
        case free
        case read
        case write
        /// Work for the networks.
        case search
        /// Opening a link or guessing one.
        case login
        /// A stream that stays open.
        case stream
    }

    /// What the audit log keeps of it.
    package enum AuditClass: String, Sendable, CaseIterable {
        case none
        /// A change of the library or of its rights.
        case change
        /// Vectors, exports, identifications: reading that has to be traceable.
        case sensitiveRead = "sensitive-read"
    }

    /// What happens when it is called twice.
    package enum Idempotency: String, Sendable, CaseIterable {
        /// Changes nothing.
        case safe
        /// The second call finds everything done.
        case natural
        /// `Idempotency-Key` is honoured for 24 hours.
        case keyed
        /// As `keyed`, in memory only: the answer holds a secret.
        case keyedInMemory = "keyed-in-memory"
        /// Stores nothing, so a repetition is harmless; the key is not needed.
        case repeatable
    }

    package enum Body: Sendable {
        case none
        case json(Schema)
        /// Raw image bytes, or a form with these parts; `json` where a stored face may be named instead.
        case image(parts: [String], json: Schema?)
        /// Photos that the handler reads as they arrive: a form with any number of parts `photo`, or raw bytes.
        case files
    }

    package struct Parameter: Sendable {
        package let name: String
        package let schema: Schema
        package let isRequired: Bool

        package init(_ name: String, _ schema: Schema, required: Bool = false) {
            self.name = name
            self.schema = schema
            isRequired = required
        }
    }

    /// One status that it answers with.
    package struct Answer: Sendable {
        package let status: Int
        package let summary: String
        /// By media type; nil for bytes.
        package let content: [(type: String, schema: Schema?)]

        package init(_ status: Int, _ summary: String, _ content: [(type: String, schema: Schema?)] = []) {
            self.status = status
            self.summary = summary
            self.content = content
        }

        package static func json(_ schema: Schema, status: Int = 200, _ summary: String = "Done") -> Answer {
            Answer(status, summary, [("application/json", schema)])
        }
    }

    package typealias Handler = @Sendable (Call) async throws -> Reply

    package let method: HTTPRequest.Method
    /// With parameters in braces: `/v1/people/{id}:merge`.
    package let path: String
    /// Unique; the name of the call in generated clients.
    package let operation: String
    package let summary: String
    package let access: Access
    package let limits: LimitClass
    package let audit: AuditClass
    package let idempotency: Idempotency
    /// Whether `If-Match` has to say which version is changed.
    package let needsVersion: Bool
    package let query: [Parameter]
    package let body: Body
    package let answers: [Answer]
    /// Types of error that are its own, besides those that its classes imply.
    package let problems: [Problem.Kind]
    package let handler: Handler

    /// Whether it answers with a page for people.
    package var isPage: Bool { answers.contains { $0.content.contains { $0.type == "text/html" } } }

    package init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ summary: String, access: Access,
        limits: LimitClass, audit: AuditClass, idempotency: Idempotency, needsVersion: Bool = false,
        query: [Parameter] = [], body: Body = .none, answers: [Answer], problems: [Problem.Kind] = [],
        handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.summary = summary
        self.access = access
        self.limits = limits
        self.audit = audit
        self.idempotency = idempotency
        self.needsVersion = needsVersion
        self.query = query
        self.body = body
        self.answers = answers
        self.problems = problems
        self.handler = handler
    }

    /// Names of the parameters in the path, in order.
    package var pathParameters: [String] { PathPattern(path).parameters }
}

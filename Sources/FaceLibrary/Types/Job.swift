/// A piece of work of the library, waiting, running or done.
public struct Job: Codable, Sendable, Hashable, Identifiable {
    public enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
        case `import`, detect, embed, group, forget, backup, export
        case reEmbed = "re-embed"
    }

    public enum State: String, Codable, Sendable, Hashable, CaseIterable {
        case queued, running, paused, done, failed, dead, cancelled

        /// Whether nothing more will happen by itself.
        public var isFinal: Bool { [.done, .dead, .cancelled, .failed].contains(self) }
    }

    /// How a failure is treated: ``transient`` and ``resource`` are tried again, ``input`` never, ``bug`` three times.
    public struct Failure: Codable, Sendable, Hashable {
        public enum Kind: String, Codable, Sendable, Hashable { case transient, resource, input, bug }

        public var kind: Kind
        public var message: String
    }

    public var id: String
    public var kind: Kind
    public var state: State
    public var done: Int
    @Nullable public var total: Int?
    /// Items a second.
    @Nullable public var rate: Double?
    /// Seconds.
    @Nullable public var remaining: Double?
    @Nullable public var error: Failure?
    public var createdAt: String
    @Nullable public var startedAt: String?
    @Nullable public var endedAt: String?
    /// What the kind of job wants to say: counters, receipts, paths.
    public var detail: [String: DetailValue]
}

/// A value of ``Job/detail``.
public enum DetailValue: Codable, Sendable, Hashable {
    case text(String)
    case number(Double)
    case flag(Bool)
    case list([DetailValue])
    case object([String: DetailValue])
    case null

    public init(from decoder: any Decoder) throws {
        let c = try decoder.singleValueContainer()
        if c.decodeNil() {
            self = .null
        } else if let value = try? c.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? c.decode(Double.self) {
            self = .number(value)
        } else if let value = try? c.decode(String.self) {
            self = .text(value)
        } else if let value = try? c.decode([DetailValue].self) {
            self = .list(value)
        } else {
            self = .object(try c.decode([String: DetailValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var c = encoder.singleValueContainer()
        switch self {
        case .text(let value): try c.encode(value)
        case .number(let value):
            if let whole = Int(exactly: value) { try c.encode(whole) } else { try c.encode(value) }
        case .flag(let value): try c.encode(value)
        case .list(let value): try c.encode(value)
        case .object(let value): try c.encode(value)
        case .null: try c.encodeNil()
        }
    }
}

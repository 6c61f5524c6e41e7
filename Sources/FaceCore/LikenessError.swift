/// The one shape of every error of likeness: what is wrong, with what, and what the person can do.
public struct LikenessError: Error, Sendable, Hashable {
    /// A stable name of what went wrong, kebab-case in output.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String
        /// The exit status of the command line (sysexits): 65 bad data, 66 missing input, 69 missing component…
        public let exitStatus: Int32

        public init(_ name: String, exitStatus: Int32) {
            description = name
            self.exitStatus = exitStatus
        }

        public static func == (a: Code, b: Code) -> Bool { a.description == b.description }
        public func hash(into hasher: inout Hasher) { hasher.combine(description) }
    }

    public let code: Code
    /// The file, row, model or option concerned.
    public let subject: String?
    /// What is wrong, in a sentence, with the value that is wrong.
    public let message: String
    /// What the person can do about it.
    public let remedy: String?

    public init(_ code: Code, subject: String? = nil, _ message: String, remedy: String? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.remedy = remedy
    }
}

extension LikenessError: CustomStringConvertible {
    public var description: String {
        let head = subject.map { "\($0): \(message) (\(code))" } ?? "\(message) (\(code))"
        return remedy.map { "\(head)\n→ \($0)" } ?? head
    }
}

extension LikenessError.Code {
    public static let usage = Self("usage", exitStatus: 64)
    public static let badData = Self("bad-data", exitStatus: 65)
    public static let dimensionMismatch = Self("dimension-mismatch", exitStatus: 65)
    public static let spaceMismatch = Self("space-mismatch", exitStatus: 65)
    public static let nonFinite = Self("non-finite", exitStatus: 65)
    public static let fileMissing = Self("file-missing", exitStatus: 66)
    public static let fileUnreadable = Self("file-unreadable", exitStatus: 74)
    public static let fileTruncated = Self("file-truncated", exitStatus: 65)
    public static let fileFormat = Self("file-format", exitStatus: 65)
    public static let fileExists = Self("file-exists", exitStatus: 73)
    public static let fileUnwritable = Self("file-unwritable", exitStatus: 73)
    public static let componentMissing = Self("component-missing", exitStatus: 69)
    public static let cancelled = Self("cancelled", exitStatus: 130)
    public static let defect = Self("defect", exitStatus: 70)
}

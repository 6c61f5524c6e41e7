/// The projections with one row a key, and the decision that set it.
enum ProjectionTable: String, CaseIterable {
    case claim, refusal
    case override = "face_override"
    case mustLink = "must_link"
    case cannotLink = "cannot_link"
    case asked, setting

    var keys: [String] {
        switch self {
        case .claim, .override: ["face"]
        case .refusal: ["face", "person"]
        case .mustLink, .cannotLink: ["a", "b"]
        case .asked: ["kind", "a", "b"]
        case .setting: ["key"]
        }
    }

    /// The last one is always the decision.
    var values: [String] {
        switch self {
        case .claim: ["person", "strength", "decision"]
        case .override: ["state", "decision"]
        case .refusal, .mustLink: ["decision"]
        case .cannotLink: ["reason", "decision"]
        case .asked: ["answer", "decision"]
        case .setting: ["value", "decision"]
        }
    }

    var select: String {
        "SELECT \(values.joined(separator: ", ")) FROM \(rawValue) WHERE \(condition)"
    }

    var delete: String { "DELETE FROM \(rawValue) WHERE \(condition)" }

    var upsert: String {
        let all = (keys + values).joined(separator: ", ")
        let marks = Array(repeating: "?", count: keys.count + values.count).joined(separator: ", ")
        return "INSERT OR REPLACE INTO \(rawValue) (\(all)) VALUES (\(marks))"
    }

    private var condition: String { keys.map { "\($0) = ?" }.joined(separator: " AND ") }
}

import FaceCore

/// Reads the query of a route's address: only what the route knows, each name at most once, each value by its schema.
/// The query of a page is its script's; what the route does not know is passed over.
struct QueryReader {
    let route: Route
    let components: [String: Schema]

    func read(_ query: String?) throws(Problem) -> [String: String] {
        var found: [String: String] = [:]
        var faults: [FieldFault] = []
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts[0].removingPercentEncoding(plusIsSpace: true),
                let value = parts.count > 1 ? parts[1].removingPercentEncoding(plusIsSpace: true) : ""
            else { throw Problem(.invalidInput, "the query has a broken escape") }
            guard let parameter = route.query.first(where: { $0.name == name }) else {
                if route.isPage { continue }
                let known = route.query.map(\.name).joined(separator: ", ")
                let detail = known.isEmpty ? "is not known here" : "is not known here; known are \(known)"
                faults.append(.init(pointer: "?\(name.prefix(64))", detail: detail))
                continue
            }
            if found[name] != nil { faults.append(.init(pointer: "?\(name)", detail: "is given twice")) }
            found[name] = value
            faults += parameter.schema.faults(
                in: Self.value(value, parameter.schema), at: "?\(name)", components: components)
        }
        for parameter in route.query where parameter.isRequired && found[parameter.name] == nil {
            faults.append(.init(pointer: "?\(parameter.name)", detail: "is missing"))
        }
        guard let first = faults.first else { return found }
        throw Problem(.invalidInput, "\(first.pointer) \(first.detail)", faults: Array(faults.prefix(20)))
    }

    /// A text as the JSON value that its schema expects.
    private static func value(_ text: String, _ schema: Schema) -> StrictJSON {
        switch schema.kind {
        case .integer: Int(text).map(StrictJSON.integer) ?? .string(text)
        case .number: Double(text).flatMap { $0.isFinite ? .real($0) : nil } ?? .string(text)
        case .boolean: text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
        default: .string(text)
        }
    }
}

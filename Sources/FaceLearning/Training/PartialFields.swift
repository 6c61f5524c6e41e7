/// Fields of a JSON object that may leave some out but hold no strangers: a misspelt name is an error, not a default.
struct PartialFields {
    private let container: KeyedDecodingContainer<Key>

    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// `model`: a value with all fields, whose names are the ones that are known.
    init(_ decoder: any Decoder, like model: Any) throws {
        container = try decoder.container(keyedBy: Key.self)
        let known = Set(Mirror(reflecting: model).children.compactMap(\.label))
        guard let stranger = container.allKeys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorrupted(.init(codingPath: [stranger], debugDescription: "there is no such field"))
    }

    func read<T: Decodable>(_ name: String, into value: inout T) throws {
        if let found = try container.decodeIfPresent(T.self, forKey: Key(name)) { value = found }
    }

    func read<T: Decodable>(_ name: String, into value: inout T?) throws {
        if let found = try container.decodeIfPresent(T.self, forKey: Key(name)) { value = found }
    }
}

package import FaceCore
import Foundation

extension ModelCard {
    /// Reads a card; throws `card-invalid` with the field that is wrong or missing.
    package init(file: String) throws(LikenessError) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw LikenessError(.fileMissing, subject: file, "the card cannot be read")
        }
        try self.init(json: data, subject: file)
    }

    init(json: Data, subject: String) throws(LikenessError) {
        do { self = try JSONDecoder().decode(ModelCard.self, from: json) } catch {
            throw LikenessError(.modelCard, subject: subject, "is no model card: \(Self.sentence(error))")
        }
        guard schema == 1 else {
            throw LikenessError(.modelCard, subject: subject, "has schema \(schema); this version reads schema 1")
        }
        let plain = { (s: String) in
            !s.isEmpty && !s.hasPrefix(".") && s.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }
        }
        guard plain(id), plain(file) else {
            throw LikenessError(.modelCard, subject: subject, "id and file must be plain names without folders")
        }
        guard sha256.count == 64, sha256.allSatisfy(\.isHexDigit), bytes > 0 else {
            throw LikenessError(.modelCard, subject: subject, "needs the SHA-256 and the size of its file")
        }
        guard !licence.weights.isEmpty else {
            throw LikenessError(.modelCard, subject: subject, "states no licence of the weights")
        }
    }

    private static func sentence(_ error: any Error) -> String {
        let path = { (c: DecodingError.Context) in c.codingPath.map(\.stringValue).joined(separator: ".") }
        return switch error as? DecodingError {
        case .keyNotFound(let key, _): "the field \(key.stringValue) is missing"
        case .typeMismatch(_, let c), .valueNotFound(_, let c): "the field \(path(c)) has the wrong type"
        case .dataCorrupted(let c): path(c).isEmpty ? "not valid JSON" : "\(path(c)): \(c.debugDescription)"
        default: "\(error)"
        }
    }
}

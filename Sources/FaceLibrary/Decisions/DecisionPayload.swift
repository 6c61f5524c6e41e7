import FaceCore
import Foundation

/// What a decision says, complete in itself: replaying needs the journal and the ids of faces, nothing that was derived.
struct DecisionPayload: Codable, Sendable {
    var person: String?
    /// People that are merged into ``person``.
    var from: [String]?
    /// A person that this decision made.
    var created: String?
    var name: String?
    /// The name before, for the sentence of the journal.
    var before: String?
    /// Faces that somebody spoke for one by one.
    var faces: [String]?
    /// Faces that were in the group of which somebody spoke, by person.
    var members: [String: [String]]?
    /// The other person, or the face, of a question.
    var other: String?
    var face: String?
    var flag: Bool?
    var value: String?
    var photo: String?
    var box: [Double]?
    var reason: String?
    var settings: [String: String?]?
    /// The decision that is taken back.
    var undone: String?
    var count: Int?

    static func decode(_ text: String) throws(LikenessError) -> DecisionPayload {
        do { return try JSONDecoder().decode(DecisionPayload.self, from: Data(text.utf8)) } catch {
            throw LikenessError(.fileFormat, subject: "journal", "an entry cannot be read: \(error)")
        }
    }

    func encoded() throws(LikenessError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(self), as: UTF8.self) } catch {
            throw LikenessError(.invalidInput, subject: "decision", "cannot be written: \(error)")
        }
    }
}

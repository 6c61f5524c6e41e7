import Foundation
import GRDB

/// A cell of a projection before a decision changed it.
enum ProjectionCell: Codable, Sendable, Hashable {
    case null
    case integer(Int)
    case text(String)

    init(_ value: DatabaseValue) {
        switch value.storage {
        case .int64(let n): self = .integer(Int(n))
        case .string(let s): self = .text(s)
        default: self = .null
        }
    }

    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let n): n.databaseValue
        case .text(let s): s.databaseValue
        }
    }

    init(from decoder: any Decoder) throws {
        let c = try decoder.singleValueContainer()
        if c.decodeNil() {
            self = .null
        } else if let n = try? c.decode(Int.self) {
            self = .integer(n)
        } else {
            self = .text(try c.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var c = encoder.singleValueContainer()
        switch self {
        case .null: try c.encodeNil()
        case .integer(let n): try c.encode(n)
        case .text(let s): try c.encode(s)
        }
    }
}

/// One change of a projection: where, what was there, and for people which field it was and what it became.
struct ProjectionImage: Codable, Sendable {
    /// The table; `person.name` and so on for a field of a person.
    var t: String
    var k: [ProjectionCell]
    /// The row's other columns before, nil: there was none. For a person's field: before and after.
    var v: [ProjectionCell]?
}

extension ProjectionImage {
    /// Stands for the claims of many faces of one person, of which there were none before.
    static let membersTable = "members"

    init(members: [Int], of person: Int) {
        self.init(
            t: Self.membersTable, k: [.integer(person)],
            v: [.text(members.map { "\($0)" }.joined(separator: " "))])
    }

    var members: [Int] {
        guard t == Self.membersTable, case .text(let list)? = v?.first else { return [] }
        return list.split(separator: " ").compactMap { Int($0) }
    }

    /// The faces whose claims, refusals or states it is about.
    var faces: [Int] {
        if t == Self.membersTable { return members }
        guard let table = ProjectionTable(rawValue: t), [.claim, .refusal, .override].contains(table),
            case .integer(let face)? = k.first
        else { return [] }
        return [face]
    }
}

import FaceCore
import Foundation
import GRDB
import Synchronization

/// A model whose vectors the library holds.
struct ModelRow: Sendable {
    var number: Int
    var space: EmbeddingSpace
    var state: String

    /// The folder of its segments: the name of the space, without what a path cannot hold.
    var folderName: String {
        let plain = space.id.unicodeScalars.map { s in
            s.isASCII && (CharacterSet.alphanumerics.contains(s) || "-_.".unicodeScalars.contains(s)) ? String(s) : "-"
        }.joined()
        return "\(number)-\(plain.prefix(60))"
    }

    static func current(_ db: Database) throws -> ModelRow? {
        let statement = try db.cachedStatement(sql: "SELECT * FROM model WHERE state = 'current'")
        return try Row.fetchOne(statement).map { try ModelRow($0) }
    }

    static func all(_ db: Database) throws -> [ModelRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM model ORDER BY no").map { try ModelRow($0) }
    }

    /// The row of a space; the first space of a library becomes the current one, later ones are built beside it.
    static func find(_ db: Database, _ space: EmbeddingSpace) throws -> ModelRow {
        if let row = try Row.fetchOne(db, sql: "SELECT * FROM model WHERE space = ?", arguments: [space.id]) {
            return try ModelRow(row)
        }
        let state = try current(db) == nil ? "current" : "building"
        let card = String(decoding: try JSONEncoder().encode(space), as: UTF8.self)
        try db.execute(
            sql: "INSERT INTO model (space, card, state, createdAt) VALUES (?, ?, ?, ?)",
            arguments: [space.id, card, state, Timestamp.now()])
        return ModelRow(number: Int(db.lastInsertedRowID), space: space, state: state)
    }

    /// The card that was read last: nearly every question reads the same one.
    private static let last = Mutex<(card: String, space: EmbeddingSpace)?>(nil)

    private init(_ row: Row) throws {
        self.init(number: row["no"], space: try Self.space(row["card"]), state: row["state"])
    }

    private static func space(_ card: String) throws -> EmbeddingSpace {
        if let known = last.withLock({ $0 }), known.card == card { return known.space }
        let space = try JSONDecoder().decode(EmbeddingSpace.self, from: Data(card.utf8))
        last.withLock { $0 = (card, space) }
        return space
    }

    private init(number: Int, space: EmbeddingSpace, state: String) {
        (self.number, self.space, self.state) = (number, space, state)
    }
}

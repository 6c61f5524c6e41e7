public import FaceCore
import Foundation
import GRDB

extension PhotoLibrary {
    // MARK: Keys

    /// Makes a key; its secret is returned this once and stored only as a hash. Throws `invalid-input`.
    public func createKey(
        name: String, scopes: [String], expiresAt: String?
    ) throws(LikenessError) -> (key: AccessKey, secret: String) {
        let name = try Self.checkedName(name)
        var expires: Double?
        if let expiresAt {
            guard let at = Timestamp.seconds(expiresAt), at > Timestamp.now() else {
                throw .invalid("expiresAt", "a time in the future is expected")
            }
            expires = at
        }
        let id = Identifier.fresh("key")
        let secret = Identifier.text((0..<32).map { _ in UInt8.random(in: 0 ... .max) }, length: 52)
        let (end, scopeText) = (expires, scopes.sorted().joined(separator: " "))
        let key = try store.write { db in
            try db.execute(
                sql: "INSERT INTO access_key (id, name, hash, scopes, createdAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [id, name, SHA256.hex(of: Array(secret.utf8)), scopeText, Timestamp.now(), end])
            return try Row.fetchOne(db, sql: "SELECT * FROM access_key WHERE id = ?", arguments: [id]).map {
                Self.key($0)
            }
        }
        guard let key else { throw LikenessError(.defect, "the key was not kept") }
        return (key, "lk_\(id.dropFirst(4))_\(secret)")
    }

    public func keys() throws(LikenessError) -> [AccessKey] {
        try store.read { db in try Row.fetchAll(db, sql: "SELECT * FROM access_key ORDER BY no").map { Self.key($0) } }
    }

    /// Throws `not-found`.
    public func deleteKey(_ id: String) throws(LikenessError) {
        try store.write { db in
            try db.execute(sql: "DELETE FROM access_key WHERE id = ?", arguments: [id])
            guard db.changesCount == 1 else { throw LikenessError.notFound(id, "key") }
        }
    }

    /// The key of a secret `lk_<id>_<secret>`; nil when there is none, or it has expired. Compared in constant time.
    public func authenticate(key secret: String) throws(LikenessError) -> AccessKey? {
        let parts = secret.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "lk", secret.utf8.count < 200 else { return nil }
        let row = try store.read {
            try Row.fetchOne($0, sql: "SELECT * FROM access_key WHERE id = ?", arguments: ["key_\(parts[1])"])
        }
        guard let row else { return nil }
        guard ConstantTime.areEqual(SHA256.hex(of: Array(parts[2].utf8)), row["hash"]) else { return nil }
        let now = Timestamp.now()
        if let expires: Double = row["expiresAt"], expires <= now { return nil }
        // a busy key is noted once a minute: reading does not become writing
        if access == .write, now - ((row["usedAt"] as Double?) ?? 0) > 60 {
            let id: String = row["id"]
            try store.writeUnsynced {
                try $0.execute(sql: "UPDATE access_key SET usedAt = ? WHERE id = ?", arguments: [now, id])
            }
        }
        return Self.key(row)
    }

    private static func key(_ row: Row) -> AccessKey {
        AccessKey(
            id: row["id"], name: row["name"], scopes: (row["scopes"] as String).split(separator: " ").map(String.init),
            createdAt: Timestamp.text(row["createdAt"] as Double),
            expiresAt: Timestamp.text(row["expiresAt"] as Double?),
            lastUsedAt: Timestamp.text(row["usedAt"] as Double?))
    }

    // MARK: Audit

    /// Appends a row to the audit log, chained to the one before by its hash.
    public func audit(_ record: AuditRecord) throws(LikenessError) {
        try store.writeTogether { db in try Self.append(record, db) }
    }

    static func append(_ record: AuditRecord, _ db: Database) throws {
        let before = try db.cachedStatement(sql: "SELECT hash FROM audit ORDER BY seq DESC LIMIT 1")
        let last = try String.fetchOne(before) ?? ""
        let (at, list) = (Timestamp.now(), record.objects.prefix(100).joined(separator: " "))
        let hash = auditHash(last, at, record.actor, record.key, record.action, list, record.status)
        try db.run(
            "INSERT INTO audit (at, actor, key, action, objects, status, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [at, record.actor, record.key, record.action, list, record.status, hash])
    }

    private static func auditHash(
        _ last: String, _ at: Double, _ actor: String, _ key: String?, _ action: String, _ objects: String,
        _ status: Int
    ) -> String {
        SHA256.hex(
            of: Array([last, "\(at)", actor, key ?? "", action, objects, "\(status)"].joined(separator: "\u{1F}").utf8))
    }

    /// The audit log, the newest first.
    public func auditLog(page: PageRequest = PageRequest()) throws(LikenessError) -> Page<AuditEntry> {
        let cursor = try Cursor.read(page.cursor, count: 1)
        return try store.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?",
                arguments: [try cursor?.integer(0) ?? Int.max, page.limit + 1])
            let shown = rows.prefix(page.limit)
            return Page(
                items: shown.map { row in
                    AuditEntry(
                        seq: row["seq"], at: Timestamp.text(row["at"] as Double), actor: row["actor"], key: row["key"],
                        action: row["action"],
                        objects: (row["objects"] as String).split(separator: " ").map(String.init),
                        status: row["status"], hash: row["hash"])
                }, next: rows.count > page.limit ? shown.last.map { Cursor(["\($0["seq"] as Int)"]).text } : nil)
        }
    }

    /// The first row of the audit log that does not follow from the one before; nil when all do.
    public func verifyAudit() throws(LikenessError) -> Int? {
        try store.read { db in
            var last = ""
            let rows = try Row.fetchCursor(db, sql: "SELECT * FROM audit ORDER BY seq")
            while let row = try rows.next() {
                let hash = Self.auditHash(
                    last, row["at"], row["actor"], row["key"], row["action"], row["objects"], row["status"])
                guard hash == row["hash"] as String else { return row["seq"] as Int }
                last = hash
            }
            return nil
        }
    }

    // MARK: Repeated requests

    /// The answer that was given to this request in the last 24 hours.
    public func storedAnswer(route: String, key: String) throws(LikenessError) -> StoredAnswer? {
        try store.read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: "SELECT * FROM answer WHERE route = ? AND key = ? AND at > ?"),
                arguments: [route, key, Timestamp.now() - 86_400]
            ).map {
                StoredAnswer(
                    route: route, key: key, bodyHash: $0["bodyHash"], status: $0["status"],
                    body: Array($0["body"] as Data))
            }
        }
    }

    public func storeAnswer(_ answer: StoredAnswer) throws(LikenessError) {
        try store.writeTogether(synced: false) { db in try Self.keep(answer, db) }
    }

    static func keep(_ answer: StoredAnswer, _ db: Database) throws {
        // reads all of them, so not each time
        if Int.random(in: 0..<64) == 0 {
            try db.execute(sql: "DELETE FROM answer WHERE at < ?", arguments: [Timestamp.now() - 86_400])
        }
        try db.run(
            "INSERT OR REPLACE INTO answer (route, key, bodyHash, status, body, at) VALUES (?, ?, ?, ?, ?, ?)",
            [answer.route, answer.key, answer.bodyHash, answer.status, Data(answer.body), Timestamp.now()])
    }
}

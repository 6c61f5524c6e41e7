public import FaceCore
import Foundation
import GRDB

extension PhotoLibrary {
    /// Counters that add up, running jobs, and what to do next.
    public func overview() throws(LikenessError) -> Overview {
        let settings = try settings()
        return try store.read { db in
            let states = try Row.fetchAll(
                db, sql: "SELECT missing, state, COUNT(*) AS n FROM photo GROUP BY missing, state")
            let people = try Self.people(db, settings)
            let questions = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM question") ?? 0
            let photos = Self.counted(states)
            let grouping = try Row.fetchOne(
                db,
                sql: """
                    SELECT g.id, g.endedAt, g.facesUpTo, m.space FROM grouping g JOIN model m ON m.no = g.model
                    WHERE g.state = 'current'
                    """)
            let jobs = try Row.fetchAll(
                db,
                sql: "SELECT * FROM job WHERE state IN ('running', 'queued') ORDER BY state DESC, priority, no LIMIT 50"
            )
            return Overview(
                library: .init(id: id, name: name, root: folder), photos: photos, faces: try Self.faces(db),
                people: people,
                questions: questions,
                grouping: grouping.map {
                    .init(
                        id: $0["id"], at: Timestamp.text($0["endedAt"] as Double), model: $0["space"],
                        facesUpTo: $0["facesUpTo"])
                }, jobs: try jobs.map { try JobRow($0).job },
                next: Self.next(photos: photos, people: people, questions: questions))
        }
    }

    private static func faces(_ db: Database) throws -> Overview.Faces {
        var out = Overview.Faces()
        // sums of what the cards hold, and of the few that are with nobody: the doctor counts the places themselves
        out.inPeople = try Int.fetchOne(db, sql: "SELECT SUM(faces) FROM card") ?? 0
        out.loose = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM place WHERE role = 'loose'") ?? 0
        out.ignored =
            try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM place WHERE role IN ('ignored', 'rejected')") ?? 0
        out.total = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM face") ?? 0
        out.total -= try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM face WHERE dropped = 1") ?? 0
        out.total -=
            try Int.fetchOne(
                db,
                sql: """
                    SELECT COUNT(*) FROM face_override o JOIN face f ON f.no = o.face AND f.dropped = 0
                    WHERE o.state = 'unboxed'
                    """) ?? 0
        out.notConsidered = out.total - out.inPeople - out.loose - out.ignored
        return out
    }

    private static func people(_ db: Database, _ settings: LibrarySettings) throws -> Overview.People {
        var out = Overview.People()
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT list, COUNT(*) AS n FROM card WHERE list <> 'unnamed' OR faces >= ? GROUP BY list",
            arguments: [settings.minFacesShown])
        for row in rows {
            let count: Int = row["n"]
            switch row["list"] as String {
            case "named": out.named = count
            case "hidden": out.hidden = count
            default: out.unnamed = count
            }
        }
        out.total = out.named + out.unnamed + out.hidden
        return out
    }

    private static func next(photos: Overview.Photos, people: Overview.People, questions: Int) -> Overview.NextStep {
        if photos.total == 0 { return .init(kind: .import, text: "Import a folder of photos") }
        if people.unnamed > 0, people.named == 0 || questions == 0 {
            return .init(kind: .name, text: "Name the people with the most photos: \(people.unnamed) have no name yet")
        }
        if questions > 0 {
            return .init(kind: .review, text: "\(questions) questions are open: the best one comes first")
        }
        return .init(kind: .none, text: photos.waiting > 0 ? "Photos are being looked at" : "Nothing is left to do")
    }

    // MARK: Settings

    public func settings() throws(LikenessError) -> LibrarySettings {
        try store.read { try Self.settings($0) }
    }

    static func settings(_ db: Database) throws -> LibrarySettings {
        var out = LibrarySettings()
        for row in try Row.fetchAll(db, sql: "SELECT key, value FROM setting") {
            let value: String? = row["value"]
            switch row["key"] as String {
            case "threshold": out.threshold = value.flatMap(Double.init)
            case "qualityFloor": out.qualityFloor = value.flatMap(Double.init) ?? out.qualityFloor
            case "minFacesShown": out.minFacesShown = value.flatMap(Int.init) ?? out.minFacesShown
            case "looseRetentionDays": out.looseRetentionDays = value.flatMap(Int.init)
            default: break
            }
        }
        out.version =
            1
            + (try Int.fetchOne(
                db,
                sql: """
                    SELECT (SELECT COUNT(*) FROM decision WHERE kind = 'settings')
                        + (SELECT COUNT(*) FROM decision d CROSS JOIN decision u ON u.undoes = d.seq
                            WHERE d.kind = 'settings')
                    """) ?? 0)
        return out
    }

    /// Changes settings; the groups follow with the next grouping. Throws `invalid-input`, `stale-version` (subject `settings`).
    @discardableResult
    public func updateSettings(
        _ patch: SettingsUpdate, ifMatch: Int? = nil, by author: Author
    ) throws(LikenessError) -> LibrarySettings {
        let values = try patch.checked()
        return try decided(by: author) { db, journal in
            let now = try Self.settings(db)
            if let ifMatch, ifMatch != now.version {
                throw LikenessError(
                    .staleVersion, subject: "settings", "the settings are at version \(now.version), not \(ifMatch)")
            }
            if !values.isEmpty { try journal.decide(.settings, DecisionPayload(settings: values)) }
            return (try Self.settings(db), [])
        }
    }
}

/// Settings to change; a field that is nil stays, `.some(nil)` is the default.
public struct SettingsUpdate: Sendable, Hashable, Decodable {
    public var threshold: Double??
    public var qualityFloor: Double?
    public var minFacesShown: Int?
    public var looseRetentionDays: Int??

    public init(
        threshold: Double?? = nil, qualityFloor: Double? = nil, minFacesShown: Int? = nil,
        looseRetentionDays: Int?? = nil
    ) {
        (self.threshold, self.qualityFloor) = (threshold, qualityFloor)
        (self.minFacesShown, self.looseRetentionDays) = (minFacesShown, looseRetentionDays)
    }

    private enum Key: String, CodingKey { case threshold, qualityFloor, minFacesShown, looseRetentionDays }

    public init(from decoder: any Decoder) throws {
        let c = try decoder.container(keyedBy: Key.self)
        self.init(
            threshold: c.contains(.threshold) ? .some(try c.decodeIfPresent(Double.self, forKey: .threshold)) : nil,
            qualityFloor: try c.decodeIfPresent(Double.self, forKey: .qualityFloor),
            minFacesShown: try c.decodeIfPresent(Int.self, forKey: .minFacesShown),
            looseRetentionDays: c.contains(.looseRetentionDays)
                ? .some(try c.decodeIfPresent(Int.self, forKey: .looseRetentionDays)) : nil)
    }

    func checked() throws(LikenessError) -> [String: String?] {
        var out: [String: String?] = [:]
        if let threshold {
            if let t = threshold, !(t > 0 && t < 1) {
                throw .invalid("threshold", "a similarity between 0 and 1 is expected")
            }
            out["threshold"] = .some(threshold.map { "\($0)" })
        }
        if let q = qualityFloor {
            guard q >= 0, q <= 1 else { throw .invalid("qualityFloor", "a quality in 0…1 is expected") }
            out["qualityFloor"] = "\(q)"
        }
        if let m = minFacesShown {
            guard (1...1000).contains(m) else { throw .invalid("minFacesShown", "1…1000 faces are expected") }
            out["minFacesShown"] = "\(m)"
        }
        if let days = looseRetentionDays {
            if let d = days, !(1...36_500).contains(d) {
                throw .invalid("looseRetentionDays", "1…36500 days are expected")
            }
            out["looseRetentionDays"] = .some(days.map { "\($0)" })
        }
        return out
    }
}

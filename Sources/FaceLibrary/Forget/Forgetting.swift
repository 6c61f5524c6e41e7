import Crypto
import FaceCore
import Foundation
import GRDB

/// Forgets faces for good: vectors, crops, places, links, questions, names in the journal; then proves it.
///
/// The order makes a kill at any point harmless: the decision comes first and says what is to go; the job is taken again
/// and each step finds what is left to do.
struct Forgetting {
    let library: PhotoLibrary
    let actor: String
    /// The density state, which holds vectors too; nil where there is none.
    let density: DensityState?

    func run(_ subject: ForgetSubject, _ job: JobContext) throws(LikenessError) -> ForgetReceipt {
        let key = Self.requestKey(job.row.job.id)
        let scope = if let known = try begun(key, subject) { known } else { try scope(subject) }
        let traces = try ForgetTraces(library, scope)
        let decision = try decide(scope, key: key)
        try job.progress(0, of: 5)
        let vectors = try eraseVectors(scope)
        try job.progress(1, of: 5)
        var receipt = try eraseRows(scope, decision)
        receipt.vectors = vectors
        receipt.crops = try eraseCrops()
        try job.progress(3, of: 5)
        try compact()
        receipt.remaining = try verify(scope).merging(try traces.left(library)) { $1 }
        receipt.backups = backups()
        let text = receipt
        try library.store.write { db in
            let json = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
            try db.execute(sql: "INSERT INTO receipt (at, text) VALUES (?, ?)", arguments: [Timestamp.now(), json])
        }
        try job.progress(5, of: 5)
        return receipt
    }

    /// The key of the decision of a job: it is made once.
    static func requestKey(_ job: String) -> String { "forget \(job)" }

    /// What goes.
    struct Scope {
        var faces: [Int] = []
        var faceIDs: Set<String> = []
        var people: [Int] = []
        var personIDs: Set<String> = []
        var photo: Int?
        var label = ""
    }

    /// What a first try was about, which ended before it was done: its decision names people and faces. The library says
    /// nothing of them any more.
    private func begun(_ key: String, _ subject: ForgetSubject) throws(LikenessError) -> Scope? {
        try library.store.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM decision WHERE requestKey = ?", arguments: [key])
            else { return nil }
            let said = try JournalEntry(row).payload
            var scope = Scope()
            scope.label = said.value ?? ""
            scope.personIDs = Set(said.from ?? [])
            scope.people = try scope.personIDs.sorted().map { try Identity.number(db, $0) }
            if case .photo(let id) = subject { scope.photo = try PhotoReader(db: db).number(id) }
            scope.faceIDs = Set(said.faces ?? [])
            scope.faces = try scope.faceIDs.sorted().compactMap { id in
                try Int.fetchOne(db, sql: "SELECT no FROM face WHERE id = ?", arguments: [id])
            }
            return scope
        }
    }

    /// Loose faces that were found before a time; those that somebody drew stay.
    static func expired(_ db: Database, before limit: Double, atMost count: Int = .max) throws -> [Int] {
        try Int.fetchAll(
            db,
            sql: """
                SELECT f.no FROM place p JOIN face f ON f.no = p.face
                WHERE p.role = 'loose' AND f.createdAt < ? AND f.source <> 'manual' LIMIT ?
                """, arguments: [limit, count])
    }

    private func scope(_ subject: ForgetSubject) throws(LikenessError) -> Scope {
        try library.store.read { db in
            var scope = Scope()
            switch subject {
            case .person(let id):
                scope.label = id
                guard let root = try Int.fetchOne(db, sql: "SELECT root FROM identity WHERE id = ?", arguments: [id])
                else {
                    throw LikenessErrorOf.person(id)
                }
                scope.people = try Int.fetchAll(db, sql: "SELECT no FROM identity WHERE root = ?", arguments: [root])
                scope.faces = try Int.fetchAll(
                    db,
                    sql: """
                        SELECT face FROM place WHERE person = ? UNION SELECT c.face FROM claim c
                            JOIN identity i ON i.no = c.person WHERE i.root = ?
                        """, arguments: [root, root])
            case .photo(let id):
                scope.label = id
                scope.photo = try PhotoReader(db: db).number(id)
                scope.faces = try Int.fetchAll(db, sql: "SELECT no FROM face WHERE photo = ?", arguments: [scope.photo])
            case .loose(let limit):
                scope.label = "loose"
                scope.faces = try Self.expired(db, before: limit)
            case .library:
                scope.label = library.id
                scope.people = try Int.fetchAll(db, sql: "SELECT no FROM identity")
                scope.faces = try Int.fetchAll(db, sql: "SELECT no FROM face")
            }
            for person in scope.people {
                if let id = try String.fetchOne(db, sql: "SELECT id FROM identity WHERE no = ?", arguments: [person]) {
                    scope.personIDs.insert(id)
                }
            }
            for face in scope.faces {
                if let id = try String.fetchOne(db, sql: "SELECT id FROM face WHERE no = ?", arguments: [face]) {
                    scope.faceIDs.insert(id)
                }
            }
            return scope
        }
    }

    /// The journal says first that it was forgotten; the same job says it once. The faces are named until they are gone.
    private func decide(_ scope: Scope, key: String) throws(LikenessError) -> String {
        try library.store.write { db in
            let journal = Journal(db: db, author: Author(actor, requestKey: key))
            return try journal.decide(
                .forget,
                DecisionPayload(
                    from: scope.personIDs.sorted(), faces: scope.faceIDs.sorted(), value: scope.label,
                    count: scope.faces.count)
            ).entry.id
        }
    }

    // MARK: Files

    private func eraseVectors(_ scope: Scope) throws(LikenessError) -> Int {
        let models = try library.store.read { try ModelRow.all($0) }
        var erased = 0
        for model in models {
            let places = try library.store.read { try VectorShelf.locations($0, scope.faces, model.number) }
            let segments = try library.shelf.segments(model)
            let snapshot = segments.snapshot()
            let there = places.values.filter { snapshot.contains($0) }
            try segments.erase(Array(there))
            erased += there.count
            // rows that a newer detection replaced belong to nobody any more
            let used = try library.store.read { db in
                Set(
                    try Row.fetchAll(
                        db, sql: "SELECT segment, row FROM embedding WHERE model = ?", arguments: [model.number]
                    )
                    .map { VectorLocation(segment: $0[0], row: $0[1]) })
            }
            var orphans: [VectorLocation] = []
            for segment in snapshot.segments {
                for row in 0..<segment.count {
                    let place = VectorLocation(segment: segment.number, row: row)
                    if !used.contains(place), snapshot.contains(place) { orphans.append(place) }
                }
            }
            try segments.erase(orphans)
        }
        if let density {
            try density.remove(scope.faces)
        } else {
            try DensityState.clear(DensityState.folder(library), library.store)
        }
        library.shelf.reset()
        library.prototypes.reset()
        library.looseNeighbours.reset()
        return erased
    }

    /// Every crop that no face has: those of what was forgotten, also when a first try ended before this, and strays.
    private func eraseCrops() throws(LikenessError) -> Int {
        let kept = try library.store.read {
            try String.fetchSet($0, sql: "SELECT DISTINCT crop FROM face WHERE crop IS NOT NULL")
        }
        return try library.crops.sweep(keeping: kept, olderThan: 0).removed
    }

    // MARK: Rows

    private func eraseRows(_ scope: Scope, _ decision: String) throws(LikenessError) -> ForgetReceipt {
        var receipt = ForgetReceipt(
            decision: decision, faces: scope.faces.count, vectors: 0, crops: 0, questions: 0, links: 0,
            journalEntries: 0,
            remaining: [:], backups: [])
        try library.store.write { db in
            for person in scope.people {
                try QuestionRows.dropPairs(db, of: person)
                receipt.questions += db.changesCount
                try QuestionRows.dropLoose(db, of: person)
                receipt.questions += db.changesCount
                for table in ["must_link", "cannot_link"] {
                    try db.execute(sql: "DELETE FROM \(table) WHERE a = ? OR b = ?", arguments: [person, person])
                    receipt.links += db.changesCount
                }
                try db.execute(sql: "DELETE FROM question_due WHERE person = ?", arguments: [person])
            }
            for face in scope.faces {
                try db.execute(sql: "DELETE FROM question WHERE kind = 'loose' AND a = ?", arguments: [face])
                receipt.questions += db.changesCount
            }
            receipt.journalEntries = try scrub(db, scope)
            for face in scope.faces {
                // where it was, so that it is not found again in the same photo
                try db.execute(
                    sql: "INSERT INTO tombstone (photo, x, y, w, h) SELECT photo, x, y, w, h FROM face WHERE no = ?",
                    arguments: [face])
                try db.execute(sql: "DELETE FROM face WHERE no = ?", arguments: [face])
                try db.execute(sql: "DELETE FROM face_due WHERE face = ?", arguments: [face])
                try db.execute(
                    sql: "UPDATE density_row SET face = -1 - row, live = 0 WHERE face = ?", arguments: [face])
            }
            try db.execute(sql: "DELETE FROM vector_due")
            if let photo = scope.photo {
                try db.execute(
                    sql: "UPDATE photo SET state = 'no-faces', stateAt = ? WHERE no = ?",
                    arguments: [Timestamp.now(), photo])
            }
            try db.execute(sql: "DELETE FROM answer")
            try ReplayCheck.rebuild(db)
            for person in scope.people {
                try db.execute(sql: "UPDATE identity SET successor = NULL WHERE no = ?", arguments: [person])
            }
        }
        return receipt
    }

    /// Takes names, faces and people out of the journal: names become a keyed hash, ids of faces go.
    private func scrub(_ db: Database, _ scope: Scope) throws -> Int {
        var changed: Set<Int> = []
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM decision ORDER BY seq")
        let entries = try rows.map { try JournalEntry($0) }
        for entry in entries {
            var payload = entry.payload
            if Self.names(entry, scope) {
                payload.name = payload.name.map(hidden)
                payload.before = payload.before.map(hidden)
                if entry.kind == .birthDate { payload.value = nil }
            }
            payload.faces = payload.faces.map { $0.filter { !scope.faceIDs.contains($0) } }
            payload.members = payload.members.map { $0.mapValues { $0.filter { !scope.faceIDs.contains($0) } } }
            if let face = payload.face, scope.faceIDs.contains(face) {
                payload.face = nil
                payload.box = nil
            }
            let text = try payload.encoded()
            guard text != (try entry.payload.encoded()) else { continue }
            changed.insert(entry.seq)
            try db.execute(sql: "UPDATE decision SET payload = ? WHERE seq = ?", arguments: [text, entry.seq])
        }
        return changed.count
    }

    /// Whether the name in an entry is that of somebody who is forgotten; others of the same name keep theirs. A merge may
    /// carry the name of any of its people: where one of them is forgotten and the other is not, it was taken back.
    static func names(_ entry: JournalEntry, _ scope: Scope) -> Bool {
        let p = entry.payload
        var owners = [p.created ?? p.person].compactMap { $0 }
        if [.merge, .same].contains(entry.kind) { owners += (p.from ?? []) + [p.other].compactMap { $0 } }
        return owners.contains { scope.personIDs.contains($0) }
    }

    private func hidden(_ name: String) -> String {
        if name.hasPrefix("forgotten:") { return name }
        let code = HMAC<Crypto.SHA256>.authenticationCode(
            for: Data(name.utf8), using: SymmetricKey(data: library.nameKey))
        return "forgotten:" + Array(code).prefix(12).map { String($0, radix: 16) }.joined()
    }

    // MARK: Proof

    /// Free pages and the write-ahead log hold old bytes until they are rewritten.
    private func compact() throws(LikenessError) {
        try library.store.pool.mapped { pool in
            try pool.vacuum()
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        }
    }

    private func verify(_ scope: Scope) throws(LikenessError) -> [String: Int] {
        try library.store.read { db in
            var out: [String: Int] = [:]
            for table in [
                "face WHERE no", "place WHERE face", "embedding WHERE face", "membership WHERE face",
                "claim WHERE face",
            ] {
                let name = String(table.split(separator: " ")[0])
                out[name] = try scope.faces.reduce(0) { sum, face in
                    sum + (try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(table) = ?", arguments: [face]) ?? 0)
                }
            }
            return out
        }
    }

    private func backups() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: library.layout.backups)) ?? []).sorted()
    }
}

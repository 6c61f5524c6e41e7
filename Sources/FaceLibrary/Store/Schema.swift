import FaceCore
import Foundation
import GRDB

/// The tables, as a list of steps that only go forward.
///
/// Three kinds of truth lie in separate tables: facts (what machines read out of photos, re-creatable), the journal (what
/// people decided) with its projections, and groups (derived snapshots) with what is shown of them.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            for statement in facts1 + journal1 + groups1 + service1 { try db.execute(sql: statement) }
        }
        migrator.registerMigration("2") { db in
            for statement in schema2 { try db.execute(sql: statement) }
        }
        return migrator
    }

    /// Runs the steps up to one of them: tests make libraries of older versions.
    package static func migrate(_ path: String, upTo step: String) throws {
        try migrator.migrate(DatabaseQueue(path: path), upTo: step)
    }

    /// Throws `schema-too-new` when a newer program has written here.
    static func refuseNewer(_ pool: DatabasePool, _ path: String) throws {
        let superseded = try pool.read { try migrator.hasBeenSuperseded($0) }
        guard !superseded else {
            throw LikenessError(
                .schemaTooNew, subject: path, "the library was written by a newer version of likeness",
                remedy: "use that version, or restore a backup made before the upgrade")
        }
    }

    /// Runs what is missing; a copy of the database is kept beside it before an older one is changed.
    static func migrate(_ pool: DatabasePool, _ path: String) throws {
        let applied = try pool.read { try migrator.appliedMigrations($0) }
        guard applied.count < migrator.migrations.count else { return }
        if let last = applied.last {
            let copy = "\(path).before-\(last)"
            if !FileManager.default.fileExists(atPath: copy) {
                let beside = "\(copy).part"
                try? FileManager.default.removeItem(atPath: beside)
                try pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [beside]) }
                try FileManager.default.moveItem(atPath: beside, toPath: copy)
            }
        }
        try migrator.migrate(pool)
    }

    private static let facts1 = [
        """
        CREATE TABLE library (
            only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, name TEXT NOT NULL, createdAt REAL NOT NULL,
            nameKey BLOB NOT NULL)
        """,
        "CREATE TABLE folder (no INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, addedAt REAL NOT NULL, scannedAt REAL)",
        """
        CREATE TABLE photo (
            no INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL,
            width INTEGER NOT NULL DEFAULT 0, height INTEGER NOT NULL DEFAULT 0, capturedAt REAL, latitude REAL,
            longitude REAL, state TEXT NOT NULL, missing INTEGER NOT NULL DEFAULT 0, detector TEXT, errorCode TEXT,
            errorMessage TEXT, stateAt REAL NOT NULL, addedAt REAL NOT NULL)
        """,
        "CREATE INDEX photo_state ON photo(missing, state)",
        """
        CREATE TABLE location (
            path TEXT PRIMARY KEY, photo INTEGER NOT NULL REFERENCES photo(no) ON DELETE CASCADE,
            folder INTEGER NOT NULL REFERENCES folder(no) ON DELETE CASCADE, bytes INTEGER NOT NULL,
            modified INTEGER NOT NULL, inode INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID
        """,
        "CREATE INDEX location_photo ON location(photo)",
        "CREATE INDEX location_folder ON location(folder)",
        """
        CREATE TABLE model (
            no INTEGER PRIMARY KEY, space TEXT NOT NULL UNIQUE, card TEXT NOT NULL, state TEXT NOT NULL,
            createdAt REAL NOT NULL)
        """,
        // numbers of forgotten faces are never given again
        """
        CREATE TABLE face (
            no INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, photo INTEGER NOT NULL REFERENCES photo(no) ON DELETE CASCADE,
            source TEXT NOT NULL, detector TEXT NOT NULL, x REAL NOT NULL, y REAL NOT NULL, w REAL NOT NULL,
            h REAL NOT NULL, landmarks TEXT, score REAL NOT NULL, quality REAL NOT NULL, sharpness REAL NOT NULL,
            reasons TEXT NOT NULL, best REAL NOT NULL, crop TEXT, label TEXT,
            dropped INTEGER NOT NULL DEFAULT 0, createdAt REAL NOT NULL)
        """,
        "CREATE INDEX face_photo ON face(photo)",
        """
        CREATE TABLE embedding (
            model INTEGER NOT NULL REFERENCES model(no), face INTEGER NOT NULL REFERENCES face(no) ON DELETE CASCADE,
            segment INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (model, face)) WITHOUT ROWID
        """,
        """
        CREATE TABLE segment (
            model INTEGER NOT NULL REFERENCES model(no), number INTEGER NOT NULL, rows INTEGER NOT NULL,
            PRIMARY KEY (model, number)) WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX embedding_row ON embedding(model, segment, row)",
        "CREATE INDEX embedding_face ON embedding(face)",
        // where a forgotten face was
        """
        CREATE TABLE tombstone (
            photo INTEGER NOT NULL REFERENCES photo(no) ON DELETE CASCADE, x REAL NOT NULL, y REAL NOT NULL,
            w REAL NOT NULL, h REAL NOT NULL)
        """,
        "CREATE INDEX tombstone_photo ON tombstone(photo)",
        // person ids by number: whoever mentions a person first, a group or a decision, enters it
        """
        CREATE TABLE identity (
            no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, root INTEGER NOT NULL, successor INTEGER)
        """,
        "CREATE INDEX identity_root ON identity(root)",
    ]

    private static let journal1 =
        [
            """
            CREATE TABLE decision (
                seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, payload TEXT NOT NULL,
                actor TEXT NOT NULL, at REAL NOT NULL, undoes INTEGER UNIQUE REFERENCES decision(seq),
                requestKey TEXT UNIQUE)
            """
        ] + projections1.map { "CREATE TABLE \($0)" } + [
            """
            CREATE TRIGGER decision_kept BEFORE DELETE ON decision
            BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
            """,
            """
            CREATE TRIGGER decision_fixed BEFORE UPDATE OF seq, id, kind, actor, at, undoes ON decision
            BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
            """,
            "CREATE INDEX claim_person ON claim(person)",
            "CREATE INDEX refusal_person ON refusal(person)",
            "CREATE INDEX person_merged ON person(mergedInto) WHERE mergedInto IS NOT NULL",
            "CREATE INDEX asked_right ON asked(b)",
        ]

    /// What follows from the journal alone; `doctor --replay` makes these again and compares.
    static let projections1 = [
        """
        person (
            no INTEGER PRIMARY KEY, name TEXT, birthDate TEXT, hidden INTEGER NOT NULL DEFAULT 0,
            favourite INTEGER NOT NULL DEFAULT 0, avatar INTEGER, version INTEGER NOT NULL DEFAULT 1, mergedInto INTEGER)
        """,
        // strength 2: somebody spoke for this face; 1: it was in the group of which somebody spoke
        """
        claim (face INTEGER PRIMARY KEY, person INTEGER NOT NULL, strength INTEGER NOT NULL, decision INTEGER NOT NULL)
        """,
        "refusal (face INTEGER, person INTEGER, decision INTEGER NOT NULL, PRIMARY KEY (face, person)) WITHOUT ROWID",
        "face_override (face INTEGER PRIMARY KEY, state TEXT NOT NULL, decision INTEGER NOT NULL)",
        "must_link (a INTEGER, b INTEGER, decision INTEGER NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID",
        """
        cannot_link (
            a INTEGER, b INTEGER, decision INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID
        """,
        """
        asked (
            kind TEXT, a INTEGER, b INTEGER, answer TEXT NOT NULL, decision INTEGER NOT NULL,
            PRIMARY KEY (kind, a, b)) WITHOUT ROWID
        """,
        "setting (key TEXT PRIMARY KEY, value TEXT, decision INTEGER NOT NULL) WITHOUT ROWID",
        // what each decision changed, as it was before: the way back of undo
        "effect (decision INTEGER PRIMARY KEY, before TEXT NOT NULL)",
    ]

    private static let groups1 = [
        """
        CREATE TABLE grouping (
            no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, model INTEGER NOT NULL REFERENCES model(no),
            parameters TEXT NOT NULL, decisionsUpTo INTEGER NOT NULL, facesUpTo INTEGER NOT NULL, state TEXT NOT NULL,
            stats TEXT NOT NULL DEFAULT '{}', density TEXT, startedAt REAL NOT NULL, endedAt REAL)
        """,
        // a row holds for all snapshots since ..< until; a new snapshot writes what changed
        """
        CREATE TABLE membership (
            face INTEGER NOT NULL REFERENCES face(no) ON DELETE CASCADE, since INTEGER NOT NULL, until INTEGER,
            person INTEGER, grp INTEGER NOT NULL, role TEXT NOT NULL, similarity REAL, PRIMARY KEY (face, since)) WITHOUT ROWID
        """,
        "CREATE INDEX membership_person ON membership(person) WHERE until IS NULL",
        "CREATE INDEX membership_until ON membership(until) WHERE until IS NOT NULL",
        // which density state the rows below are of, and the row of each face in it
        "CREATE TABLE density_state (token TEXT NOT NULL)",
        "CREATE TABLE density_row (row INTEGER PRIMARY KEY, face INTEGER NOT NULL UNIQUE, live INTEGER NOT NULL DEFAULT 1)",
        // where each face stands now: the current snapshot under the decisions
        """
        CREATE TABLE place (
            face INTEGER PRIMARY KEY REFERENCES face(no) ON DELETE CASCADE, photo INTEGER NOT NULL, person INTEGER,
            role TEXT NOT NULL, similarity REAL, decided INTEGER NOT NULL, at REAL NOT NULL, best REAL NOT NULL)
        """,
        "CREATE INDEX place_similarity ON place(person, similarity, face) WHERE person IS NOT NULL",
        "CREATE INDEX place_best ON place(person, best, face) WHERE person IS NOT NULL",
        "CREATE INDEX place_at ON place(person, at, photo, face) WHERE person IS NOT NULL",
        "CREATE INDEX place_role ON place(role, best, face)",
        // one row a person that has faces or a name: what lists of people show
        """
        CREATE TABLE card (
            person INTEGER PRIMARY KEY, faces INTEGER NOT NULL, photos INTEGER NOT NULL, first REAL, last REAL,
            avatar INTEGER, confirmed INTEGER NOT NULL, name TEXT, sortName TEXT NOT NULL, list TEXT NOT NULL,
            shown INTEGER NOT NULL, lastSort REAL NOT NULL, revision INTEGER NOT NULL)
        """,
        "CREATE INDEX card_faces ON card(list, faces DESC, person)",
        "CREATE INDEX card_name ON card(list, sortName, person)",
        "CREATE INDEX card_last ON card(list, lastSort DESC, person)",
        "CREATE INDEX card_shown_faces ON card(shown, faces DESC, person)",
        "CREATE INDEX card_shown_name ON card(shown, sortName, person)",
        "CREATE INDEX card_shown_last ON card(shown, lastSort DESC, person)",
        """
        CREATE TABLE question (
            no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL,
            similarity REAL NOT NULL, probability REAL NOT NULL, gain INTEGER NOT NULL, rank REAL NOT NULL,
            reason TEXT NOT NULL, UNIQUE (kind, a, b))
        """,
        "CREATE INDEX question_rank ON question(rank DESC, no)",
        "CREATE INDEX question_a ON question(a)",
        "CREATE INDEX question_b ON question(b)",
        // people whose questions have to be thought about anew
        "CREATE TABLE question_due (person INTEGER PRIMARY KEY)",
    ]

    private static let service1 = [
        """
        CREATE TABLE job (
            no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, key TEXT NOT NULL,
            arguments TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
            runAfter REAL NOT NULL DEFAULT 0, owner TEXT, leaseUntil REAL, epoch INTEGER NOT NULL DEFAULT 0,
            done INTEGER NOT NULL DEFAULT 0, total INTEGER, rate REAL, wish TEXT, errorKind TEXT, error TEXT,
            detail TEXT NOT NULL DEFAULT '{}', createdAt REAL NOT NULL, startedAt REAL, endedAt REAL)
        """,
        "CREATE UNIQUE INDEX job_key ON job(kind, key) WHERE state IN ('queued', 'running', 'paused')",
        "CREATE INDEX job_state ON job(state, priority, no)",
        """
        CREATE TABLE access_key (
            no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, hash TEXT NOT NULL, scopes TEXT NOT NULL,
            createdAt REAL NOT NULL, expiresAt REAL, usedAt REAL)
        """,
        """
        CREATE TABLE audit (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, actor TEXT NOT NULL, key TEXT, action TEXT NOT NULL,
            objects TEXT NOT NULL, status INTEGER NOT NULL, hash TEXT NOT NULL)
        """,
        """
        CREATE TABLE answer (
            route TEXT, key TEXT, bodyHash TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL, at REAL NOT NULL,
            PRIMARY KEY (route, key)) WITHOUT ROWID
        """,
        "CREATE TABLE receipt (no INTEGER PRIMARY KEY, at REAL NOT NULL, text TEXT NOT NULL)",
    ]

    /// Work that follows what changed instead of scans of whole tables, and a list of contradictions.
    private static let schema2 = [
        // faces with a new, another, or no vector any more, since the groups last looked
        "CREATE TABLE face_due (face INTEGER PRIMARY KEY)",
        """
        INSERT INTO face_due SELECT e.face FROM embedding e JOIN model m ON m.no = e.model AND m.state = 'current'
            WHERE NOT EXISTS (SELECT 1 FROM density_row d WHERE d.face = e.face)
        """,
        """
        INSERT OR IGNORE INTO face_due SELECT d.face FROM density_row d JOIN face f ON f.no = d.face WHERE d.live = 1
            AND NOT EXISTS (SELECT 1 FROM embedding e JOIN model m ON m.no = e.model AND m.state = 'current'
                WHERE e.face = d.face)
        """,
        // a row whose face has another vector now, or none, carries a negative number until it leaves the state
        """
        UPDATE density_row SET face = -1 - row WHERE live = 0 OR NOT EXISTS (
            SELECT 1 FROM embedding e JOIN model m ON m.no = e.model AND m.state = 'current' WHERE e.face = density_row.face)
        """,
        "CREATE INDEX density_leaving ON density_row(row) WHERE face < 0 AND live = 1",
        // places whose vectors nobody refers to any more, until their bytes are overwritten
        "CREATE TABLE vector_due (model INTEGER, segment INTEGER, row INTEGER, PRIMARY KEY (model, segment, row)) WITHOUT ROWID",
        // counts of a card, and whether two people are in one photo, from indexes alone
        """
        WITH RECURSIVE all_rows(model, segment, row, rows) AS (
            SELECT model, number, 0, rows FROM segment WHERE rows > 0
            UNION ALL SELECT model, segment, row + 1, rows FROM all_rows WHERE row + 1 < rows)
        INSERT INTO vector_due SELECT model, segment, row FROM all_rows r WHERE NOT EXISTS (
            SELECT 1 FROM embedding e WHERE e.model = r.model AND e.segment = r.segment AND e.row = r.row)
        """,
        "CREATE INDEX cannot_link_b ON cannot_link(b)",
        "CREATE INDEX place_card ON place(person, photo, at, decided) WHERE person IS NOT NULL",
        "CREATE INDEX face_dropped ON face(no) WHERE dropped = 1",
        "CREATE INDEX decision_settings ON decision(seq) WHERE kind = 'settings'",
        // what contradicts itself, as long as it does
        """
        CREATE TABLE conflict (
            no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, person INTEGER NOT NULL, a INTEGER NOT NULL,
            b INTEGER NOT NULL, at REAL NOT NULL)
        """,
        "CREATE INDEX conflict_person ON conflict(person)",
        // names the key that vectors and crops are sealed with
        "ALTER TABLE library ADD COLUMN keyID TEXT",
        // the rules by which the projections were made from the journal
        "ALTER TABLE library ADD COLUMN projections INTEGER NOT NULL DEFAULT 1",
    ]
}

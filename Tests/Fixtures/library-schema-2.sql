CREATE TRIGGER decision_fixed BEFORE UPDATE OF seq, id, kind, actor, at, undoes ON decision
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER decision_kept BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE access_key (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, hash TEXT NOT NULL, scopes TEXT NOT NULL,
    createdAt REAL NOT NULL, expiresAt REAL, usedAt REAL);
CREATE TABLE answer (
    route TEXT, key TEXT, bodyHash TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (route, key)) WITHOUT ROWID;
CREATE TABLE asked (
    kind TEXT, a INTEGER, b INTEGER, answer TEXT NOT NULL, decision INTEGER NOT NULL,
    PRIMARY KEY (kind, a, b)) WITHOUT ROWID;
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, actor TEXT NOT NULL, key TEXT, action TEXT NOT NULL,
    objects TEXT NOT NULL, status INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TABLE cannot_link (
    a INTEGER, b INTEGER, decision INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE card (
    person INTEGER PRIMARY KEY, faces INTEGER NOT NULL, photos INTEGER NOT NULL, first REAL, last REAL,
    avatar INTEGER, confirmed INTEGER NOT NULL, name TEXT, sortName TEXT NOT NULL, list TEXT NOT NULL,
    shown INTEGER NOT NULL, lastSort REAL NOT NULL, revision INTEGER NOT NULL);
CREATE TABLE claim (face INTEGER PRIMARY KEY, person INTEGER NOT NULL, strength INTEGER NOT NULL, decision INTEGER NOT NULL);
CREATE TABLE conflict (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, person INTEGER NOT NULL, a INTEGER NOT NULL,
    b INTEGER NOT NULL, at REAL NOT NULL);
CREATE TABLE decision (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, payload TEXT NOT NULL,
    actor TEXT NOT NULL, at REAL NOT NULL, undoes INTEGER UNIQUE REFERENCES decision(seq),
    requestKey TEXT UNIQUE);
CREATE TABLE density_row (row INTEGER PRIMARY KEY, face INTEGER NOT NULL UNIQUE, live INTEGER NOT NULL DEFAULT 1);
CREATE TABLE density_state (token TEXT NOT NULL);
CREATE TABLE effect (decision INTEGER PRIMARY KEY, before TEXT NOT NULL);
CREATE TABLE embedding (
    model INTEGER NOT NULL REFERENCES model(no), face INTEGER NOT NULL REFERENCES face(no) ON DELETE CASCADE,
    segment INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (model, face)) WITHOUT ROWID;
CREATE TABLE face (
    no INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, photo INTEGER NOT NULL REFERENCES photo(no) ON DELETE CASCADE,
    source TEXT NOT NULL, detector TEXT NOT NULL, x REAL NOT NULL, y REAL NOT NULL, w REAL NOT NULL,
    h REAL NOT NULL, landmarks TEXT, score REAL NOT NULL, quality REAL NOT NULL, sharpness REAL NOT NULL,
    reasons TEXT NOT NULL, best REAL NOT NULL, crop TEXT, label TEXT,
    dropped INTEGER NOT NULL DEFAULT 0, createdAt REAL NOT NULL);
CREATE TABLE face_due (face INTEGER PRIMARY KEY);
CREATE TABLE face_override (face INTEGER PRIMARY KEY, state TEXT NOT NULL, decision INTEGER NOT NULL);
CREATE TABLE folder (no INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, addedAt REAL NOT NULL, scannedAt REAL);
CREATE TABLE grouping (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, model INTEGER NOT NULL REFERENCES model(no),
    parameters TEXT NOT NULL, decisionsUpTo INTEGER NOT NULL, facesUpTo INTEGER NOT NULL, state TEXT NOT NULL,
    stats TEXT NOT NULL DEFAULT '{}', density TEXT, startedAt REAL NOT NULL, endedAt REAL);
CREATE TABLE identity (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, root INTEGER NOT NULL, successor INTEGER);
CREATE TABLE job (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, key TEXT NOT NULL,
    arguments TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
    runAfter REAL NOT NULL DEFAULT 0, owner TEXT, leaseUntil REAL, epoch INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0, total INTEGER, rate REAL, wish TEXT, errorKind TEXT, error TEXT,
    detail TEXT NOT NULL DEFAULT '{}', createdAt REAL NOT NULL, startedAt REAL, endedAt REAL);
CREATE TABLE library (
    only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, name TEXT NOT NULL, createdAt REAL NOT NULL,
    nameKey BLOB NOT NULL, keyID TEXT, projections INTEGER NOT NULL DEFAULT 1);
CREATE TABLE location (
    path TEXT PRIMARY KEY, photo INTEGER NOT NULL REFERENCES photo(no) ON DELETE CASCADE,
    folder INTEGER NOT NULL REFERENCES folder(no) ON DELETE CASCADE, bytes INTEGER NOT NULL,
    modified INTEGER NOT NULL, inode INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE membership (
    face INTEGER NOT NULL REFERENCES face(no) ON DELETE CASCADE, since INTEGER NOT NULL, until INTEGER,
    person INTEGER, grp INTEGER NOT NULL, role TEXT NOT NULL, similarity REAL, PRIMARY KEY (face, since)) WITHOUT ROWID;
CREATE TABLE model (
    no INTEGER PRIMARY KEY, space TEXT NOT NULL UNIQUE, card TEXT NOT NULL, state TEXT NOT NULL,
    createdAt REAL NOT NULL);
CREATE TABLE must_link (a INTEGER, b INTEGER, decision INTEGER NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE person (
    no INTEGER PRIMARY KEY, name TEXT, birthDate TEXT, hidden INTEGER NOT NULL DEFAULT 0,
    favourite INTEGER NOT NULL DEFAULT 0, avatar INTEGER, version INTEGER NOT NULL DEFAULT 1, mergedInto INTEGER);
CREATE TABLE photo (
    no INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL,
    width INTEGER NOT NULL DEFAULT 0, height INTEGER NOT NULL DEFAULT 0, capturedAt REAL, latitude REAL,
    longitude REAL, state TEXT NOT NULL, missing INTEGER NOT NULL DEFAULT 0, detector TEXT, errorCode TEXT,
    errorMessage TEXT, stateAt REAL NOT NULL, addedAt REAL NOT NULL);
CREATE TABLE place (
    face INTEGER PRIMARY KEY REFERENCES face(no) ON DELETE CASCADE, photo INTEGER NOT NULL, person INTEGER,
    role TEXT NOT NULL, similarity REAL, decided INTEGER NOT NULL, at REAL NOT NULL, best REAL NOT NULL);
CREATE TABLE question (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL,
    similarity REAL NOT NULL, probability REAL NOT NULL, gain INTEGER NOT NULL, rank REAL NOT NULL,
    reason TEXT NOT NULL, UNIQUE (kind, a, b));
CREATE TABLE question_due (person INTEGER PRIMARY KEY);
CREATE TABLE receipt (no INTEGER PRIMARY KEY, at REAL NOT NULL, text TEXT NOT NULL);
CREATE TABLE refusal (face INTEGER, person INTEGER, decision INTEGER NOT NULL, PRIMARY KEY (face, person)) WITHOUT ROWID;
CREATE TABLE segment (
    model INTEGER NOT NULL REFERENCES model(no), number INTEGER NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (model, number)) WITHOUT ROWID;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT, decision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tombstone (
    photo INTEGER NOT NULL REFERENCES photo(no) ON DELETE CASCADE, x REAL NOT NULL, y REAL NOT NULL,
    w REAL NOT NULL, h REAL NOT NULL);
CREATE TABLE vector_due (model INTEGER, segment INTEGER, row INTEGER, PRIMARY KEY (model, segment, row)) WITHOUT ROWID;
CREATE INDEX asked_right ON asked(b);
CREATE INDEX cannot_link_b ON cannot_link(b);
CREATE INDEX card_faces ON card(list, faces DESC, person);
CREATE INDEX card_last ON card(list, lastSort DESC, person);
CREATE INDEX card_name ON card(list, sortName, person);
CREATE INDEX card_shown_faces ON card(shown, faces DESC, person);
CREATE INDEX card_shown_last ON card(shown, lastSort DESC, person);
CREATE INDEX card_shown_name ON card(shown, sortName, person);
CREATE INDEX claim_person ON claim(person);
CREATE INDEX conflict_person ON conflict(person);
CREATE INDEX decision_settings ON decision(seq) WHERE kind = 'settings';
CREATE INDEX density_leaving ON density_row(row) WHERE face < 0 AND live = 1;
CREATE INDEX embedding_face ON embedding(face);
CREATE UNIQUE INDEX embedding_row ON embedding(model, segment, row);
CREATE INDEX face_dropped ON face(no) WHERE dropped = 1;
CREATE INDEX face_photo ON face(photo);
CREATE INDEX identity_root ON identity(root);
CREATE UNIQUE INDEX job_key ON job(kind, key) WHERE state IN ('queued', 'running', 'paused');
CREATE INDEX job_state ON job(state, priority, no);
CREATE INDEX location_folder ON location(folder);
CREATE INDEX location_photo ON location(photo);
CREATE INDEX membership_person ON membership(person) WHERE until IS NULL;
CREATE INDEX membership_until ON membership(until) WHERE until IS NOT NULL;
CREATE INDEX person_merged ON person(mergedInto) WHERE mergedInto IS NOT NULL;
CREATE INDEX photo_state ON photo(missing, state);
CREATE INDEX place_at ON place(person, at, photo, face) WHERE person IS NOT NULL;
CREATE INDEX place_best ON place(person, best, face) WHERE person IS NOT NULL;
CREATE INDEX place_card ON place(person, photo, at, decided) WHERE person IS NOT NULL;
CREATE INDEX place_role ON place(role, best, face);
CREATE INDEX place_similarity ON place(person, similarity, face) WHERE person IS NOT NULL;
CREATE INDEX question_a ON question(a);
CREATE INDEX question_b ON question(b);
CREATE INDEX question_rank ON question(rank DESC, no);
CREATE INDEX refusal_person ON refusal(person);
CREATE INDEX tombstone_photo ON tombstone(photo);

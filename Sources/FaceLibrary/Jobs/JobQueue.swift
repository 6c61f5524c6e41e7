import FaceCore
import Foundation
import GRDB

/// The jobs of a library, in its own database: taking one and its effect are never two truths.
///
/// A taken job is leased; each take raises its epoch, and a write that carries an older epoch is refused, so that a worker
/// that was stalled past its lease does nothing twice.
struct JobQueue: Sendable {
    let store: Store
    static let lease = 60.0
    /// No retry waits longer: a later time was set by a clock that has been put back since.
    static let longestDelay = 600.0

    enum Priority: Int { case interactive = 0, new = 10, backfill = 20 }

    /// Enters a job; one of the same kind and key that waits or runs is given instead.
    func enqueue(
        _ kind: Job.Kind, key: String, _ arguments: JobArguments = JobArguments(), priority: Priority = .new
    ) throws(LikenessError) -> Job {
        try store.write { db in try Self.enqueue(db, kind, key: key, arguments, priority: priority) }
    }

    static func enqueue(
        _ db: Database, _ kind: Job.Kind, key: String, _ arguments: JobArguments = JobArguments(),
        priority: Priority = .new
    ) throws -> Job {
        let waiting = try Row.fetchOne(
            db, sql: "SELECT * FROM job WHERE kind = ? AND key = ? AND state IN ('queued', 'running', 'paused')",
            arguments: [kind.rawValue, key])
        if let waiting { return try JobRow(waiting).job }
        let text = String(decoding: try JSONEncoder().encode(arguments), as: UTF8.self)
        let id = Identifier.fresh("job")
        try db.execute(
            sql:
                "INSERT INTO job (id, kind, key, arguments, priority, state, createdAt) VALUES (?, ?, ?, ?, ?, 'queued', ?)",
            arguments: [id, kind.rawValue, key, text, priority.rawValue, Timestamp.now()])
        return try find(db, id).job
    }

    static func find(_ db: Database, _ id: String) throws -> JobRow {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM job WHERE id = ?", arguments: [id]) else {
            throw LikenessError.notFound(id, "job")
        }
        return try JobRow(row)
    }

    /// Takes the next job that may run; nil when there is none. Jobs whose lease has ended are taken again.
    func take(owner: String) throws(LikenessError) -> JobRow? {
        try store.writeUnsynced { db in
            let now = self.store.now()
            try db.execute(
                sql: "UPDATE job SET state = 'queued', owner = NULL WHERE state = 'running' AND leaseUntil < ?",
                arguments: [now])
            let row = try Row.fetchOne(
                db,
                sql: """
                    UPDATE job SET state = 'running', owner = ?, leaseUntil = ?, epoch = epoch + 1, attempt = attempt + 1,
                        startedAt = COALESCE(startedAt, ?), wish = NULL, errorKind = NULL, error = NULL
                    WHERE no = (SELECT no FROM job WHERE state = 'queued' AND (runAfter <= ? OR runAfter > ?)
                        ORDER BY priority, no LIMIT 1)
                    RETURNING *
                    """, arguments: [owner, now + Self.lease, now, now, now + Self.longestDelay])
            return try row.map { try JobRow($0) }
        }
    }

    /// Makes jobs of workers that have ended wait again.
    func takeBackAll() throws(LikenessError) {
        try store.write {
            try $0.execute(
                sql: "UPDATE job SET state = 'queued', owner = NULL, epoch = epoch + 1 WHERE state = 'running'")
        }
    }

    /// When the next waiting job may run; nil when none waits.
    func nextStart() throws(LikenessError) -> Double? {
        let now = store.now()
        return try store.read {
            try Double.fetchOne(
                $0, sql: "SELECT MIN(CASE WHEN runAfter > ? THEN ? ELSE runAfter END) FROM job WHERE state = 'queued'",
                arguments: [now + Self.longestDelay, now])
        }
    }

    /// Says that a job is still worked on, and how far it is. Returns what somebody wishes of it (`pause`, `cancel`).
    /// Throws `lease-lost` when another worker has it.
    func renew(
        _ job: JobRow, done: Int? = nil, total: Int? = nil, rate: Double? = nil, detail: [String: DetailValue]? = nil
    ) throws(LikenessError) -> String? {
        try store.writeUnsynced { db in
            try Self.guardEpoch(db, job)
            let text = try detail.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
            try db.execute(
                sql: """
                    UPDATE job SET leaseUntil = ?, done = COALESCE(?, done), total = COALESCE(?, total),
                        rate = COALESCE(?, rate), detail = COALESCE(?, detail) WHERE no = ?
                    """, arguments: [self.store.now() + Self.lease, done, total, rate, text, job.no])
            return try String.fetchOne(db, sql: "SELECT wish FROM job WHERE no = ?", arguments: [job.no])
        }
    }

    static func guardEpoch(_ db: Database, _ job: JobRow) throws {
        let epoch = try Int.fetchOne(
            db, sql: "SELECT epoch FROM job WHERE no = ? AND state = 'running'", arguments: [job.no])
        guard epoch == job.epoch else {
            throw LikenessError(.leaseLost, subject: job.job.id, "another worker has taken this job")
        }
    }

    /// Ends a job well.
    func finish(_ job: JobRow, detail: [String: DetailValue]) throws(LikenessError) {
        try store.write { db in
            try Self.guardEpoch(db, job)
            let text = String(decoding: try JSONEncoder().encode(detail), as: UTF8.self)
            try db.execute(
                sql: """
                    UPDATE job SET state = 'done', detail = ?, total = COALESCE(total, done), done = COALESCE(total, done),
                        endedAt = ?, owner = NULL, leaseUntil = NULL WHERE no = ?
                    """, arguments: [text, Timestamp.now(), job.no])
        }
    }

    /// Gives a job back: to be paused, cancelled, or taken again by the next worker.
    func handBack(_ job: JobRow, as state: Job.State) throws(LikenessError) {
        try store.write { db in
            try Self.guardEpoch(db, job)
            try db.execute(
                sql: """
                    UPDATE job SET state = ?, owner = NULL, leaseUntil = NULL, wish = NULL, attempt = attempt - 1,
                        endedAt = CASE WHEN ? = 'cancelled' THEN ? END WHERE no = ?
                    """, arguments: [state.rawValue, state.rawValue, Timestamp.now(), job.no])
        }
    }

    /// Ends a job badly: it is tried again as its kind of failure allows.
    func fail(_ job: JobRow, _ error: LikenessError) throws(LikenessError) {
        let kind = RetryRule.kind(error)
        let delay = RetryRule.delay(kind, attempt: job.attempt)
        try store.write { db in
            try Self.guardEpoch(db, job)
            let state = delay != nil ? "queued" : kind == .bug ? "dead" : "failed"
            try db.execute(
                sql: """
                    UPDATE job SET state = ?, errorKind = ?, error = ?, runAfter = ?, owner = NULL, leaseUntil = NULL,
                        endedAt = ? WHERE no = ?
                    """,
                arguments: [
                    state, kind.rawValue, error.description, self.store.now() + (delay ?? 0),
                    delay == nil ? Timestamp.now() : nil, job.no,
                ])
        }
    }

    // MARK: What people ask

    func pause(_ id: String) throws(LikenessError) -> Job {
        try change(id) { db, row in
            switch row.job.state {
            case .queued: try set(db, row, "state = 'paused'")
            case .running:
                try Self.refuseHalf(row)
                try set(db, row, "wish = 'pause'")
            case .paused: break
            default:
                throw LikenessError(.conflict, subject: id, "the job is \(row.job.state.rawValue): it cannot pause")
            }
        }
    }

    func resume(_ id: String) throws(LikenessError) -> Job {
        try change(id) { db, row in
            switch row.job.state {
            case .paused: try set(db, row, "state = 'queued', runAfter = 0")
            case .running: try set(db, row, "wish = NULL")
            case .queued: break
            default:
                throw LikenessError(.conflict, subject: id, "the job is \(row.job.state.rawValue): it cannot go on")
            }
        }
    }

    func retry(_ id: String) throws(LikenessError) -> Job {
        try change(id) { db, row in
            guard row.job.state.isFinal, row.job.state != .done else {
                throw LikenessError(
                    .conflict, subject: id, "the job is \(row.job.state.rawValue): nothing is to be repeated")
            }
            try set(
                db, row, "state = 'queued', attempt = 0, runAfter = 0, error = NULL, errorKind = NULL, endedAt = NULL")
        }
    }

    func cancel(_ id: String) throws(LikenessError) -> Job {
        try change(id) { db, row in
            switch row.job.state {
            case .queued, .paused:
                // one that was interrupted has said in the journal what is to go
                let begun = try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM decision WHERE requestKey = ?)",
                    arguments: [Forgetting.requestKey(row.job.id)])
                if begun == true { try Self.refuseHalf(row) }
                try set(db, row, "state = 'cancelled', endedAt = \(Timestamp.now())")
            case .running:
                try Self.refuseHalf(row)
                try set(db, row, "wish = 'cancel'")
            default: break
            }
        }
    }

    /// A forgetting that has begun goes to its end: half of it would leave vectors that nobody refers to.
    private static func refuseHalf(_ row: JobRow) throws {
        guard row.job.kind != .forget else {
            throw LikenessError(
                .conflict, subject: row.job.id, "forgetting has begun and goes to its end",
                remedy: "wait; it takes seconds")
        }
    }

    private func set(_ db: Database, _ row: JobRow, _ change: String) throws {
        try db.execute(sql: "UPDATE job SET \(change) WHERE no = ?", arguments: [row.no])
    }

    private func change(_ id: String, _ body: (Database, JobRow) throws -> Void) throws(LikenessError) -> Job {
        try store.write { db in
            try body(db, try Self.find(db, id))
            return try Self.find(db, id).job
        }
    }
}

/// How failures are treated.
enum RetryRule {
    static func kind(_ error: LikenessError) -> Job.Failure.Kind {
        switch error.code {
        case .libraryBusy, .fileUnreadable, .databaseFailed: .transient
        case .diskFull, .fileUnwritable: .resource
        case .defect: .bug
        default: .input
        }
    }

    /// Seconds until the next try: 1 s … 5 min with jitter, eight times; a defect three times; bad input never.
    static func delay(_ kind: Job.Failure.Kind, attempt: Int) -> Double? {
        let limit =
            switch kind {
            case .transient, .resource: 8
            case .bug: 3
            case .input: 0
            }
        guard attempt < limit else { return nil }
        return min(300, Double(1 << min(attempt, 16))) * Double.random(in: 0.75...1.25)
    }
}

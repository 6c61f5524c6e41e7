public import FaceCore
import GRDB

/// Carries a library over to another embedding model: vectors beside the old ones first, the old groups in use all the
/// while; then a report of what moves; then the switch.
struct ModelChange {
    let library: PhotoLibrary
    let analyser: any PhotoAnalyser

    /// What the change led to.
    struct Report: Codable, Sendable, Hashable {
        var from = ""
        var to = ""
        var faces = 0
        /// Faces whose photos could not be read: they stay where somebody put them, and are in no group.
        var left = 0
        /// Faces that find themselves with another person, or none.
        var moves = 0
        var peopleBefore = 0
        var peopleAfter = 0
    }

    func run(_ job: JobContext, threads: Int) throws(LikenessError) -> Report {
        let store = library.store
        let (old, new) = try store.write { (try ModelRow.current($0), try ModelRow.find($0, analyser.space)) }
        var report = Report()
        (report.from, report.to) = (old?.space.id ?? "", new.space.id)
        guard new.state != "current" else { return report }
        let intake = PhotoIntake(store: store, shelf: library.shelf, crops: library.crops, analyser: analyser)
        let all = try intake.waiting(.model(new.number))
        _ = try intake.run(.model(new.number), cancellation: job.cancellation) { (r) throws(LikenessError) in
            try job.progress(r.photos, of: all, ["stage": .text("vectors")])
        }
        let (faces, left) = try store.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM embedding WHERE model = ?", arguments: [new.number])
                    ?? 0,
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT COUNT(*) FROM embedding o WHERE o.model = ? AND NOT EXISTS (
                            SELECT 1 FROM embedding n WHERE n.model = ? AND n.face = o.face)
                        """, arguments: [old?.number, new.number]) ?? 0
            )
        }
        (report.faces, report.left) = (faces, left)
        let trial = try GroupingTrial(library: library).preview(
            GroupingParameters(qualityFloor: library.settings().qualityFloor), threads: threads, model: new)
        (report.moves, report.peopleBefore, report.peopleAfter) = (trial.moves, trial.people.before, trial.people.after)
        try job.cancellation.check()
        try store.write { db in
            try db.execute(sql: "UPDATE model SET state = 'old' WHERE state = 'current'")
            try db.execute(sql: "UPDATE model SET state = 'current' WHERE no = ?", arguments: [new.number])
            // a similarity of the old model means nothing in the new one
            if try PhotoLibrary.settings(db).threshold != nil {
                try Journal(db: db, author: Author("model change")).decide(
                    .settings, DecisionPayload(settings: ["threshold": String?.none]))
            }
        }
        library.prototypes.reset()
        library.looseNeighbours.reset()
        return report
    }
}

extension PhotoLibrary {
    /// Changes the embedding model: the runner's analyser makes the new vectors. The old groups stay in use until all are
    /// there. The job's detail says what moved.
    public func enqueueModelChange() throws(LikenessError) -> Job {
        let job = try queue.enqueue(.reEmbed, key: "model", JobArguments(), priority: .backfill)
        changes.send(.job(job))
        return job
    }
}

import FaceCore
import Foundation
import GRDB
import Synchronization

/// What each kind of job does.
final class JobWork: Sendable {
    private let library: PhotoLibrary
    private let threads: Int
    private let maker: JobRunner.AnalyserMaker
    private let analyser = Mutex<(any PhotoAnalyser)?>(nil)

    init(library: PhotoLibrary, threads: Int, analyser: @escaping JobRunner.AnalyserMaker) {
        self.library = library
        self.threads = threads
        maker = analyser
    }

    func perform(_ job: JobContext) throws(LikenessError) -> [String: DetailValue] {
        switch job.row.job.kind {
        case .import: try importPhotos(job)
        case .detect: try detect(job, again: job.row.arguments.again ?? false)
        case .embed: try embedBoxes(job)
        case .group: try group(job, force: job.row.arguments.force ?? false)
        case .forget: try forget(job)
        case .backup: try backUp(job)
        case .reEmbed: try reEmbed(job)
        case .export: throw LikenessError(.defect, subject: job.row.job.id, "no work of this kind is known")
        }
    }

    private func made() throws(LikenessError) -> any PhotoAnalyser {
        if let known = analyser.withLock({ $0 }) { return known }
        let fresh = try maker()
        analyser.withLock { $0 = fresh }
        return fresh
    }

    // MARK: Import

    private func importPhotos(_ job: JobContext) throws(LikenessError) -> [String: DetailValue] {
        let paths = job.row.arguments.paths ?? []
        var detail: [String: DetailValue] = [
            "stage": .text("scan"), "path": .text(paths.first ?? ""), "paths": .list(paths.map { .text($0) }),
        ]
        var total = Scanner.Report()
        var unreachable: LikenessError?
        for path in paths {
            do throws(LikenessError) {
                let report = try Scanner(store: library.store).scan(path, cancellation: job.cancellation) {
                    (files) throws(LikenessError) in
                    try job.progress(
                        0, of: nil, ["stage": .text("scan"), "path": .text(path), "files": .number(Double(files))])
                }
                total.add(report)
            } catch  where [.fileMissing, .fileUnreadable].contains(error.code) {
                // a drive that is not there holds nobody else up; the job says so in the end
                unreachable = unreachable ?? error
            }
        }
        detail["scan"] = try DetailValue.of(total)
        detail.merge(try detect(job, again: job.row.arguments.again ?? false)) { $1 }
        detail.merge(try group(job, force: false)) { $1 }
        _ = try library.enqueueRetention()
        if let unreachable { throw unreachable }
        detail["stage"] = .text("done")
        return detail
    }

    private func detect(_ job: JobContext, again: Bool) throws(LikenessError) -> [String: DetailValue] {
        let waiting = try library.store.read { db in
            try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM photo WHERE missing = 0 AND state = 'waiting'") ?? 0
        }
        guard waiting > 0 || again else { return ["photos": .number(0)] }
        let analyser = try made()
        if let current = try library.store.read({ try ModelRow.current($0) }), current.space != analyser.space {
            throw LikenessError(
                .spaceMismatch, subject: analyser.space.id, "this library's faces are vectors of \(current.space.id)",
                remedy: "leave --model out, or change the whole library: `likeness library re-embed`")
        }
        let intake = PhotoIntake(
            store: library.store, shelf: library.shelf, crops: library.crops, analyser: analyser)
        let all = try intake.waiting(again ? .again : .waiting)
        let report = try intake.run(again ? .again : .waiting, cancellation: job.cancellation) {
            (r) throws(LikenessError) in
            try job.progress(
                r.photos, of: max(all, r.photos),
                ["stage": .text("faces"), "faces": .number(Double(r.faces)), "failed": .number(Double(r.failed))])
        }
        return ["faces": try DetailValue.of(report)]
    }

    /// Vectors and crops of boxes that people drew.
    private func embedBoxes(_ job: JobContext) throws(LikenessError) -> [String: DetailValue] {
        let report = try BoxEmbedding(library: library, analyser: try made()).run(job)
        var detail = try group(job, force: false)
        detail["boxes"] = .number(Double(report))
        return detail
    }

    // MARK: Groups

    private func group(
        _ job: JobContext, force: Bool
    ) throws(LikenessError) -> [String: DetailValue] {
        let (model, parameters) = try library.store.read { db in
            (try ModelRow.current(db), try GroupingParameters(PhotoLibrary.settings(db)).sized(db))
        }
        guard let model else { return [:] }
        let run = GroupingRun(store: library.store, shelf: library.shelf, libraryID: library.id)
        let report = try library.density.withLock { (box) throws(LikenessError) in
            if box.state.map({ $0.model.number != model.number || $0.parameters != parameters }) ?? true {
                // the old one holds the lock of the folder
                box.state = nil
                box.state = try DensityState(library, model, parameters)
            }
            guard let state = box.state else { throw LikenessError(.defect, "there is no state of groups") }
            do throws(LikenessError) {
                return try run.run(
                    state, whole: force, force: force, threads: threads, cancellation: job.cancellation
                ) { (done, all) throws(LikenessError) in
                    try job.progress(done, of: all, ["stage": .text("groups")])
                }
            } catch {
                // what is in memory may be ahead of what was kept
                box.state = nil
                throw error
            }
        }
        try QuestionMaker(library: library).refresh(cancellation: job.cancellation)
        if report.moved > 0 || report.newFaces > 0 { library.changes.send(.people([])) }
        return ["groups": try DetailValue.of(report)]
    }

    // MARK: Others

    private func forget(_ job: JobContext) throws(LikenessError) -> [String: DetailValue] {
        guard let subject = job.row.arguments.subject else { throw LikenessError(.defect, "nothing is named") }
        let receipt = try library.density.withLock { (box) throws(LikenessError) in
            if box.state == nil { box.state = try existingDensity() }
            defer { box.state = nil }
            return try Forgetting(library: library, actor: job.row.arguments.actor ?? "owner", density: box.state)
                .run(subject, job)
        }
        let remains = receipt.remaining.filter { $0.value > 0 }.map { "\($0.value) rows of \($0.key)" }.sorted()
        return [
            "receipt": try DetailValue.of(receipt), "faces": .number(Double(receipt.faces)),
            "vectors": .number(Double(receipt.vectors)), "crops": .number(Double(receipt.crops)),
            "questions": .number(Double(receipt.questions)), "names": .number(Double(receipt.journalEntries)),
            "verified": .flag(remains.isEmpty), "remains": .list(remains.map { .text($0) }),
        ]
    }

    /// The density state of the current snapshot, so that only the forgotten rows leave it.
    private func existingDensity() throws(LikenessError) -> DensityState? {
        let (model, text) = try library.store.read { db in
            (
                try ModelRow.current(db),
                try String.fetchOne(db, sql: "SELECT parameters FROM grouping WHERE state = 'current'")
            )
        }
        guard let model, let text,
            let parameters = try? JSONDecoder().decode(GroupingParameters.self, from: Data(text.utf8))
        else { return nil }
        return try DensityState(library, model, parameters)
    }

    private func backUp(_ job: JobContext) throws(LikenessError) -> [String: DetailValue] {
        let path = job.row.arguments.folder ?? "\(library.layout.backups)/\(job.row.job.id)"
        let manifest = try library.backUp(to: path, cancellation: job.cancellation)
        return [
            "path": .text(path), "files": .number(Double(manifest.files.count)),
            "bytes": .number(Double(manifest.bytes)),
            "decisions": .number(Double(manifest.decisions)), "verified": .flag(true),
        ]
    }

    // MARK: Another model

    private func reEmbed(_ job: JobContext) throws(LikenessError) -> [String: DetailValue] {
        let analyser = try made()
        let change = ModelChange(library: library, analyser: analyser)
        let report = try change.run(job, threads: threads)
        var detail: [String: DetailValue] = ["model": try DetailValue.of(report)]
        detail.merge(try group(job, force: true)) { $1 }
        return detail
    }
}

extension DetailValue {
    /// Any value that JSON can hold.
    static func of(_ value: some Encodable) throws(LikenessError) -> DetailValue {
        do { return try JSONDecoder().decode(DetailValue.self, from: JSONEncoder().encode(value)) } catch {
            throw LikenessError(.defect, "a detail cannot be written: \(error)")
        }
    }
}

extension Scanner.Report {
    mutating func add(_ other: Scanner.Report) {
        files += other.files
        unchanged += other.unchanged
        new += other.new
        duplicates += other.duplicates
        changed += other.changed
        gone += other.gone
        unreadable += other.unreadable
    }
}

public import FaceCore
import GRDB

extension PhotoLibrary {
    /// Looks at folders or files: scans, finds faces, groups. A folder that is being imported is not entered twice.
    ///
    /// - Parameter unseen: files have come in that an import which is running may have passed already: then another waits.
    public func enqueueImport(
        _ paths: [String], again: Bool = false, unseen: Bool = false
    ) throws(LikenessError) -> Job {
        guard !paths.isEmpty, paths.count <= 1000 else { throw .invalid("paths", "1…1000 paths are expected") }
        let (key, arguments) = (paths.sorted().joined(separator: "\n"), JobArguments(paths: paths, again: again))
        let job = try queue.enqueue(.import, key: key + (again ? "\nagain" : ""), arguments)
        guard unseen, job.state == .running else { return noted(job) }
        // jobs run one at a time: of this key one can wait while that one runs
        return try noted(queue.enqueue(.import, key: key + "\nunseen", arguments))
    }

    /// Makes the groups anew, or with `incremental` only what changed. Other parameters become the settings first: what was
    /// chosen on purpose lasts, and the next import groups by it too.
    public func enqueueGrouping(
        _ parameters: GroupingParameters? = nil, incremental: Bool = false, by author: Author = Author("owner")
    ) throws(LikenessError) -> Job {
        if let parameters, try parameters != GroupingParameters(settings()) {
            try updateSettings(
                SettingsUpdate(threshold: .some(parameters.threshold), qualityFloor: parameters.qualityFloor),
                by: author)
        }
        let now = GroupingParameters(try settings())
        // a run with other parameters that waits or is under way does not stand for this one
        let key = incremental ? "changes" : "all \(now.threshold.map { "\($0)" } ?? "-") \(now.qualityFloor)"
        return try noted(queue.enqueue(.group, key: key, JobArguments(force: !incremental), priority: .interactive))
    }

    /// Forgets somebody or something for good. The receipt is in the job's detail.
    public func enqueueForget(_ subject: ForgetSubject, by author: Author) throws(LikenessError) -> Job {
        let key: String
        switch subject {
        case .person(let id): key = try person(id).id
        case .photo(let id): key = try photo(id).id
        case .loose: key = "loose"
        case .library: key = "library"
        }
        return try noted(
            queue.enqueue(
                .forget, key: key, JobArguments(subject: subject, actor: author.actor), priority: .interactive))
    }

    /// Forgets loose faces that are older than the settings allow; nil when there are none, or no limit is set. The job
    /// runner asks for it every hour and after each import.
    @discardableResult
    public func enqueueRetention() throws(LikenessError) -> Job? {
        guard let days = try settings().looseRetentionDays else { return nil }
        let limit = store.now() - Double(days) * 86_400
        guard try !store.read({ try Forgetting.expired($0, before: limit, atMost: 1) }).isEmpty else { return nil }
        return try enqueueForget(.loose(before: limit), by: Author("retention"))
    }

    /// Copies the library into a folder of its own; nil: one in the library's backup folder.
    public func enqueueBackup(to folder: String? = nil) throws(LikenessError) -> Job {
        try noted(queue.enqueue(.backup, key: folder ?? "", JobArguments(folder: folder), priority: .backfill))
    }

    /// Jobs, the newest first.
    public func jobs(state: Job.State? = nil, limit: Int = 100) throws(LikenessError) -> [Job] {
        try store.read { db in
            let rows =
                try state.map {
                    try Row.fetchAll(
                        db, sql: "SELECT * FROM job WHERE state = ? ORDER BY no DESC LIMIT ?",
                        arguments: [$0.rawValue, limit])
                } ?? Row.fetchAll(db, sql: "SELECT * FROM job ORDER BY no DESC LIMIT ?", arguments: [limit])
            return try rows.map { try JobRow($0).job }
        }
    }

    /// Throws `not-found`.
    public func job(_ id: String) throws(LikenessError) -> Job { try store.read { try JobQueue.find($0, id).job } }

    public func pause(job id: String) throws(LikenessError) -> Job { try noted(queue.pause(id)) }
    public func resume(job id: String) throws(LikenessError) -> Job { try noted(queue.resume(id)) }
    public func retry(job id: String) throws(LikenessError) -> Job { try noted(queue.retry(id)) }
    /// Ends a job; one that has ended stays as it is.
    public func cancel(job id: String) throws(LikenessError) -> Job { try noted(queue.cancel(id)) }

    private func noted(_ job: Job) -> Job {
        changes.send(.job(job))
        return job
    }
}

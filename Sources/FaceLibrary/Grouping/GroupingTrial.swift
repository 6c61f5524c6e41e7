public import FaceCore
import FaceSpace
import GRDB

/// Groups all faces with other parameters, in memory only, and compares with what is there.
struct GroupingTrial {
    let library: PhotoLibrary
    var cancellation = Cancellation()
    private static let examples = 24
    /// Faces that enter at once; between them the end can be asked for.
    private static let batch = 20_000

    /// Density groups that nothing keeps.
    private struct Trial: DensityGroups {
        var faces: [Int]
        var grouping: IncrementalGrouping
        var groups: [Int64] { grouping.groups }
        var isCore: [Bool] { grouping.isCore }
        var isLive: [Bool] { grouping.isLive }
    }

    /// O(faces) and the search of all neighbours: as long as a first grouping.
    func preview(
        _ parameters: GroupingParameters, threads: Int, model chosen: ModelRow? = nil
    ) throws(LikenessError) -> GroupingPreview {
        let (model, rows, before, parameters) = try library.store.read { db in
            let model = try chosen ?? ModelRow.current(db)
            let rows = try model.map {
                try Row.fetchAll(
                    db,
                    sql:
                        "SELECT f.no, f.photo, f.quality FROM face f WHERE \(GroupingRun.isGrouped($0.number)) ORDER BY f.no"
                )
            }
            let people = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM card WHERE faces > 0") ?? 0
            return (model, rows ?? [], people, try parameters.sized(db))
        }
        try cancellation.check()
        guard let model else { return GroupingPreview(moves: 0, people: .init(before: 0, after: 0), examples: []) }
        let (faces, vectors) = try library.shelf.vectors(rows.map { $0["no"] }, model)
        let known = Set(faces)
        let kept = rows.filter { known.contains($0["no"]) }
        var grouping = try IncrementalGrouping(space: model.space, options: parameters.options(model.space))
        for start in stride(from: 0, to: kept.count, by: Self.batch) {
            try cancellation.check()
            let part = start..<min(kept.count, start + Self.batch)
            try grouping.insert(
                part.count == kept.count ? vectors : vectors.rows(at: part),
                quality: kept[part].map { Float($0["quality"] as Double) }, photos: kept[part].map { $0["photo"] },
                threads: threads)
        }
        try cancellation.check()
        let groups = GroupingRun.changedGroups(Trial(faces: faces, grouping: grouping), [], [], whole: true)
        let verdicts = try GroupingBuild(store: library.store, shelf: library.shelf, model: model).verdicts(groups)
        return try compared(verdicts, before: before)
    }

    /// Faces that somebody spoke for stay whatever the groups are.
    private func compared(_ verdicts: [GroupingRun.Verdict], before: Int) throws(LikenessError) -> GroupingPreview {
        try library.store.read { db in
            let (faces, people) = (try FaceReader(db), PersonReader(db: db))
            var out = GroupingPreview(moves: 0, people: .init(before: before, after: 0), examples: [])
            var after: Set<GroupingRun.PersonRef> = []
            let place = try db.cachedStatement(sql: "SELECT person, decided, role FROM place WHERE face = ?")
            for verdict in verdicts {
                let row = try Row.fetchOne(place, arguments: [verdict.face])
                let now: Int? = row?["person"]
                if (row?["decided"] as Int?) == 1 || ["ignored", "rejected"].contains(row?["role"] ?? "") {
                    if let now { after.insert(.known(now)) }
                    continue
                }
                if let person = verdict.person { after.insert(person) }
                guard verdict.person != now.map({ .known($0) }) else { continue }
                out.moves += 1
                guard out.examples.count < Self.examples, let face = try faces.face(number: verdict.face) else {
                    continue
                }
                var to: Person?
                if case .known(let number)? = verdict.person { to = try people.person(number: number) }
                out.examples.append(.init(face: face, from: try now.flatMap { try people.person(number: $0) }, to: to))
            }
            out.people.after = after.count
            return out
        }
    }
}

extension PhotoLibrary {
    /// What a grouping with these parameters would change; changes nothing. As long as a first grouping. Throws `cancelled`.
    public func previewGrouping(
        _ parameters: GroupingParameters, threads: Int = availableThreads(),
        cancellation: Cancellation = Cancellation()
    ) throws(LikenessError) -> GroupingPreview {
        try GroupingTrial(library: self, cancellation: cancellation).preview(parameters, threads: threads)
    }
}

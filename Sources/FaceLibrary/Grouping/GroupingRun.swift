import FaceCore
import FaceSpace
import Foundation
import GRDB

/// Density groups at one moment, and which face each row is.
protocol DensityGroups {
    var faces: [Int] { get }
    var groups: [Int64] { get }
    var isCore: [Bool] { get }
    var isLive: [Bool] { get }
}

/// Makes a new snapshot of groups: begin, build, check, switch.
///
/// Only what changed is read and written: new faces, the groups that they touch, and the groups of faces about which
/// something was decided since. A crash at any point leaves the old snapshot current.
struct GroupingRun {
    let store: Store
    let shelf: VectorShelf
    let libraryID: String

    /// What a run did.
    struct Report: Codable, Sendable, Hashable {
        var grouping = ""
        var newFaces = 0
        var groupsLookedAt = 0
        var moved = 0
        var newPeople = 0
        /// Pairs of faces of one photo that stand with one person.
        var samePhoto = 0
    }

    /// Where one face is to stand.
    struct Verdict {
        var face: Int
        var person: PersonRef?
        var group: Int
        var role: String
        var similarity: Float?
    }

    /// A person that is there, or one that the switch will make for the group of a face.
    enum PersonRef: Hashable {
        case known(Int)
        case new(face: Int)
    }

    /// What a run reads in its first transaction.
    struct Begin {
        var decisions: Int
        var decisionsBefore: Int
        var newest: Int
        var fresh: [(face: Int, photo: Int, quality: Float)]
        /// Faces that are in no group any more.
        var gone: [Int]
        /// Rows of the density state whose vectors are not those of a face any more.
        var leaving: [Int]
        /// All faces that were due: this run settles them.
        var due: [Int]
        /// The density state that the current snapshot was made from.
        var stamp: String?
    }

    private static let batch = 20_000

    /// Brings the groups up to date. `density` is kept by the caller from run to run. Throws `library-busy` when somebody
    /// decides something during each of several attempts.
    func run(
        _ density: DensityState, whole: Bool, force: Bool, threads: Int, cancellation: Cancellation,
        progress: (Int, Int) throws(LikenessError) -> Void
    ) throws(LikenessError) -> Report {
        for _ in 0..<Self.attempts {
            let report = try attempt(
                density, whole: whole, force: force, threads: threads, cancellation: cancellation, progress: progress)
            if let report { return report }
        }
        throw LikenessError(
            .libraryBusy, subject: "grouping", "decisions came in during each of \(Self.attempts) attempts",
            remedy: "group again in a quiet moment")
    }

    private static let attempts = 10

    /// nil when decisions came in while the groups were built: then nothing is written, and the next attempt heeds them.
    private func attempt(
        _ density: DensityState, whole: Bool, force: Bool, threads: Int, cancellation: Cancellation,
        progress: (Int, Int) throws(LikenessError) -> Void
    ) throws(LikenessError) -> Report? {
        let begin = try begin(density)
        let started = Timestamp.now()
        var report = Report()
        report.newFaces = begin.fresh.count
        // after a run that did not come to its end the state is ahead of the snapshot: then the snapshot says what was before
        let before = begin.stamp == density.stamp ? density.groups : try snapshotGroups(density)
        let whole = whole || !density.made(begin.stamp)
        try density.remove(rows: begin.leaving)
        try insert(begin.fresh, density, threads, cancellation, progress)
        density.settle()
        let changed = Self.changedGroups(density, before, try decidedRows(density, begin), whole: whole)
        report.groupsLookedAt = changed.count
        let build = GroupingBuild(store: store, shelf: shelf, model: density.model)
        let verdicts = try build.verdicts(changed)
        try cancellation.check()
        let isDone = try GroupingSwitch(
            store: store, libraryID: libraryID, model: density.model, parameters: density.parameters
        ).perform(
            verdicts, begin, stamp: density.stamp, started: started, force: force || !density.made(begin.stamp), &report
        )
        guard isDone else { return nil }
        try progress(begin.fresh.count, begin.fresh.count)
        return report
    }

    /// Faces that are grouped: with a vector, and not useless. A condition on `face f`.
    static func isGrouped(_ model: Int) -> String {
        """
        f.dropped = 0 AND EXISTS (SELECT 1 FROM embedding e WHERE e.model = \(model) AND e.face = f.no)
            AND (f.source = 'manual' OR (f.reasons NOT LIKE '%not-a-face%' AND f.quality >= 0.02))
        """
    }

    private func begin(_ density: DensityState) throws(LikenessError) -> Begin {
        try store.read { db in
            let decisions = try Int.fetchOne(db, sql: "SELECT MAX(seq) FROM decision") ?? 0
            let last =
                try Int.fetchOne(
                    db, sql: "SELECT decisionsUpTo FROM grouping WHERE state = 'current'") ?? 0
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT f.no, f.photo, f.quality FROM face_due t CROSS JOIN face f ON f.no = t.face
                    WHERE \(Self.isGrouped(density.model.number))
                        AND NOT EXISTS (SELECT 1 FROM density_row d WHERE d.face = f.no)
                    ORDER BY f.no
                    """)
            let gone = try Int.fetchAll(
                db,
                sql: """
                    SELECT f.no FROM face_due t CROSS JOIN face f ON f.no = t.face
                    WHERE NOT (\(Self.isGrouped(density.model.number))) ORDER BY f.no
                    """)
            return Begin(
                decisions: decisions, decisionsBefore: last,
                newest: try Int.fetchOne(db, sql: "SELECT MAX(no) FROM face") ?? 0,
                fresh: rows.map { ($0["no"], $0["photo"], Float($0["quality"] as Double)) },
                gone: gone,
                leaving: try Int.fetchAll(
                    db, sql: "SELECT row FROM density_row WHERE face < 0 AND live = 1 ORDER BY row"),
                due: try Int.fetchAll(db, sql: "SELECT face FROM face_due"),
                stamp: try String.fetchOne(db, sql: "SELECT density FROM grouping WHERE state = 'current'"))
        }
    }

    /// The density group of each row in the current snapshot; −2 for rows that it does not know.
    private func snapshotGroups(_ density: DensityState) throws(LikenessError) -> [Int64] {
        var out = [Int64](repeating: -2, count: density.faces.count)
        try store.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT d.row, m.grp FROM density_row d JOIN membership m ON m.face = d.face AND m.until IS NULL")
            while let row = try rows.next() {
                let (at, group): (Int, Int64) = (row[0], row[1])
                if at < out.count { out[at] = max(-1, group) }
            }
        }
        return out
    }

    private func insert(
        _ fresh: [(face: Int, photo: Int, quality: Float)], _ density: DensityState, _ threads: Int,
        _ cancellation: Cancellation, _ progress: (Int, Int) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        for start in stride(from: 0, to: fresh.count, by: Self.batch) {
            try cancellation.check()
            let part = Array(fresh[start..<min(fresh.count, start + Self.batch)])
            let (faces, vectors) = try shelf.vectors(part.map(\.face), density.model)
            let known = Set(faces)
            let kept = part.filter { known.contains($0.face) }
            try density.insert(
                faces, vectors, quality: kept.map(\.quality), photos: kept.map(\.photo), threads: threads)
            try progress(start + part.count, fresh.count)
        }
    }

    /// Rows of faces that decisions since the last snapshot speak of.
    private func decidedRows(_ density: DensityState, _ begin: Begin) throws(LikenessError) -> Set<Int> {
        let texts = try store.read { db in
            try String.fetchAll(
                db, sql: "SELECT before FROM effect WHERE decision > ? AND decision <= ?",
                arguments: [begin.decisionsBefore, begin.decisions])
        }
        var rows: Set<Int> = []
        for text in texts {
            let images = (try? JSONDecoder().decode([ProjectionImage].self, from: Data(text.utf8))) ?? []
            rows.formUnion(images.flatMap(\.faces).compactMap { density.rowOf[$0] })
        }
        return rows
    }

    /// The faces of every group that won or lost a row, by group; rows of nobody are groups of their own.
    static func changedGroups(
        _ density: some DensityGroups, _ before: [Int64], _ decided: Set<Int>, whole: Bool
    ) -> [GroupingBuild.DensityGroup] {
        let (now, live) = (density.groups, density.isLive)
        var ids: Set<Int64> = []
        var single: Set<Int> = decided
        for row in whole ? Array(now.indices) : Self.differences(before, now) {
            if row < before.count, before[row] >= 0 { ids.insert(before[row]) }
            if now[row] >= 0 { ids.insert(now[row]) } else if live[row] { single.insert(row) }
        }
        for row in decided where now[row] >= 0 { ids.insert(now[row]) }
        let rows = Self.rows(of: ids, now, live)
        let core = rows.isEmpty ? [] : density.isCore
        var out = rows.sorted { $0.key < $1.key }.map { id, rows in
            GroupingBuild.DensityGroup(
                key: Int(id), faces: rows.map { density.faces[$0] }, isCore: rows.map { core[$0] })
        }
        for row in single.sorted() where live[row] && now[row] < 0 {
            out.append(.init(key: -1 - row, faces: [density.faces[row]], isCore: [false]))
        }
        return out
    }

    /// The rows whose group is another than before, and those that came since. One glance a row.
    private static func differences(_ before: [Int64], _ now: [Int64]) -> [Int] {
        let known = min(before.count, now.count)
        var out: [Int] = []
        before.withUnsafeBufferPointer { before in
            now.withUnsafeBufferPointer { now in
                for row in 0..<known where before[row] != now[row] { out.append(row) }
            }
        }
        return out + Array(known..<now.count)
    }

    /// The live rows of some groups. One glance a row: nothing is hashed but what is found.
    private static func rows(of ids: Set<Int64>, _ groups: [Int64], _ live: [Bool]) -> [Int64: [Int]] {
        guard let last = ids.max() else { return [:] }
        var isWanted = [Bool](repeating: false, count: Int(last) + 1)
        for id in ids { isWanted[Int(id)] = true }
        var out: [Int64: [Int]] = [:]
        groups.withUnsafeBufferPointer { groups in
            isWanted.withUnsafeBufferPointer { isWanted in
                for row in groups.indices {
                    let id = groups[row]
                    guard id >= 0, id <= last, isWanted[Int(id)], live[row] else { continue }
                    out[id, default: []].append(row)
                }
            }
        }
        return out
    }
}

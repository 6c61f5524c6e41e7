import FaceCore
import FaceSpace
import Foundation
import GRDB

/// The lasting density groups of one model's faces, and which face each of its rows is.
///
/// A cache of facts: the table of rows is written first, then the state; where they do not fit after a crash, the surplus of
/// the table goes, and where the state is behind its own files it is made again. Not thread-safe: the one grouping job uses it.
final class DensityState: DensityGroups {
    private let folder: String
    private let store: Store
    let model: ModelRow
    let parameters: GroupingParameters
    private var state: GroupingStore
    /// The face of each row.
    private(set) var faces: [Int]
    private(set) var rowOf: [Int: Int]

    private var token = ""
    /// Comparisons that opening the files would repeat.
    private var behind = 0
    /// As many as take some seconds: then the state is written anew.
    private static let mostBehind = 4_000_000_000
    /// A single row is compared as slowly as so many at once: every row has to be read for it.
    private static let leastRows = 64

    /// Names this state at this moment: a snapshot of groups says which one it was made from.
    var stamp: String { "\(token):\(state.operations)" }

    /// Whether a stamp is of this state at any moment.
    func made(_ stamp: String?) -> Bool { stamp?.hasPrefix("\(token):") == true }

    var groups: [Int64] { state.grouping.groups }
    var isCore: [Bool] { state.grouping.isCore }
    var isLive: [Bool] { state.grouping.isLive }

    /// Where the state lies: in the library, or where that is sealed in memory alone, made anew after a restart of the machine.
    static func folder(_ library: PhotoLibrary) -> String {
        library.key == nil ? "\(library.layout.density)/state" : "/dev/shm/likeness-\(getuid())-\(library.id)"
    }

    /// Opens the state for a model and parameters; begins a new one where there is none of that kind.
    init(
        _ library: PhotoLibrary, _ model: ModelRow, _ parameters: GroupingParameters
    ) throws(LikenessError) {
        folder = Self.folder(library)
        let store = library.store
        self.store = store
        self.model = model
        self.parameters = parameters
        let options = parameters.options(model.space)
        let began = ContinuousClock.now
        if let opened = try Self.existing(folder, model, options) {
            // what took long to replay shall not be replayed again
            if ContinuousClock.now - began > .seconds(2) { behind = Self.mostBehind }
            let rows = try store.read { try Row.fetchAll($0, sql: "SELECT row, face FROM density_row ORDER BY row") }
            let known = rows.map { $0["face"] as Int }
            if opened.grouping.count <= known.count, rows.last.map({ $0["row"] as Int == rows.count - 1 }) ?? true {
                state = opened
                faces = Array(known.prefix(opened.grouping.count))
                rowOf = Dictionary(uniqueKeysWithValues: faces.enumerated().filter { $1 >= 0 }.map { ($1, $0) })
                token = try store.read { try String.fetchOne($0, sql: "SELECT token FROM density_state") } ?? ""
                let count = faces.count
                if known.count > count { try Self.takeBack(count, store) }
                return
            }
        }
        try Self.clear(folder, store)
        state = try GroupingStore.create(folder, space: model.space, options: options)
        (faces, rowOf) = ([], [:])
        token = Identifier.fresh("den")
        let made = token
        try store.write { try $0.execute(sql: "INSERT INTO density_state (token) VALUES (?)", arguments: [made]) }
    }

    private static func existing(
        _ folder: String, _ model: ModelRow, _ options: IncrementalOptions
    ) throws(LikenessError) -> GroupingStore? {
        guard try GroupingStore.exists(in: folder) else { return nil }
        do throws(LikenessError) {
            let opened = try GroupingStore.open(folder, expected: model.space)
            return opened.grouping.options == options ? opened : nil
        } catch  where [.spaceMismatch, .fileFormat, .fileTruncated, .fileDamaged, .badData].contains(error.code) {
            return nil
        }
    }

    /// Rows that are in the table and not in the state: their faces wait again. (An upgrade of the schema between may have
    /// taken them for done.)
    private static func takeBack(_ count: Int, _ store: Store) throws(LikenessError) {
        try store.write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO face_due SELECT face FROM density_row WHERE row >= ? AND face >= 0",
                arguments: [count])
            try db.execute(sql: "DELETE FROM density_row WHERE row >= ?", arguments: [count])
        }
    }

    /// Throws the state away: the next one begins with nothing.
    static func clear(_ folder: String, _ store: Store) throws(LikenessError) {
        do {
            if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
        } catch {
            throw LikenessError(.fileUnwritable, subject: folder, "cannot be removed: \(error.localizedDescription)")
        }
        try store.write { db in
            try db.execute(sql: "DELETE FROM density_row")
            try db.execute(sql: "DELETE FROM density_state")
            // the next state takes them all in; whoever is left of the old snapshot is looked at too
            try db.execute(sql: "INSERT OR IGNORE INTO face_due SELECT no FROM face")
        }
    }

    /// Adds faces with their vectors.
    func insert(
        _ new: [Int], _ vectors: Matrix, quality: [Float], photos: [Int], threads: Int
    ) throws(LikenessError) {
        guard !new.isEmpty else { return }
        let first = faces.count
        try store.write { db in
            let statement = try db.cachedStatement(sql: "INSERT INTO density_row (row, face) VALUES (?, ?)")
            for (k, face) in new.enumerated() { try statement.execute(arguments: [first + k, face]) }
        }
        try state.insert(vectors, quality: quality, photos: photos, threads: threads)
        for (k, face) in new.enumerated() { rowOf[face] = first + k }
        faces += new
        behind += faces.count * max(new.count, Self.leastRows)
    }

    /// Writes the state anew where opening it would take long. Nothing is lost when that fails: it is tried again.
    func settle() {
        guard behind >= Self.mostBehind else { return }
        do throws(LikenessError) {
            try state.checkpoint()
            behind = 0
        } catch {}
    }

    /// Takes faces out; after the return no file of the state holds their vectors.
    func remove(_ gone: [Int]) throws(LikenessError) { try remove(rows: gone.compactMap { rowOf[$0] }) }

    /// Takes rows out whose faces have another vector now, or none.
    func remove(rows: [Int]) throws(LikenessError) {
        for row in rows where row < faces.count && faces[row] >= 0 {
            if rowOf[faces[row]] == row { rowOf[faces[row]] = nil }
            faces[row] = -1 - row
        }
        let live = rows.filter { $0 < faces.count && isLive[$0] }
        if !live.isEmpty { try state.remove(live) }
        // the rows are out of the groups, but not yet out of the files
        if state.checkpointFailure != nil { try state.checkpoint() }
    }
}

/// Holds the density state of a library.
struct DensityBox: ~Copyable {
    nonisolated(unsafe) var state: DensityState?
}

import FaceCore
import FaceSpace
import GRDB

/// From changed density groups to where each of their faces is to stand.
struct GroupingBuild {
    /// A density group that changed.
    struct DensityGroup {
        var key: Int
        var faces: [Int]
        var isCore: [Bool]
    }

    let store: Store
    let shelf: VectorShelf
    let model: ModelRow
    /// Claimed faces that stand for a claimant where a group is divided.
    private static let exemplars = 64

    func verdicts(_ groups: [DensityGroup]) throws(LikenessError) -> [GroupingRun.Verdict] {
        let known = try store.read { db in try Knowledge(db, groups.flatMap(\.faces)) }
        var out: [GroupingRun.Verdict] = []
        var assigned: [Int: GroupingRun.PersonRef] = [:]
        var vectors: [Int: Matrix] = [:]
        for group in groups where group.faces.count > 1 || known.claims[group.faces[0]] != nil {
            let rows = try shelf.vectors(group.faces, model)
            // a face without a vector cannot be in a density group
            if rows.faces.count == group.faces.count { vectors[group.key] = rows.rows }
        }
        let outcome = decide(groups, known, vectors)
        for (face, person) in outcome { assigned[face] = person }
        for group in groups {
            let likeness = vectors[group.key].map { similarities(group, $0, assigned) }
            for (k, face) in group.faces.enumerated() {
                let person = assigned[face]
                let role = person == nil ? "loose" : group.isCore[k] ? "core" : "border"
                out.append(
                    .init(
                        face: face, person: person, group: group.key, role: role,
                        similarity: person == nil ? nil : likeness?[k]))
            }
        }
        return out
    }

    private func decide(
        _ groups: [DensityGroup], _ known: Knowledge, _ vectors: [Int: Matrix]
    ) -> [Int: GroupingRun.PersonRef] {
        func member(_ face: Int) -> PersonAssignment.Member {
            .init(face: face, claim: known.claims[face], before: known.before[face], refused: known.refused[face] ?? [])
        }
        let members = Dictionary(uniqueKeysWithValues: groups.map { ($0.key, $0.faces) })
        let assignment = PersonAssignment(claims: known.claimCounts, apart: known.areApart) { group, face, claimants in
            vectors[group].map { nearest(face, claimants, $0, known, members[group] ?? []) } ?? claimants[0].person
        }
        // people for new groups get negative numbers here
        var made: [Int] = []
        let result = assignment.assign(
            groups.map { group in .init(key: group.key, members: group.faces.map(member)) }, isTaken: known.isTaken
        ) { face in
            made.append(face)
            return -made.count
        }
        var out: [Int: GroupingRun.PersonRef] = [:]
        for case (let face, let person?) in result {
            out[face] = person < 0 ? .new(face: made[-1 - person]) : .known(person)
        }
        return out
    }

    /// The claimant of the most similar claimed face; of many an even sample. `faces` are those of the group's rows.
    private func nearest(
        _ face: Int, _ claimants: [(person: Int, faces: [Int])], _ rows: Matrix, _ known: Knowledge, _ faces: [Int]
    ) -> Int {
        var best: (similarity: Float, person: Int) = (-.infinity, claimants[0].person)
        for claimant in claimants {
            let peers = known.ages[claimant.person].map { ages in
                claimant.faces.filter { AgeBands.areNear(ages[faces[$0]], ages[faces[face]]) }
            }
            // a growing person is compared as she was then, as far as there are pictures of that time
            let compared = peers.flatMap { $0.isEmpty ? nil : $0 } ?? claimant.faces
            let step = max(1, compared.count / Self.exemplars)
            for k in stride(from: 0, to: compared.count, by: step) {
                let s = Self.product(rows, face, compared[k])
                if s > best.similarity { best = (s, claimant.person) }
            }
        }
        return best.person
    }

    private static func product(_ rows: Matrix, _ a: Int, _ b: Int) -> Float {
        rows.withRow(a) { x in
            rows.withRow(b) { y in
                var sum: Float = 0
                for i in x.indices { sum += x[i] * y[i] }
                return sum
            }
        }
    }

    /// The cosine of each face to the mean of its person's faces in the group.
    private func similarities(
        _ group: DensityGroup, _ rows: Matrix, _ assigned: [Int: GroupingRun.PersonRef]
    ) -> [Float] {
        var sums: [GroupingRun.PersonRef: [Float]] = [:]
        for (k, face) in group.faces.enumerated() {
            guard let person = assigned[face] else { continue }
            rows.withRow(k) { row in
                var sum = sums[person] ?? [Float](repeating: 0, count: rows.columns)
                for i in row.indices { sum[i] += row[i] }
                sums[person] = sum
            }
        }
        let means = sums.mapValues { sum in
            let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return sum.map { $0 / max(length, .leastNormalMagnitude) }
        }
        return group.faces.enumerated().map { k, face in
            guard let person = assigned[face], let mean = means[person] else { return 0 }
            return rows.withRow(k) { row in
                var s: Float = 0
                for i in row.indices { s += row[i] * mean[i] }
                return min(1, s)
            }
        }
    }
}

/// What decisions and the last snapshot say of some faces.
struct Knowledge {
    var claims: [Int: (person: Int, strength: Int)] = [:]
    var before: [Int: Int] = [:]
    var refused: [Int: Set<Int>] = [:]
    /// Claimed faces of each person in question, in the whole library.
    var claimCounts: [Int: Int] = [:]
    /// People who each of them was said to be different from.
    var different: [Int: Set<Int>] = [:]
    /// How old claimants whose birth date is known were in each photo, by person and face.
    var ages: [Int: [Int: Double]] = [:]

    init(_ db: Database, _ faces: [Int]) throws {
        let list = faces.jsonList
        func each(_ columns: String, _ table: String, _ body: (Row) -> Void) throws {
            let statement = try db.cachedStatement(
                sql: """
                    SELECT t.face, i.root\(columns) FROM json_each(?) j CROSS JOIN \(table) t ON t.face = j.value
                    JOIN identity i ON i.no = t.person
                    """)
            let rows = try Row.fetchCursor(statement, arguments: [list])
            while let row = try rows.next() { body(row) }
        }
        try each(", t.strength", "claim") { claims[$0[0]] = ($0[1], $0[2]) }
        try each(", t.until", "membership") { if $0[2] as Int? == nil { before[$0[0]] = $0[1] } }
        try each("", "refusal") { refused[$0[0], default: []].insert($0[1]) }
        let count = try db.cachedStatement(
            sql: "SELECT COUNT(*) FROM identity i JOIN claim c ON c.person = i.no WHERE i.root = ?")
        for person in Set(claims.values.map(\.person)).union(before.values) {
            claimCounts[person] = try Int.fetchOne(count, arguments: [person])
        }
        let others = try db.cachedStatement(
            sql: """
                SELECT y.root FROM identity x JOIN cannot_link c ON c.a = x.no JOIN identity y ON y.no = c.b WHERE x.root = ?1
                UNION SELECT x.root FROM identity y JOIN cannot_link c ON c.b = y.no JOIN identity x ON x.no = c.a
                WHERE y.root = ?1
                """)
        for person in Set(claims.values.map(\.person)) {
            let apart = try Int.fetchAll(others, arguments: [person])
            if !apart.isEmpty { different[person] = Set(apart) }
        }
        try findAges(db, faces)
    }

    private mutating func findAges(_ db: Database, _ faces: [Int]) throws {
        let born = try db.cachedStatement(sql: "SELECT birthDate FROM person WHERE no = ?")
        let taken = try db.cachedStatement(
            sql: "SELECT p.capturedAt FROM face f JOIN photo p ON p.no = f.photo WHERE f.no = ?")
        for person in Set(claims.values.map(\.person)) {
            guard let birth = try String.fetchOne(born, arguments: [person]) else { continue }
            for face in faces {
                guard let at = try Double.fetchOne(taken, arguments: [face]) else { continue }
                ages[person, default: [:]][face] = AgeBands.age(on: Timestamp.text(at), born: birth)
            }
        }
    }

    func areApart(_ a: Int, _ b: Int) -> Bool { different[a]?.contains(b) ?? false }

    /// Whether a person lives by claims: then only they bring it faces.
    func isTaken(_ person: Int) -> Bool { (claimCounts[person] ?? 0) > 0 }
}

public import FaceCore
import GRDB

/// What a preview is asked of.
public enum PreviewAction: Sendable, Hashable {
    case merge(into: String, from: [String])
    case split(person: String, faces: [String])
}

extension PhotoLibrary {
    /// What a merge or split would lead to; changes nothing.
    public func preview(_ action: PreviewAction) throws(LikenessError) -> ChangePreview {
        try store.read { db in
            let work = DecisionWork(db: db)
            switch action {
            case .merge(let into, let from):
                let target = try work.person(into, ifMatch: nil)
                let others = try work.others(from, than: target)
                return try Self.merged(db, [target.number] + others.map(\.number))
            case .split(let person, let faces):
                let target = try work.person(person, ifMatch: nil)
                let moving = try work.faces(faces)
                for face in moving { try work.require(face.id, isOf: target.number) }
                return try Self.parted(db, target, moving.map(\.number))
            }
        }
    }

    private static func merged(_ db: Database, _ people: [Int]) throws -> ChangePreview {
        let list = people.map { "\($0)" }.joined(separator: ", ")
        let counts = try Row.fetchOne(
            db, sql: "SELECT COUNT(*), COUNT(DISTINCT photo) FROM place WHERE person IN (\(list))")
        let pairs = try Row.fetchAll(
            db,
            sql: """
                SELECT a.face AS a, b.face AS b FROM place a JOIN place b ON b.photo = a.photo AND b.person <> a.person
                    AND b.face > a.face WHERE a.person IN (\(list)) AND b.person IN (\(list)) ORDER BY a.face LIMIT 20
                """)
        let reader = try FaceReader(db)
        var conflicts = try pairs.map { pair in
            ChangePreview.Conflict(
                faces: try reader.faces([pair["a"], pair["b"]]), reason: "both faces are in one photo")
        }
        for (k, a) in people.enumerated() {
            let apart = try Self.apart(db, a)
            for b in people[(k + 1)...] where apart.contains(b) {
                conflicts.append(
                    .init(
                        faces: try reader.examples(of: a, 1) + reader.examples(of: b, 1),
                        reason: "somebody said that these are different people"))
            }
        }
        let each = max(1, 8 / people.count)
        let examples = try people.prefix(8).flatMap { try reader.examples(of: $0, each) }
        return ChangePreview(
            facesAfter: counts?[0] ?? 0, photosAfter: counts?[1] ?? 0, conflicts: conflicts,
            examples: Array(examples.prefix(8)))
    }

    private static func parted(_ db: Database, _ target: DecisionWork.Target, _ moving: [Int]) throws -> ChangePreview {
        let list = moving.map { "\($0)" }.joined(separator: ", ")
        let photos = try Int.fetchOne(
            db, sql: "SELECT COUNT(DISTINCT photo) FROM place WHERE person = ? AND face NOT IN (\(list))",
            arguments: [target.number])
        let best = try Int.fetchAll(
            db, sql: "SELECT face FROM place WHERE face IN (\(list)) ORDER BY best DESC LIMIT 8")
        return ChangePreview(
            facesAfter: target.person.faces - moving.count, photosAfter: photos ?? 0, conflicts: [],
            examples: try FaceReader(db).faces(best))
    }

    /// The sub-groups of a person by similarity, the largest first, with the weakest bridge between them first.
    public func splitProposal(_ person: String) throws(LikenessError) -> SplitProposal {
        let (rows, model) = try store.read { db in
            let number = try PersonReader(db: db).number(person)
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT p.face, p.at, f.id FROM place p JOIN face f ON f.no = p.face WHERE p.person = ? ORDER BY p.face
                    """, arguments: [number])
            return (rows, try ModelRow.current(db))
        }
        guard let model else { return SplitProposal(parts: [], bridges: []) }
        let (faces, vectors) = try shelf.vectors(rows.map { $0["face"] }, model)
        guard !faces.isEmpty else { return SplitProposal(parts: [], bridges: []) }
        let known = Dictionary(uniqueKeysWithValues: rows.map { ($0["face"] as Int, $0) })
        let years = faces.map { face -> Int? in
            let at = (known[face]?["at"] as Double?) ?? Placement.unknownTime
            return at > Placement.unknownTime ? Int(Timestamp.text(at).prefix(4)) : nil
        }
        let found = try SplitAssistant(model.space).bySimilarity(vectors, years: years)
        return try store.read { db in
            let reader = try FaceReader(db)
            let parts = try found.parts.map { part in
                let own = part.rows.compactMap { known[faces[$0]] }
                let times = own.map { $0["at"] as Double }.filter { $0 > Placement.unknownTime }
                return SplitProposal.Part(
                    faces: try reader.faces(part.examples.map { faces[$0] }), faceIds: own.map { $0["id"] },
                    count: part.rows.count, from: Timestamp.text(times.min()), to: Timestamp.text(times.max()))
            }
            let bridges = try found.bridges.compactMap { bridge -> SplitProposal.Bridge? in
                guard let a = try reader.face(number: faces[bridge.rowA]),
                    let b = try reader.face(number: faces[bridge.rowB])
                else { return nil }
                return .init(a: a, b: b, similarity: FaceReader.rounded(Double(bridge.similarity)))
            }
            return SplitProposal(parts: parts, bridges: bridges)
        }
    }
}

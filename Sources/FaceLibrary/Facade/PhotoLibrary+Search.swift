public import FaceCore
import FaceSpace
import GRDB

/// Whose face a vector is.
public struct Identification: Codable, Sendable, Hashable {
    public enum Verdict: String, Codable, Sendable, Hashable { case known, unsure, unknown }

    public var verdict: Verdict
    /// Best first.
    public var people: [SimilarPerson]
    public var threshold: Double
    /// How far the best is above the second; nil with fewer than two.
    @Nullable public var margin: Double?
}

extension PhotoLibrary {
    /// False-accept rate of the threshold that answers and candidates are held against.
    static let falseAcceptRate = 1e-3

    /// The faces most similar to a vector. One exact scan of the library. Throws `space-mismatch` for a vector of another model.
    public func search(
        _ vector: [Float], space: EmbeddingSpace, limit: Int = 20, threshold: Double? = nil
    ) throws(LikenessError) -> SearchResults {
        guard let model = try store.read({ try ModelRow.current($0) }) else {
            return SearchResults(
                results: [], histogram: .init(from: -1, step: 0.05, counts: []), threshold: threshold ?? 1,
                falseAcceptRate: nil, calibration: nil)
        }
        try model.space.require(space)
        return try search(vector, model, limit: limit, threshold: threshold, without: nil)
    }

    /// The faces most similar to one of the library.
    public func search(
        face: String, limit: Int = 20, threshold: Double? = nil
    ) throws(LikenessError) -> SearchResults {
        let (number, model) = try store.read { (try FaceReader($0).number(face), try ModelRow.current($0)) }
        guard let model, case let rows = try shelf.vectors([number], model).rows, rows.rows == 1 else {
            throw LikenessError(.notFound, subject: face, "this face has no vector yet", remedy: "wait for its job")
        }
        return try search(rows.row(0), model, limit: limit, threshold: threshold, without: number)
    }

    private func search(
        _ vector: [Float], _ model: ModelRow, limit: Int, threshold: Double?, without own: Int?
    ) throws(LikenessError) -> SearchResults {
        guard vector.count == model.space.dimension else {
            throw LikenessError(
                .dimensionMismatch, "a vector of \(vector.count) values for a space of \(model.space.dimension)")
        }
        let limit = max(1, min(500, limit))
        let calibration = model.space.calibration
        let bar = threshold ?? calibration.map { Double($0.threshold(falseAcceptRate: Self.falseAcceptRate)) } ?? 0.5
        let found = try shelf.search(vector, k: limit + 1, model)
        let hits = found.hits.filter { $0.face != own }.prefix(limit)
        let results = try store.read { db in
            let faces = try FaceReader(db).found(hits.map(\.face))
            let similar = Dictionary(uniqueKeysWithValues: hits.map { ($0.face, $0.similarity) })
            var people: [Int: Person] = [:]
            for number in Set(faces.compactMap(\.person)) {
                people[number] = try PersonReader(db: db).person(number: number)
            }
            return faces.map { number, face, person in
                SearchResults.Hit(
                    face: face, person: person.flatMap { people[$0] },
                    similarity: FaceReader.rounded(Double(similar[number] ?? 0)))
            }
        }
        return SearchResults(
            results: results,
            histogram: .init(from: VectorShelf.histogramFrom, step: VectorShelf.histogramStep, counts: found.counts),
            threshold: FaceReader.rounded(bar), falseAcceptRate: calibration.map { Self.rate(of: bar, $0) },
            calibration: calibration?.source)
    }

    /// The measured rate at which strangers reach a similarity: the point at or below it.
    private static func rate(of threshold: Double, _ calibration: Calibration) -> Double {
        calibration.thresholds.last { $0.similarity <= threshold + 1e-6 }?.falseAcceptRate ?? 1
    }

    /// Whose face this is: known above the threshold with a margin, unsure near it, unknown below.
    public func identify(
        _ vector: [Float], space: EmbeddingSpace, limit: Int = 5
    ) throws(LikenessError) -> Identification {
        guard let model = try store.read({ try ModelRow.current($0) }) else {
            return Identification(verdict: .unknown, people: [], threshold: 1, margin: nil)
        }
        try model.space.require(space)
        let bar = model.space.calibration.map { Double($0.threshold(falseAcceptRate: Self.falseAcceptRate)) } ?? 0.5
        let near = try prototypes.nearest(Matrix([vector]), k: max(2, limit), floor: -1, self, model)[0]
        let people = try store.read { db in
            let reader = PersonReader(db: db)
            return try near.prefix(limit).compactMap { hit in
                try reader.person(number: hit.person).map {
                    SimilarPerson(person: $0, similarity: FaceReader.rounded(Double(hit.similarity)))
                }
            }
        }
        let margin = near.count > 1 ? Double(near[0].similarity - near[1].similarity) : nil
        let best = near.first.map { Double($0.similarity) } ?? -1
        let verdict: Identification.Verdict =
            best < bar - 0.05 ? .unknown : best >= bar && (margin ?? 1) >= 0.03 ? .known : .unsure
        return Identification(
            verdict: verdict, people: people, threshold: FaceReader.rounded(bar), margin: margin.map(FaceReader.rounded)
        )
    }

    /// People whom somebody may be too: candidates for a merge. Those that were called different are left out.
    public func similarPeople(to person: String, limit: Int = 10) throws(LikenessError) -> [SimilarPerson] {
        let (number, model, apart) = try store.read { db in
            let number = try PersonReader(db: db).number(person)
            return (number, try ModelRow.current(db), try Self.apart(db, number))
        }
        guard let model, let mean = try prototypes.mean(number, self, model), !mean.isEmpty else { return [] }
        let limit = max(1, min(100, limit))
        let near = try prototypes.nearest(Matrix([mean]), k: limit + 1 + apart.count, floor: 0, self, model)[0]
        return try store.read { db in
            let reader = PersonReader(db: db)
            return try near.filter { $0.person != number && !apart.contains($0.person) }.prefix(limit).compactMap {
                hit in
                try reader.person(number: hit.person).map {
                    SimilarPerson(person: $0, similarity: FaceReader.rounded(Double(hit.similarity)))
                }
            }
        }
    }

    /// The people that somebody said are not this one.
    static func apart(_ db: Database, _ person: Int) throws -> Set<Int> {
        let pairs = try Row.fetchAll(
            db,
            sql: """
                SELECT ia.root AS a, ib.root AS b FROM cannot_link c JOIN identity ia ON ia.no = c.a
                JOIN identity ib ON ib.no = c.b WHERE c.a IN (SELECT no FROM identity WHERE root = ?)
                    OR c.b IN (SELECT no FROM identity WHERE root = ?)
                """, arguments: [person, person])
        return Set(pairs.map { ($0["a"] as Int) == person ? $0["b"] as Int : $0["a"] as Int })
    }

    /// When faces were photographed, in their order.
    func taken(_ faces: [Int]) throws(LikenessError) -> [Double?] {
        try store.read { db in
            let at = try db.cachedStatement(
                sql: "SELECT p.capturedAt FROM face f JOIN photo p ON p.no = f.photo WHERE f.no = ?")
            return try faces.map { try Double.fetchOne(at, arguments: [$0]) }
        }
    }

    /// The people whom some faces resemble, up to three each.
    func nearestPeople(_ faces: [Int], _ model: ModelRow) throws(LikenessError) -> [Int: [SimilarPerson]] {
        let known = try shelf.vectors(faces, model)
        guard !known.faces.isEmpty else { return [:] }
        let near = try prototypes.nearest(known.rows, k: 3, floor: 0, taken: try taken(known.faces), self, model)
        return try store.read { db in
            let reader = PersonReader(db: db)
            var people: [Int: Person] = [:]
            for number in Set(near.flatMap { $0.map(\.person) }) { people[number] = try reader.person(number: number) }
            var out: [Int: [SimilarPerson]] = [:]
            for (face, list) in zip(known.faces, near) {
                out[face] = list.compactMap { hit in
                    people[hit.person].map {
                        SimilarPerson(person: $0, similarity: FaceReader.rounded(Double(hit.similarity)))
                    }
                }
            }
            return out
        }
    }
}

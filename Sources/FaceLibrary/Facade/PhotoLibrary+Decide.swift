public import FaceCore
import Foundation
import GRDB

/// What is to change about a person; a field that is nil stays.
public struct PersonUpdate: Sendable, Hashable, Decodable {
    /// `.some(nil)` takes the name away; so for the others.
    public var name: String??
    public var birthDate: String??
    public var hidden: Bool?
    public var favourite: Bool?
    public var avatar: String??

    public init(
        name: String?? = nil, birthDate: String?? = nil, hidden: Bool? = nil, favourite: Bool? = nil,
        avatar: String?? = nil
    ) {
        (self.name, self.birthDate, self.hidden) = (name, birthDate, hidden)
        (self.favourite, self.avatar) = (favourite, avatar)
    }

    private enum Key: String, CodingKey { case name, birthDate, hidden, favourite, avatar }

    public init(from decoder: any Decoder) throws {
        let c = try decoder.container(keyedBy: Key.self)
        func field(_ key: Key) throws -> String?? {
            c.contains(key) ? .some(try c.decodeIfPresent(String.self, forKey: key)) : nil
        }
        self.init(
            name: try field(.name), birthDate: try field(.birthDate),
            hidden: try c.decodeIfPresent(Bool.self, forKey: .hidden),
            favourite: try c.decodeIfPresent(Bool.self, forKey: .favourite), avatar: try field(.avatar))
    }
}

/// Where faces go.
public enum AssignTarget: Sendable, Hashable {
    case person(String)
    /// A new person of this name.
    case named(String)
}

extension PhotoLibrary {
    /// Changes what is known of a person; each field is a decision of its own, the last of which is returned.
    /// Throws `not-found`, `stale-version`, `invalid-input`.
    @discardableResult
    public func update(
        _ person: String, _ changes: PersonUpdate, ifMatch: Int? = nil, by author: Author
    ) throws(LikenessError) -> PersonChange {
        let steps = try Self.steps(changes)
        guard !steps.isEmpty else { throw .invalid("body", "nothing is to change") }
        return try decide(by: author) { db, journal in
            if let earlier = try journal.earlier() { return (try Self.change(db, earlier, person), []) }
            let work = DecisionWork(db: db)
            let target = try work.person(person, ifMatch: ifMatch)
            var last: Journal.Outcome?
            var people: Set<Int> = []
            for (k, step) in steps.enumerated() {
                var (kind, payload) = step
                payload.person = target.id
                payload.members = try work.members([target.number])
                if kind == .name {
                    payload.before = target.person.name
                    kind = target.person.name == nil ? .name : .rename
                    payload.count = target.person.faces
                }
                if kind == .avatar, let face = payload.face { try work.require(face, isOf: target.number) }
                // one request is one key: the last decision carries it
                let own = Journal(
                    db: db, author: Author(author.actor, requestKey: k == steps.count - 1 ? author.requestKey : nil))
                let outcome = try own.decide(kind, payload)
                people.formUnion(outcome.people)
                last = outcome
            }
            guard let last else { throw LikenessError.invalid("body", "nothing is to change") }
            return (try Self.change(db, last, target.id), people)
        }
    }

    private static func steps(_ c: PersonUpdate) throws(LikenessError) -> [(Decision.Kind, DecisionPayload)] {
        var out: [(Decision.Kind, DecisionPayload)] = []
        if let name = c.name { out.append((.name, DecisionPayload(name: try name.map(checkedName)))) }
        if let date = c.birthDate {
            if let date, !Timestamp.isDay(date) {
                throw .invalid("birthDate", "a day is written 2001-05-04, not \(date.prefix(40))")
            }
            out.append((.birthDate, DecisionPayload(value: date)))
        }
        if let hidden = c.hidden { out.append((.hide, DecisionPayload(flag: hidden))) }
        if let favourite = c.favourite { out.append((.favourite, DecisionPayload(flag: favourite))) }
        if let avatar = c.avatar { out.append((.avatar, DecisionPayload(face: avatar))) }
        return out
    }

    static func checkedName(_ name: String) throws(LikenessError) -> String {
        let plain = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !plain.isEmpty, plain.utf8.count <= 400,
            !plain.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .invalid("name", "a name has 1…400 bytes and no control characters") }
        return plain
    }

    /// Puts people into one; their ids lead to it from now on. Throws `conflict` (subject `name`) when their names differ and
    /// none is given, `invalid-input` for a merge with itself.
    @discardableResult
    public func merge(
        into person: String, from: [String], name: String? = nil, ifMatch: Int? = nil, by author: Author
    ) throws(LikenessError) -> PersonChange {
        let wanted = try name.map { n throws(LikenessError) in try Self.checkedName(n) }
        return try decide(by: author) { db, journal in
            if let earlier = try journal.earlier() { return (try Self.change(db, earlier, person), []) }
            let work = DecisionWork(db: db)
            let target = try work.person(person, ifMatch: ifMatch)
            let others = try work.others(from, than: target)
            let payload = try work.merge(target, others, name: wanted)
            let outcome = try journal.decide(.merge, payload)
            return (try Self.change(db, outcome, target.id), outcome.people)
        }
    }

    /// Takes faces out of a person; they become a person of their own, who is never taken for the first one again.
    @discardableResult
    public func split(
        _ person: String, faces: [String], name: String? = nil, ifMatch: Int? = nil, by author: Author
    ) throws(LikenessError) -> PersonChange {
        let wanted = try name.map { n throws(LikenessError) in try Self.checkedName(n) }
        return try decide(by: author) { db, journal in
            if let earlier = try journal.earlier() { return (try Self.change(db, earlier, person), []) }
            let work = DecisionWork(db: db)
            let target = try work.person(person, ifMatch: ifMatch)
            let moving = try work.faces(faces)
            for face in moving { try work.require(face.id, isOf: target.number) }
            guard moving.count < target.person.faces else {
                throw LikenessError.invalid("faces", "these are all faces of the person: nothing would stay")
            }
            let payload = DecisionPayload(
                person: target.id, created: Identifier.fresh("per"), name: wanted, faces: moving.map(\.id),
                members: try work.members([target.number], but: Set(moving.map(\.number))))
            let outcome = try journal.decide(.split, payload)
            return (try Self.change(db, outcome, target.id), outcome.people)
        }
    }

    /// Says whose faces these are, one by one.
    @discardableResult
    public func assign(_ faces: [String], to target: AssignTarget, by author: Author) throws(LikenessError)
        -> PersonChange
    {
        var name: String?
        if case .named(let given) = target { name = try Self.checkedName(given) }
        let wanted = name
        return try decide(by: author) { db, journal in
            if let earlier = try journal.earlier() { return (try Self.change(db, earlier, nil), []) }
            let work = DecisionWork(db: db)
            let moving = try work.faces(faces)
            var payload = DecisionPayload(name: wanted, faces: moving.map(\.id))
            var left = try work.holders(moving)
            if case .person(let id) = target {
                let person = try work.person(id, ifMatch: nil)
                payload.person = person.id
                left.insert(person.number)
            } else {
                payload.created = Identifier.fresh("per")
            }
            payload.members = try work.members(Array(left), but: Set(moving.map(\.number)))
            let outcome = try journal.decide(.assign, payload)
            return (try Self.change(db, outcome, payload.created ?? payload.person), outcome.people)
        }
    }

    /// Says that these faces are not this person.
    @discardableResult
    public func reject(_ faces: [String], from person: String, by author: Author) throws(LikenessError) -> PersonChange
    {
        try decide(by: author) { db, journal in
            if let earlier = try journal.earlier() { return (try Self.change(db, earlier, nil), []) }
            let work = DecisionWork(db: db)
            let target = try work.person(person, ifMatch: nil)
            let refused = try work.faces(faces)
            let payload = DecisionPayload(
                person: target.id, faces: refused.map(\.id),
                members: try work.members([target.number], but: Set(refused.map(\.number))))
            let outcome = try journal.decide(.reject, payload)
            return (try Self.change(db, outcome, target.id), outcome.people)
        }
    }

    /// Leaves faces out: of strangers, or things that are no faces.
    @discardableResult
    public func ignore(_ faces: [String], notAFace: Bool = false, by author: Author) throws(LikenessError)
        -> PersonChange
    {
        try overFaces(.ignore, faces, reason: notAFace ? "not-a-face" : "ignored", author)
    }

    @discardableResult
    public func unignore(_ faces: [String], by author: Author) throws(LikenessError) -> PersonChange {
        try overFaces(.unignore, faces, reason: nil, author)
    }

    private func overFaces(
        _ kind: Decision.Kind, _ faces: [String], reason: String?, _ author: Author
    ) throws(LikenessError) -> PersonChange {
        try decide(by: author) { db, journal in
            if let earlier = try journal.earlier() { return (try Self.change(db, earlier, nil), []) }
            let work = DecisionWork(db: db)
            let concerned = try work.faces(faces)
            let members = try work.members(Array(try work.holders(concerned)), but: Set(concerned.map(\.number)))
            let outcome = try journal.decide(
                kind, DecisionPayload(faces: concerned.map(\.id), members: members, reason: reason))
            return (try Self.change(db, outcome, nil), outcome.people)
        }
    }

    /// Enters a face that somebody drew; its vector is made by the next job. Throws `invalid-input` for a box outside the photo.
    @discardableResult
    public func drawBox(
        _ box: [Double], in photo: String, for target: AssignTarget? = nil, by author: Author
    ) throws(LikenessError) -> PersonChange {
        guard box.count == 4, box.allSatisfy({ $0.isFinite && $0 >= 0 && $0 <= 1 }), box[2] >= 0.002, box[3] >= 0.002,
            box[0] + box[2] <= 1.0001, box[1] + box[3] <= 1.0001
        else { throw .invalid("box", "a box is [x, y, width, height] as fractions of the photo") }
        var name: String?
        if case .named(let given)? = target { name = try Self.checkedName(given) }
        let wanted = name
        return try decide(by: author) { db, journal in
            if let earlier = try journal.earlier() { return (try Self.change(db, earlier, nil), []) }
            let work = DecisionWork(db: db)
            let (face, isNew) = try work.drawn(box, photo)
            var payload = DecisionPayload(name: wanted, face: face, photo: photo, box: box)
            if case .person(let id)? = target {
                let person = try work.person(id, ifMatch: nil)
                payload.person = person.id
                let number = try FaceReader.number(db, face)
                payload.members = try work.members([person.number], but: [number])
            }
            if wanted != nil { payload.person = Identifier.fresh("per") }
            let outcome = try journal.decide(.box, payload)
            if isNew {
                _ = try JobQueue.enqueue(
                    db, .embed, key: "boxes", JobArguments(), priority: .interactive)
            }
            var result = try Self.change(db, outcome, payload.person)
            let reader = try FaceReader(db)
            result.face = try reader.face(number: reader.number(face))
            return (result, outcome.people)
        }
    }

    /// Takes a box away: a drawn one, or one that the detector found.
    @discardableResult
    public func removeBox(_ face: String, by author: Author) throws(LikenessError) -> PersonChange {
        try decide(by: author) { db, journal in
            if let earlier = try journal.earlier() { return (try Self.change(db, earlier, nil), []) }
            let work = DecisionWork(db: db)
            let concerned = try work.faces([face])
            let members = try work.members(Array(try work.holders(concerned)), but: Set(concerned.map(\.number)))
            let outcome = try journal.decide(.unbox, DecisionPayload(members: members, face: face))
            return (try Self.change(db, outcome, nil), outcome.people)
        }
    }

    /// Takes a decision back, as far as nothing newer has changed the same. Throws `conflict` when it cannot be.
    @discardableResult
    public func undo(_ decision: String, by author: Author) throws(LikenessError) -> PersonChange {
        var (people, faces): ([Int], [Int]) = ([], [])
        let done = try decide(by: author) { db, journal in
            if let earlier = try journal.earlier() { return (try Self.change(db, earlier, nil), []) }
            guard let entry = try JournalEntry.find(db, id: decision) else {
                throw LikenessError.notFound(decision, "decision")
            }
            guard entry.kind != .forget else {
                throw LikenessError(.conflict, subject: decision, "what was forgotten cannot come back")
            }
            guard try !JournalEntry.isUndone(db, entry.seq) else {
                throw LikenessError(.conflict, subject: decision, "this decision was taken back before")
            }
            let outcome = try journal.decide(.undo, DecisionPayload(undone: decision), undoes: entry.seq)
            (people, faces) = try Self.reopened(db, entry)
            return (try Self.change(db, outcome, entry.payload.person ?? entry.payload.created), outcome.people)
        }
        // the question whose answer was taken back is open again at once; where that fails, with the others that are due
        try? QuestionMaker(library: self).remake(people: people, faces: faces)
        return done
    }

    /// The people and the loose face of an answer.
    private static func reopened(_ db: Database, _ entry: JournalEntry) throws -> (people: [Int], faces: [Int]) {
        guard [.same, .different, .unsure, .assign].contains(entry.kind) else { return ([], []) }
        let p = entry.payload
        let faces = (p.faces ?? []).prefix(100) + [p.face].compactMap { $0 }
        let numbers = try faces.compactMap {
            try Int.fetchOne(db.cachedStatement(sql: "SELECT no FROM face WHERE id = ?"), arguments: [$0])
        }
        guard entry.kind != .assign, p.face == nil else { return ([], numbers) }
        let people = try ([p.person, p.other].compactMap { $0 } + (p.from ?? []).prefix(100)).compactMap {
            try Int.fetchOne(db.cachedStatement(sql: "SELECT root FROM identity WHERE id = ?"), arguments: [$0])
        }
        return (Array(Set(people)).sorted(), [])
    }

    /// The answer to a decision: itself, and the person as it is now.
    static func change(_ db: Database, _ outcome: Journal.Outcome, _ person: String?) throws -> PersonChange {
        let reader = PersonReader(db: db)
        let p = outcome.entry.payload
        let shown = person ?? p.created ?? p.person
        let made = outcome.entry.kind == .split ? p.created.flatMap { try? reader.current($0).person } : nil
        var face: LibraryFace?
        if outcome.entry.kind == .box, let id = p.face, let faces = try? FaceReader(db) {
            face = try? faces.face(number: faces.number(id))
        }
        return PersonChange(
            decision: try DecisionReader(db: db).decision(outcome.entry),
            person: shown.flatMap { try? reader.current($0).person }, created: made, face: face)
    }
}

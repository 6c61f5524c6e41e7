import FaceCore
import FaceLibrary

/// Decisions at random, as a hasty owner would make them, and what of them must hold.
struct DecisionDice {
    var random: SeededRandom
    let author = Author("dice")
    /// Faces that were put somewhere one by one: the person's id at that time.
    var assigned: [String: String] = [:]
    /// Faces that are not a person.
    var refused: [String: Set<String>] = [:]
    var ignored: Set<String> = []
    /// Pairs of people that are two.
    var apart: [(String, String)] = []
    var names: [String: String] = [:]
    private(set) var log: [String] = []

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func pick<T>(_ list: [T]) -> T? {
        list.isEmpty ? nil : list[Int(random.next() % UInt64(list.count))]
    }

    mutating func step(_ library: PhotoLibrary) throws {
        let people = try library.people(page: PageRequest(limit: 500)).items
        guard let person = pick(people), let other = pick(people) else { return }
        let faces = try library.faces(of: person.id, page: PageRequest(limit: 500)).items.map(\.id).sorted()
        guard let face = pick(faces) else { return }
        switch random.next() % 9 {
        case 0:
            let name = "Name \(random.next() % 1000)"
            try library.update(person.id, PersonUpdate(name: .some(name)), by: author)
            names[person.id] = name
            log.append("name \(person.id) \(name)")
        case 1 where person.id != other.id:
            let name = person.name ?? other.name ?? "Merged \(log.count)"
            try library.merge(into: person.id, from: [other.id], name: name, by: author)
            // a merge says the opposite of what was said before
            apart.removeAll { Set([$0.0, $0.1]) == Set([person.id, other.id]) }
            names[person.id] = name
            log.append("merge \(other.id) into \(person.id)")
        case 2 where faces.count > 2:
            let moving = Array(faces.shuffled(using: &random).prefix(1 + Int(random.next() % 2)))
            let change = try library.split(person.id, faces: moving, by: author)
            for moved in moving { note(moved, to: change.created?.id ?? "") }
            if let created = change.created { apart.append((person.id, created.id)) }
            log.append("split \(moving) from \(person.id)")
        case 3:
            try library.assign([face], to: .person(other.id), by: author)
            note(face, to: other.id)
            log.append("assign \(face) to \(other.id)")
        case 4:
            let name = "New \(log.count)"
            let change = try library.assign([face], to: .named(name), by: author)
            note(face, to: change.person?.id ?? "")
            if let id = change.person?.id { names[id] = name }
            log.append("assign \(face) to new \(name)")
        case 5:
            try library.reject([face], from: person.id, by: author)
            assigned[face] = nil
            refused[face, default: []].insert(person.id)
            log.append("reject \(face) from \(person.id)")
        case 6:
            try library.ignore([face], by: author)
            ignored.insert(face)
            log.append("ignore \(face)")
        case 7:
            guard let question = try library.questions(page: PageRequest(limit: 1)).items.first else { return }
            let answer = pick([Question.Answer.same, .different, .unsure]) ?? .unsure
            do throws(LikenessError) {
                try library.answer(question.id, answer, by: author)
            } catch {
                if error.code == .conflict { return }
                throw error
            }
            if let left = question.left.person, let right = question.right.person {
                if answer == .different { apart.append((left.id, right.id)) }
            } else if let face = question.left.faces.first?.id, let right = question.right.person {
                if answer == .same { note(face, to: right.id) }
                if answer == .different { refused[face, default: []].insert(right.id) }
            }
            log.append("\(answer) \(question.id)")
        default:
            let last = try library.decisions(page: PageRequest(limit: 1)).items.first
            guard let last, last.undoable, last.kind == .name || last.kind == .rename else { return }
            try library.undo(last.id, by: author)
            log.append("undo \(last.kind)")
            if let id = last.subjects.first { names[id] = try library.person(id).name }
        }
    }

    private mutating func note(_ face: String, to person: String) {
        assigned[face] = person
        refused[face]?.remove(person)
        ignored.remove(face)
    }

    /// What does not hold, in words; explicit conflicts between decisions are left out.
    func broken(_ library: PhotoLibrary) throws -> [String] {
        var out: [String] = []
        func now(_ person: String) throws -> String { try library.person(person).id }
        for (face, person) in assigned where !ignored.contains(face) {
            let there = try library.face(face).person
            if try there != now(person) { out.append("\(face) was put to \(person), stands with \(there ?? "nobody")") }
        }
        for (face, people) in refused where assigned[face] == nil {
            let there = try library.face(face).person
            for person in people where try there == now(person) {
                out.append("\(face) is with \(person), who was refused")
            }
        }
        for face in ignored where try library.face(face).person != nil { out.append("\(face) was ignored") }
        for (a, b) in apart {
            // merged on purpose by way of others
            let (x, y) = (try now(a), try now(b))
            if x == y, !log.contains(where: { $0.hasPrefix("merge") || $0.hasPrefix("same") }) {
                out.append("\(a) and \(b) were called different")
            }
        }
        for (person, name) in names {
            let found = try library.person(person)
            // a merge into another person brings that one's name
            if found.id == person, found.name != name {
                out.append("\(person) was called \(name), is \(found.name ?? "nameless")")
            }
        }
        return out
    }
}

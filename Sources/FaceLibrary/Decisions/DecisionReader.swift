import GRDB

/// Journal entries as decisions with a sentence for people.
struct DecisionReader {
    let db: Database

    func decision(_ entry: JournalEntry) throws -> Decision {
        let undoneBy = try String.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM decision WHERE undoes = ?"), arguments: [entry.seq])
        let undoes = try entry.undoes.flatMap {
            try String.fetchOne(db.cachedStatement(sql: "SELECT id FROM decision WHERE seq = ?"), arguments: [$0])
        }
        let p = entry.payload
        let people = [p.created, p.person, p.other].compactMap { $0 } + (p.from ?? [])
        let faces = ([p.face].compactMap { $0 } + (p.faces ?? [])).prefix(50)
        return Decision(
            id: entry.id, seq: entry.seq, kind: entry.kind, summary: try summary(entry), actor: entry.actor,
            at: Timestamp.text(entry.at), undoable: entry.kind != .forget && undoneBy == nil, undoneBy: undoneBy,
            undoes: undoes, subjects: people + faces)
    }

    private func summary(_ entry: JournalEntry) throws -> String {
        let p = entry.payload
        let faces = (p.faces?.count ?? 1)
        let some = faces == 1 ? "1 face" : "\(faces) faces"
        switch entry.kind {
        case .name, .rename:
            guard let name = p.name else { return "Took the name \(p.before ?? "") away" }
            if let before = p.before { return "Renamed \(before) to \(name)" }
            return "Named \(p.count.map { $0 == 1 ? "1 face" : "\($0) faces" } ?? "a person") \(name)"
        case .same: return "Said that two groups are one person\(try called(p.person))"
        case .different: return "Said that two are different people"
        case .unsure: return "Was not sure about a question"
        case .assign: return "Put \(some) to \(try p.name ?? who(p.created ?? p.person))"
        case .reject: return "Said that \(some) \(faces == 1 ? "is" : "are") not \(try who(p.person))"
        case .ignore:
            return p.reason == "not-a-face"
                ? "Said that \(some) \(faces == 1 ? "is" : "are") no face" : "Ignored \(some)"
        case .unignore: return "Took \(some) back from the ignored"
        case .box: return "Drew a face\(try called(p.person))"
        case .unbox: return "Removed a face"
        case .hide: return "\(p.flag == true ? "Hid" : "Showed") \(try who(p.person))"
        case .favourite:
            return p.flag == true
                ? "Made \(try who(p.person)) a favourite" : "Took \(try who(p.person)) from the favourites"
        case .avatar: return "Chose a picture of \(try who(p.person))"
        case .birthDate: return "Set the birth date of \(try who(p.person))"
        case .merge:
            let count = p.from?.count ?? 1
            return "Merged \(count == 1 ? "a group" : "\(count) groups") into \(try who(p.person))"
        case .split: return "Split \(some) from \(try who(p.person))"
        case .forget: return "Forgot \(p.count.map { "\($0) faces" } ?? "faces") for good"
        case .undo:
            let target = try entry.undoes.flatMap { try JournalEntry.find(db, seq: $0) }
            return try target.map { "Took back: \(try summary($0))" } ?? "Took a decision back"
        case .settings: return "Changed the settings"
        }
    }

    private func called(_ person: String?) throws -> String {
        guard let person, let name = try name(person) else { return "" }
        return ": \(name)"
    }

    private func who(_ person: String?) throws -> String { try person.flatMap { try name($0) } ?? "an unnamed person" }

    private func name(_ id: String) throws -> String? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT p.name FROM identity i JOIN person p ON p.no = i.root WHERE i.id = ?"),
            arguments: [id])
    }
}

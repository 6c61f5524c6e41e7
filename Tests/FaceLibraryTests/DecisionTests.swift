import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Decisions")
struct DecisionTests {
    private func code(_ body: () throws -> Void) -> LikenessError.Code? {
        do { try body() } catch { return (error as? LikenessError)?.code }
        return nil
    }

    @Test("photos of six people become six people")
    func groups() throws {
        let f = try LibraryFixture()
        let people = try f.people()
        #expect(people.count == 6)
        #expect(people.reduce(0) { $0 + $1.faces } == 34)
        try f.expectHealthy()
    }

    @Test("names, birth dates and favourites stick to the person and raise its version")
    func naming() throws {
        let f = try LibraryFixture()
        let person = try f.people()[0]
        let change = try f.library.update(
            person.id, PersonUpdate(name: .some("  Anna "), birthDate: .some("2001-05-04"), favourite: true),
            ifMatch: person.version, by: f.owner)
        #expect(change.person?.name == "Anna")
        #expect(change.person?.birthDate == "2001-05-04")
        #expect(change.person?.favourite == true)
        #expect(change.person?.version == person.version + 3)
        #expect(try f.people(.named).map(\.id) == [person.id])
        #expect(try f.library.decisions().items.map(\.kind) == [.favourite, .birthDate, .name])
        try f.expectHealthy()
    }

    @Test("a stale version is refused with a typed error, and nothing changes")
    func stale() throws {
        let f = try LibraryFixture()
        let person = try f.people()[0]
        try f.library.update(person.id, PersonUpdate(name: .some("Anna")), ifMatch: person.version, by: f.owner)
        #expect(
            code {
                try f.library.update(person.id, PersonUpdate(name: .some("Bea")), ifMatch: person.version, by: f.owner)
            } == .staleVersion)
        #expect(try f.library.person(person.id).name == "Anna")
    }

    @Test("the same request key is one decision")
    func repeated() throws {
        let f = try LibraryFixture()
        let person = try f.people()[0]
        let author = Author("owner", requestKey: "k1")
        let first = try f.library.update(person.id, PersonUpdate(name: .some("Anna")), by: author)
        let again = try f.library.update(person.id, PersonUpdate(name: .some("Anna")), by: author)
        #expect(first.decision.id == again.decision.id)
        #expect(try f.library.decisions().items.count == 1)
    }

    @Test("bad input is refused with its field")
    func input() throws {
        let f = try LibraryFixture(people: 2, pictures: 3)
        let people = try f.people()
        let id = people[0].id
        #expect(code { try f.library.update(id, PersonUpdate(), by: f.owner) } == .invalidInput)
        #expect(code { try f.library.update(id, PersonUpdate(name: .some("  ")), by: f.owner) } == .invalidInput)
        #expect(code { try f.library.update(id, PersonUpdate(name: .some("a\u{7}b")), by: f.owner) } == .invalidInput)
        #expect(
            code { try f.library.update(id, PersonUpdate(birthDate: .some("2001-02-30")), by: f.owner) }
                == .invalidInput)
        #expect(code { try f.library.update("per_x", PersonUpdate(name: .some("A")), by: f.owner) } == .notFound)
        #expect(code { try f.library.merge(into: id, from: [id], by: f.owner) } == .invalidInput)
        #expect(code { try f.library.split(id, faces: try f.faces(of: people[1].id), by: f.owner) } == .invalidInput)
        #expect(code { try f.library.split(id, faces: try f.faces(of: id), by: f.owner) } == .invalidInput)
        #expect(code { _ = try f.library.people(page: PageRequest(cursor: "%%")) } == .invalidInput)
        #expect(code { try f.library.undo("dec_nothing", by: f.owner) } == .notFound)
        #expect(try f.library.decisions().items.isEmpty)
    }

    @Test("a merge keeps both ids and asks when names differ")
    func merging() throws {
        let f = try LibraryFixture()
        let people = try f.people()
        let (a, b, c) = (people[0], people[1], people[2])
        try f.library.update(b.id, PersonUpdate(name: .some("Bea")), by: f.owner)
        let change = try f.library.merge(into: a.id, from: [b.id], ifMatch: a.version, by: f.owner)
        #expect(change.person?.name == "Bea")
        #expect(change.person?.faces == a.faces + b.faces)
        let former = try f.library.person(b.id)
        #expect(former.id == a.id && former.movedTo == a.id)
        #expect(try f.library.person(a.id).aliases == [b.id])
        try f.library.update(c.id, PersonUpdate(name: .some("Carla")), by: f.owner)
        #expect(code { try f.library.merge(into: a.id, from: [c.id], by: f.owner) } == .conflict)
        let named = try f.library.merge(into: a.id, from: [c.id], name: "Bea", by: f.owner)
        #expect(named.person?.faces == a.faces + b.faces + c.faces)
        try f.expectHealthy()
        try f.regroup()
        #expect(try f.library.person(c.id).faces == a.faces + b.faces + c.faces)
        try f.expectHealthy()
    }

    @Test("a split makes a person that stays apart")
    func splitting() throws {
        let f = try LibraryFixture()
        let person = try f.people()[0]
        let moving = Array(try f.faces(of: person.id).prefix(2))
        let change = try f.library.split(person.id, faces: moving, name: "Joe", by: f.owner)
        let created = try #require(change.created)
        #expect(created.faces == 2 && created.name == "Joe" && created.confirmed == 2)
        #expect(change.person?.faces == person.faces - 2)
        try f.regroup()
        #expect(try f.faces(of: created.id) == moving)
        #expect(try f.library.person(person.id).faces == person.faces - 2)
        #expect(try !f.library.similarPeople(to: person.id).map(\.person.id).contains(created.id))
        try f.expectHealthy()
    }

    @Test("faces are moved, rejected, ignored and found again one by one")
    func single() throws {
        let f = try LibraryFixture()
        let people = try f.people()
        let faces = try f.faces(of: people[0].id)
        let named = try f.library.assign([faces[0]], to: .named("Dora"), by: f.owner)
        let dora = try #require(named.person)
        #expect(dora.name == "Dora" && dora.faces == 1)
        try f.library.assign([faces[1]], to: .person(people[1].id), by: f.owner)
        #expect(try f.faces(of: people[1].id).contains(faces[1]))
        try f.library.reject([faces[2]], from: people[0].id, by: f.owner)
        #expect(try f.library.face(faces[2]).role == .loose)
        try f.library.ignore([faces[3]], by: f.owner)
        #expect(try f.library.face(faces[3]).role == .ignored)
        try f.library.ignore([faces[4]], notAFace: true, by: f.owner)
        #expect(try f.library.face(faces[4]).role == .rejected)
        try f.regroup()
        #expect(try f.library.face(faces[0]).person == dora.id)
        #expect(try f.library.face(faces[1]).person == people[1].id)
        #expect(try f.library.face(faces[2]).role == .loose)
        #expect(try f.library.face(faces[3]).role == .ignored)
        try f.library.unignore([faces[3]], by: f.owner)
        #expect(try f.library.face(faces[3]).person == people[0].id)
        try f.expectHealthy()
    }

    @Test("drawn boxes get a vector, keep their place and can be removed")
    func boxes() throws {
        let f = try LibraryFixture()
        let photo = try f.library.photos(page: PageRequest(limit: 1)).items[0]
        let change = try f.library.drawBox([0.7, 0.7, 0.1, 0.2], in: photo.id, for: .named("Emil"), by: f.owner)
        let face = try #require(change.face)
        #expect(face.source == .manual && change.person?.name == "Emil")
        try f.runner().runUntilIdle()
        #expect(try f.library.neighbours(of: face.id, limit: 3).count == 3)
        try f.importAll(.init(detector: "words-2"), again: true)
        #expect(try f.library.face(face.id).box == [0.7, 0.7, 0.1, 0.2])
        #expect(try f.library.face(face.id).person == change.person?.id)
        try f.library.removeBox(face.id, by: f.owner)
        #expect(try f.library.photo(photo.id).faces?.contains { $0.id == face.id } == false)
        try f.expectHealthy()
    }

    @Test("every kind of decision can be taken back, and again")
    func undo() throws {
        let f = try LibraryFixture()
        let people = try f.people()
        let faces = try f.faces(of: people[0].id)
        try f.runner().runUntilIdle()
        try f.library.refreshQuestions()
        let acts: [(PhotoLibrary) throws -> PersonChange] = [
            { try $0.update(people[0].id, PersonUpdate(name: .some("Anna")), by: f.owner) },
            { try $0.update(people[0].id, PersonUpdate(hidden: true), by: f.owner) },
            { try $0.update(people[0].id, PersonUpdate(favourite: true), by: f.owner) },
            { try $0.update(people[0].id, PersonUpdate(birthDate: .some("1999-12-31")), by: f.owner) },
            { try $0.update(people[0].id, PersonUpdate(avatar: .some(faces[0])), by: f.owner) },
            { try $0.merge(into: people[0].id, from: [people[1].id, people[2].id], by: f.owner) },
            { try $0.split(people[0].id, faces: Array(faces.prefix(2)), by: f.owner) },
            { try $0.assign([faces[0]], to: .person(people[3].id), by: f.owner) },
            { try $0.assign([faces[0]], to: .named("New"), by: f.owner) },
            { try $0.reject([faces[0]], from: people[0].id, by: f.owner) },
            { try $0.ignore([faces[0]], by: f.owner) },
            { try $0.removeBox(faces[0], by: f.owner) },
        ]
        for (k, act) in acts.enumerated() {
            let before = try f.visibleState()
            let change = try act(f.library)
            let after = try f.visibleState()
            #expect(before != after, "act \(k) shows nothing")
            let undone = try f.library.undo(change.decision.id, by: f.owner)
            let back = try f.visibleState()
            for table in LibraryFixture.projections where table != "person" {
                #expect(back[table] == before[table], "act \(k), \(table)")
            }
            #expect(code { try f.library.undo(change.decision.id, by: f.owner) } == .conflict)
            let again = try f.library.undo(undone.decision.id, by: f.owner)
            #expect(try f.visibleState()["place"] == after["place"], "act \(k) done again")
            try f.library.undo(again.decision.id, by: f.owner)
            #expect(try f.visibleState()["place"] == before["place"], "act \(k) taken back again")
            try f.expectHealthy()
        }
    }

    @Test("undo leaves newer decisions alone, in any order")
    func undoOrder() throws {
        let f = try LibraryFixture()
        let people = try f.people()
        let face = try f.faces(of: people[0].id)[0]
        let before = try f.visibleState()["place"]
        let first = try f.library.assign([face], to: .person(people[1].id), by: f.owner)
        let second = try f.library.assign([face], to: .person(people[2].id), by: f.owner)
        try f.library.undo(first.decision.id, by: f.owner)
        #expect(try f.library.face(face).person == people[2].id)
        try f.library.undo(second.decision.id, by: f.owner)
        #expect(try f.library.face(face).person == people[0].id)
        #expect(try f.visibleState()["place"] == before)
        let merge1 = try f.library.merge(into: people[1].id, from: [people[0].id], by: f.owner)
        let merge2 = try f.library.merge(into: people[2].id, from: [people[1].id], by: f.owner)
        try f.library.undo(merge1.decision.id, by: f.owner)
        #expect(try f.library.person(people[0].id).id == people[0].id)
        #expect(try f.library.person(people[1].id).id == people[2].id)
        try f.library.undo(merge2.decision.id, by: f.owner)
        #expect(try f.visibleState()["place"] == before)
        try f.expectHealthy()
    }

    @Test("a person lasts while one decision about it stands, whichever is taken back")
    func undoFirst() throws {
        let f = try LibraryFixture()
        let people = try f.people()
        let (a, b) = (people[0], people[1])
        let all = Set(try f.faces(of: a.id) + f.faces(of: b.id))
        let first = try f.library.update(a.id, PersonUpdate(name: .some("Anna")), by: f.owner)
        try f.library.merge(into: a.id, from: [b.id], by: f.owner)
        try f.library.undo(first.decision.id, by: f.owner)
        try f.regroup()
        #expect(Set(try f.faces(of: a.id)) == all)
        let favourite = try f.library.update(people[2].id, PersonUpdate(favourite: true), by: f.owner)
        let faces = try f.faces(of: people[2].id)
        try f.library.update(people[2].id, PersonUpdate(name: .some("Carla")), by: f.owner)
        try f.library.undo(favourite.decision.id, by: f.owner)
        try f.regroup()
        #expect(try f.faces(of: people[2].id) == faces && f.library.person(people[2].id).name == "Carla")
        try f.expectHealthy()
    }

    @Test("a drawn box that is taken back is gone, and comes again")
    func undoBox() throws {
        let f = try LibraryFixture()
        let photo = try f.library.photos(page: PageRequest(limit: 1)).items[0]
        let person = try f.people()[0]
        let faces = try f.faces(of: person.id)
        let change = try f.library.drawBox([0.7, 0.7, 0.1, 0.2], in: photo.id, for: .person(person.id), by: f.owner)
        let face = try #require(change.face)
        func isThere() throws -> Bool { try f.library.photo(photo.id).faces?.contains { $0.id == face.id } == true }
        #expect(try isThere())
        let undone = try f.library.undo(change.decision.id, by: f.owner)
        #expect(try !isThere())
        try f.library.undo(undone.decision.id, by: f.owner)
        #expect(try isThere())
        // the drawn face is alone in the density groups: the others must stay with the person
        try f.regroup()
        #expect(Set(try f.faces(of: person.id)) == Set(faces + [face.id]))
        try f.expectHealthy()
    }

    @Test("a decision that claims a face for its group and by itself can be taken back", .timeLimit(.minutes(1)))
    func claimedTwice() throws {
        let f = try LibraryFixture()
        let photo = try f.library.photos(page: PageRequest(limit: 1)).items[0]
        let person = try f.people()[0]
        let box = try f.library.drawBox([0.7, 0.7, 0.1, 0.2], in: photo.id, for: .person(person.id), by: f.owner)
        let face = try #require(box.face?.id)
        try f.library.undo(box.decision.id, by: f.owner)
        // as earlier versions wrote it, when the box had been drawn before and stood in the person's group
        try f.library.execute(
            """
            UPDATE decision SET payload = json_insert(payload, '$.members.\(person.id)[#]', '\(face)') WHERE kind = 'box'
            """)
        let report = try f.library.examine(replay: true)
        #expect(report.checks.count > 3)
        #expect(try f.library.contents(of: ["claim"])["claim"]?.isEmpty == true)
    }

    @Test("settings are decisions too")
    func settings() throws {
        let f = try LibraryFixture(people: 2, pictures: 3)
        let first = try f.library.settings()
        let changed = try f.library.updateSettings(
            SettingsUpdate(threshold: .some(0.7), minFacesShown: 3), ifMatch: first.version, by: f.owner)
        #expect(changed.threshold == 0.7 && changed.minFacesShown == 3 && changed.version == first.version + 1)
        #expect(
            code { try f.library.updateSettings(.init(minFacesShown: 4), ifMatch: first.version, by: f.owner) }
                == .staleVersion)
        #expect(code { try f.library.updateSettings(.init(threshold: .some(1.5)), by: f.owner) } == .invalidInput)
        try f.library.undo(try f.library.decisions().items[0].id, by: f.owner)
        #expect(try f.library.settings().threshold == nil)
        try f.expectHealthy()
    }
}

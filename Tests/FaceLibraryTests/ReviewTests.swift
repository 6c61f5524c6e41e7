import FaceCore
import FaceLibrary
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite("What a review found")
struct ReviewTests {
    private func code(_ body: () throws -> Void) -> LikenessError.Code? {
        do { try body() } catch { return (error as? LikenessError)?.code }
        return nil
    }

    @Test("faces that another detector sees again have one vector; one that it misses comes back with the next")
    func replaced() throws {
        let f = try LibraryFixture()
        let photo = try #require(try f.library.photos(path: "g0-0.jpg").items.first)
        let faces = try #require(try f.library.photo(photo.id).faces)
        #expect(faces.count == 2)
        try f.importAll(.init(detector: "words-2", shift: 0.01), again: true)
        try f.expectHealthy()
        let near = try f.library.neighbours(of: faces[0].id, limit: 20)
        // the five others of the person first, each face once
        #expect(near.count >= 5 && Set(near.map(\.face.id)).count == near.count)
        #expect(near.prefix(5).allSatisfy { $0.face.person == faces[0].person || $0.similarity > 0.5 })
        // somebody is not seen any more
        try f.importAll(.init(detector: "words-3", blind: [1]), again: true)
        #expect(try f.library.photo(photo.id).faces?.count == 1)
        try f.expectHealthy()
        let left = try f.library.search(face: faces[0].id, limit: 30).results.map(\.face.id)
        #expect(!left.contains(faces[1].id) && Set(left).count == left.count)
        try f.importAll(.init(detector: "words-4"), again: true)
        let back = try f.library.face(faces[1].id)
        #expect(back.person != nil, "a face that is found again is grouped again")
        #expect(try f.people().count == 6)
        try f.expectHealthy()
    }

    @Test("thresholds follow the size of the library, and change when it has doubled")
    func sizes() throws {
        let standard = GroupingParameters()
        #expect(standard.size == nil && standard.sized(0).size == 125 && standard.sized(176).size == 125)
        #expect(standard.sized(177).size == 250 && standard.sized(250_000).size == 256_000)
        // what older libraries wrote knows no size
        let old = try JSONDecoder().decode(
            GroupingParameters.self, from: Data(#"{"threshold":null,"qualityFloor":0.1}"#.utf8))
        #expect(old == standard)
        let f = try LibraryFixture(people: 6, pictures: 28)
        let before = try f.partition()
        for k in 0..<12 { try f.photos.write("later-\(k)", [.init(person: k % 6, variant: 500 + k)]) }
        try f.importAll()
        let grown = try f.partition()
        #expect(grown.count == before.count)
        try f.regroup()
        #expect(try f.partition() == grown, "an import past the step is as good as grouping anew")
        try f.expectHealthy()
    }

    @Test("parameters that were chosen become the settings, and each request is a run of its own")
    func chosen() throws {
        let f = try LibraryFixture()
        let one = try f.library.enqueueGrouping(GroupingParameters(threshold: 0.5, qualityFloor: 0.2))
        let two = try f.library.enqueueGrouping(GroupingParameters(threshold: 0.6, qualityFloor: 0.2))
        #expect(one.id != two.id)
        #expect(try f.library.settings().threshold == 0.6 && f.library.settings().qualityFloor == 0.2)
        try f.runner().runUntilIdle()
        let before = try f.library.settings().version
        try f.photos.write("later", [.init(person: 3, variant: 77)])
        let job = try f.importAll()
        guard case .object(let groups)? = job.detail["groups"], case .number(let looked)? = groups["groupsLookedAt"]
        else { throw LikenessError(.defect, "no report") }
        #expect(looked <= 2, "the next import works on what changed alone")
        #expect(try f.library.settings().version == before)
        try f.expectHealthy()
    }

    @Test("a folder inside of another one is not read twice, and both show their photos")
    func nested() throws {
        let f = try LibraryFixture(imports: false)
        try f.photos.write("inner/a", [.init(person: 0, variant: 100)])
        try f.photos.write("inner/b", [.init(person: 1, variant: 100)])
        let inner = try f.library.enqueueImport([f.photos.folder + "/inner"])
        try f.runner().runUntilIdle()
        #expect(try f.library.job(inner.id).state == .done)
        let outer = try f.importAll()
        guard case .object(let scan)? = outer.detail["scan"] else { throw LikenessError(.defect, "no report") }
        #expect(scan["unchanged"] == .number(2) && scan["new"] == .number(32))
        let again = try f.importAll()
        guard case .object(let second)? = again.detail["scan"] else { throw LikenessError(.defect, "no report") }
        #expect(second["unchanged"] == .number(34))
        let folders = try f.library.imports()
        #expect(folders.map(\.photos.total).sorted() == [2, 34])
        // what goes is noticed from either
        try FileManager.default.removeItem(atPath: f.photos.path("inner/a"))
        let third = try f.importAll()
        guard case .object(let last)? = third.detail["scan"] else { throw LikenessError(.defect, "no report") }
        #expect(last["gone"] == .number(1))
        try f.expectHealthy()
    }

    @Test("a click on one person takes no question of others about her away")
    func partners() throws {
        let f = try LibraryFixture(people: 2, pictures: 12)
        for k in 0..<12 {
            let photo = try #require(try f.library.photos(path: "p0-\(k).jpg").items.first)
            let face = try #require(try f.library.photo(photo.id).faces?.first)
            try f.library.assign([face.id], to: .named("P \(k)"), by: f.owner)
        }
        try f.library.refreshQuestions()
        func open(_ person: String) throws -> Set<String> {
            let all = try f.library.questions(page: PageRequest(limit: 500)).items
            return Set(all.filter { $0.left.person?.id == person || $0.right.person?.id == person }.map(\.id))
        }
        let people = try f.people(.named)
        let counts = try people.map { try open($0.id).count }
        let popular = people[counts.firstIndex(of: counts.max() ?? 0) ?? 0]
        let before = try open(popular.id)
        #expect(before.count > 6, "more than its own list: \(counts)")
        try f.library.update(popular.id, PersonUpdate(favourite: true), by: f.owner)
        try f.library.refreshQuestions()
        #expect(try open(popular.id) == before)
    }

    @Test("the question whose answer is taken back is open at once")
    func reopened() throws {
        let f = try LibraryFixture(people: 2, pictures: 6)
        let faces = try f.faces(of: try f.people()[0].id)
        try f.library.assign([faces[0]], to: .named("Eins"), by: f.owner)
        try f.library.refreshQuestions()
        let question = try #require(try f.library.questions().items.first)
        for answer in [Question.Answer.unsure, .different, .same] {
            let given = try f.library.answer(question.id, answer, by: f.owner)
            let without = try f.library.questions(page: PageRequest(limit: 500)).items.map(\.id)
            #expect(!without.contains(question.id))
            try f.library.undo(given.decision.id, by: f.owner)
            #expect(
                try f.library.questions(page: PageRequest(limit: 500)).items.map(\.id).contains(question.id),
                "\(answer)")
        }
        try f.expectHealthy()
    }

    @Test("a forgetting that runs goes to its end; one that waits can be cancelled")
    func halfForgotten() throws {
        let f = try LibraryFixture(people: 2, pictures: 3)
        let person = try f.people()[0]
        let waiting = try f.library.enqueueForget(.person(person.id), by: f.owner)
        #expect(try f.library.cancel(job: waiting.id).state == .cancelled)
        let job = try f.library.enqueueForget(.person(person.id), by: f.owner)
        try f.library.execute("UPDATE job SET state = 'running' WHERE state = 'queued'")
        #expect(code { _ = try f.library.cancel(job: job.id) } == .conflict)
        #expect(code { _ = try f.library.pause(job: job.id) } == .conflict)
    }

    @Test("who loses faces has another version")
    func losers() throws {
        let f = try LibraryFixture()
        let people = try f.people()
        let faces = try f.faces(of: people[0].id)
        try f.library.assign([faces[0]], to: .person(people[1].id), by: f.owner)
        let after = try f.library.person(people[0].id)
        #expect(after.version > people[0].version)
        #expect(
            code {
                try f.library.update(
                    people[0].id, PersonUpdate(name: .some("A")), ifMatch: people[0].version, by: f.owner)
            } == .staleVersion)
        try f.library.ignore([faces[1]], by: f.owner)
        #expect(try f.library.person(people[0].id).version > after.version)
        try f.expectHealthy()
    }

    @Test(
        "the doctor finds what does not add up",
        arguments: [
            "UPDATE card SET faces = faces + 1 WHERE person = (SELECT MIN(person) FROM card)",
            "DELETE FROM card WHERE person = (SELECT MIN(person) FROM card)",
            "UPDATE place SET role = 'loose' WHERE face = (SELECT MIN(face) FROM place WHERE person IS NOT NULL)",
            "UPDATE photo SET state = 'odd' WHERE no = 1", "UPDATE photo SET missing = 1 WHERE no = 1",
            "UPDATE photo SET state = 'no-faces' WHERE no = 1", "UPDATE face SET dropped = 1 WHERE no = 1",
            "DELETE FROM embedding WHERE face = 1", "DELETE FROM density_row WHERE face = 1",
            "UPDATE photo SET state = 'failed' WHERE no = 1",
        ])
    func doctor(_ damage: String) throws {
        let f = try LibraryFixture(people: 2, pictures: 3)
        #expect(try f.library.examine(replay: false).isHealthy)
        try f.library.execute(damage)
        #expect(try !f.library.examine(replay: false).isHealthy, "\(damage)")
    }

    @Test("a forgetting says so when a name is left somewhere")
    func traces() throws {
        let f = try LibraryFixture(people: 2, pictures: 3)
        let person = try f.people()[0]
        try f.library.update(person.id, PersonUpdate(name: .some("Unvergessen")), by: f.owner)
        try f.library.execute("INSERT INTO receipt (at, text) VALUES (0, 'a bug wrote unvergessen here')")
        let job = try f.library.enqueueForget(.person(person.id), by: f.owner)
        try f.runner().runUntilIdle()
        let ended = try f.library.job(job.id)
        #expect(ended.detail["verified"] == .flag(false))
        #expect(ended.detail["remains"] == .list([.text("1 rows of names")]))
    }

    @Test("what contradicts itself is listed until it does not any more")
    func conflicts() throws {
        let f = try LibraryFixture()
        #expect(try f.library.conflicts().items.isEmpty)
        let photo = try #require(try f.library.photos(path: "g0-0.jpg").items.first)
        let faces = try #require(try f.library.photo(photo.id).faces)
        let (a, b) = (try #require(faces[0].person), try #require(faces[1].person))
        let merge = try f.library.merge(into: a, from: [b], by: f.owner)
        let listed = try f.library.conflicts(page: PageRequest(includesTotal: true))
        #expect(listed.items.map(\.kind) == [.samePhoto] && listed.total == 1)
        #expect(Set(listed.items[0].faces.map(\.id)) == Set(faces.map(\.id)) && listed.items[0].person?.id == a)
        try f.expectHealthy()
        try f.library.undo(merge.decision.id, by: f.owner)
        #expect(try f.library.conflicts().items.isEmpty)
        // two people who were called different, and both merged into a third
        let others = try f.people().filter { ![a, b].contains($0.id) }
        let own = try f.faces(of: others[0].id)
        let split = try f.library.split(others[0].id, faces: [own[0]], by: f.owner)
        try f.library.reject([own[1]], from: others[1].id, by: f.owner)
        try f.library.merge(into: others[2].id, from: [others[0].id], by: f.owner)
        try f.library.merge(into: others[2].id, from: [try #require(split.created).id], by: f.owner)
        #expect(try f.library.conflicts().items.contains { $0.kind == .different })
        try f.expectHealthy()
    }

    @Test("faces that somebody split off are no loss that stops a grouping")
    func splitOff() throws {
        let f = try LibraryFixture(people: 3, pictures: 14)
        let person = try f.people()[0]
        try f.library.update(person.id, PersonUpdate(name: .some("A")), by: f.owner)
        let faces = try f.faces(of: person.id)
        try #require(faces.count > 11)
        try f.library.split(person.id, faces: Array(faces.dropFirst()), by: f.owner)
        try f.regroup()
        #expect(try f.faces(of: person.id) == [faces[0]])
        try f.expectHealthy()
    }

    @Test("overview and doctor count the same after all kinds of decisions")
    func sums() throws {
        let f = try LibraryFixture()
        let person = try f.people()[0].id
        let faces = try f.faces(of: person)
        try f.library.ignore([faces[0]], by: f.owner)
        try f.library.removeBox(faces[1], by: f.owner)
        try f.library.reject([faces[2]], from: person, by: f.owner)
        let o = try f.library.overview().faces
        #expect(o.ignored == 1 && o.loose == 1 && o.notConsidered == 0)
        #expect(o.total == o.inPeople + o.loose + o.ignored)
        try f.expectHealthy()
    }
}

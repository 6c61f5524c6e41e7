import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import GRDB
import Synchronization
import Testing

@Suite("Changes at once")
struct TogetherTests {
    @Test("changes that come at once are all made, and one that is refused takes nothing of the others back")
    func refused() throws {
        let f = try LibraryFixture(people: 12, pictures: 4)
        let (library, owner, people) = (f.library, f.owner, try f.people())
        let codes = Mutex([Int: LikenessError.Code]())
        atOnce(people.count) { k in
            do throws(LikenessError) {
                let version = people[k].version + (k % 3 == 0 ? 7 : 0)
                try library.update(
                    people[k].id, PersonUpdate(name: .some("Name \(k)"), favourite: true), ifMatch: version, by: owner)
            } catch {
                codes.withLock { $0[k] = error.code }
            }
        }
        for k in people.indices {
            let isRefused = k % 3 == 0
            let now = try library.person(people[k].id)
            #expect(codes.withLock { $0[k] } == (isRefused ? .staleVersion : nil))
            #expect(now.name == (isRefused ? nil : "Name \(k)") && now.favourite == !isRefused)
        }
        let made = people.indices.count { $0 % 3 != 0 }
        #expect(try library.decisions(page: PageRequest(limit: 500)).items.count == 2 * made)
        try f.expectHealthy()
    }

    @Test("who waits shares one transaction; the part that fails is taken back alone")
    func parts() throws {
        let f = try LibraryFixture(people: 2, pictures: 2, imports: false)
        let store = f.library.store
        let (holds, goes) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let first = DispatchGroup()
        first.enter()
        Thread.detachNewThread {
            _ = try? store.writeTogether { _ in
                holds.signal()
                goes.wait()
            }
            first.leave()
        }
        holds.wait()
        let failed = Mutex(Set<Int>())
        let waiting = DispatchGroup()
        for k in 0..<8 {
            waiting.enter()
            Thread.detachNewThread {
                do {
                    try store.writeTogether { db in
                        try db.run("INSERT INTO receipt (at, text) VALUES (?, 'one')", [k])
                        if k % 4 == 1 { throw LikenessError(.defect, "a part that fails") }
                    }
                } catch { failed.withLock { _ = $0.insert(k) } }
                waiting.leave()
            }
        }
        // all of them wait by then, or share later transactions: the outcome is the same
        usleep(200_000)
        goes.signal()
        first.wait()
        waiting.wait()
        #expect(failed.withLock { $0 } == [1, 5])
        let rows = try f.library.contents(of: ["receipt"])["receipt"] ?? []
        #expect(rows.count == 6)
    }

    @Test("a name moves no face, a merge writes whose they are and nothing else, and its undo as much")
    func rows() throws {
        let f = try LibraryFixture(people: 4, pictures: 5)
        let library = f.library
        try library.execute("CREATE TABLE moves (what TEXT)")
        for what in ["INSERT", "DELETE", "UPDATE"] {
            try library.execute(
                "CREATE TRIGGER place_\(what) AFTER \(what) ON place BEGIN INSERT INTO moves VALUES ('\(what)'); END")
        }
        func moves() throws -> [String] {
            defer { try? library.execute("DELETE FROM moves") }
            return try library.contents(of: ["moves"])["moves"] ?? []
        }
        let people = try f.people().filter { $0.faces > 2 }
        try #require(people.count >= 2)
        try library.update(people[0].id, PersonUpdate(name: .some("A")), by: f.owner)
        #expect(try moves().isEmpty)
        let merged = try library.merge(into: people[0].id, from: [people[1].id], by: f.owner)
        let written = try moves()
        #expect(written.count == people[1].faces && written.allSatisfy { $0.contains("UPDATE") })
        try library.undo(merged.decision.id, by: f.owner)
        #expect(try moves().count == people[1].faces)
        #expect(try library.person(people[1].id).faces == people[1].faces)
        for name in ["INSERT", "DELETE", "UPDATE"] { try library.execute("DROP TRIGGER place_\(name)") }
        try library.execute("DROP TABLE moves")
        try f.expectHealthy()
    }

    @Test("questions about loose faces after a change are those that thinking of all anew gives")
    func loose() throws {
        let f = try LibraryFixture(people: 8, pictures: 5)
        for k in 0..<12 { try f.photos.write("odd-\(k)", [.init(person: k % 8, variant: 300 + k, noise: 0.55)]) }
        try f.importAll()
        try f.regroup(GroupingParameters(threshold: 0.667, qualityFloor: 0.1))
        try f.library.refreshQuestions()
        let people = try f.people()
        try f.library.update(people[0].id, PersonUpdate(hidden: true), by: f.owner)
        try f.library.merge(into: people[1].id, from: [people[2].id], name: "B", by: f.owner)
        try f.library.refreshQuestions()
        let columns: Set<String> = ["no", "probability", "rank"]
        func loose() throws -> [String] {
            try f.library.contents(of: ["question"], without: columns)["question"]?.filter { $0.contains("loose") }
                ?? []
        }
        let kept = try loose()
        #expect(!kept.isEmpty)
        // another process remembers nothing
        try f.library.execute("DELETE FROM question")
        try f.library.execute("INSERT OR IGNORE INTO question_due SELECT person FROM card")
        f.library.looseNeighbours.reset()
        try f.library.refreshQuestions()
        #expect(try loose() == kept)
    }
}

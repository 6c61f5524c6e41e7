import FaceCore
import FaceTestSupport
import Foundation
import Testing

@Suite("Commands of a lasting grouping", .serialized)
struct ClusterStateCommandTests {
    /// A folder with files of vectors of a few people: unit centres with a little noise.
    private struct Bench {
        let folder: TemporaryFolder
        let dimension: Int

        init(dimension: Int = 32) throws {
            folder = try TemporaryFolder()
            self.dimension = dimension
        }

        func path(_ name: String) -> String { folder.file(name) }

        /// Rows of `people` persons in turns; one seed is one set of people.
        func write(_ name: String, rows: Int, people: Int = 5, seed: UInt64 = 1, skip: Int = 0) throws {
            var random = SeededRandom(seed: seed)
            func unit() -> [Float] {
                let v = (0..<dimension).map { _ in Float.random(in: -1...1, using: &random) }
                let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return v.map { $0 / length }
            }
            let centres = (0..<people).map { _ in unit() }
            let all = (0..<skip + rows).map { k in zip(centres[k % people], unit()).map { $0 + 0.4 * $1 } }
            try NPY.write(Matrix(Array(all[skip...])), to: path(name))
        }

        @discardableResult
        func run(_ verb: String, _ arguments: String..., limit: Double = 60) throws -> Program.Outcome {
            try Program.run(["cluster", verb] + arguments, limit: limit)
        }

        /// The groups of a state.
        func labels(_ state: String) throws -> [Int] {
            let r = try run("state", path(state), "--labels", path("labels.npy"), "--force")
            #expect(r.status == 0, "\(r.errors)")
            return try NPY.readLabels(path("labels.npy"))
        }

        func rows(_ state: String) throws -> Int {
            try #require(try run("state", path(state), "--json").json()["rows"] as? Int)
        }
    }

    @Test("a state is made, grows, shrinks, and shows its groups; rows keep numbers, groups ids")
    func life() throws {
        let b = try Bench()
        try b.write("a.npy", rows: 20)
        try b.write("b.npy", rows: 15, skip: 20)
        let first = try b.run("add", b.path("s"), b.path("a.npy"))
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("added 20 rows, numbers 0…19"))
        #expect(first.output.contains("20 rows of space unnamed-32 in 5 groups"))
        let before = try b.labels("s")
        let json = try b.run("add", b.path("s"), b.path("b.npy"), "--json").json()
        #expect(json["rows"] as? Int == 35 && json["groups"] as? Int == 5 && json["moved"] as? Int == 0)
        let added = try #require(json["added"] as? [[String: Any]])
        #expect(added.count == 1 && added[0]["first"] as? Int == 20 && added[0]["rows"] as? Int == 15)
        let after = try b.labels("s")
        #expect(Array(after[..<20]) == before && Set(after).count == 5)

        let gone = try b.run("remove", b.path("s"), "0,5,10-12")
        #expect(gone.status == 0 && gone.output.contains("removed 5 rows\n0 older rows"), "\(gone)")
        let left = try b.labels("s")
        for row in 0..<35 {
            #expect(left[row] == ([0, 5, 10, 11, 12].contains(row) ? -1 : after[row]))
        }
        let state = try b.run("state", b.path("s"), "--json").json()
        #expect(state["rows"] as? Int == 35 && state["live"] as? Int == 30 && state["operations"] as? Int == 3)
    }

    @Test("photos and qualities: two faces of a photo are two people, poor rows found no group")
    func wishes() throws {
        let b = try Bench()
        try b.write("a.npy", rows: 6, people: 1)
        try NPY.write(labels: [7, 7, -1, -1, -1, -1], to: b.path("photos.npy"))
        #expect(try b.run("add", b.path("s"), b.path("a.npy"), "--photos", b.path("photos.npy")).status == 0)
        let labels = try b.labels("s")
        #expect(labels[0] != labels[1])
        try NPY.write(Matrix(rows: 6, columns: 1), to: b.path("quality.npy"))
        let poor = try b.run(
            "add", b.path("t"), b.path("a.npy"), "--quality", b.path("quality.npy"), "--quality-floor", "0.5")
        #expect(poor.output.contains("in 0 groups"), "\(poor)")
        try NPY.write(labels: [1, 2], to: b.path("few.npy"))
        #expect(try b.run("add", b.path("s"), b.path("a.npy"), "--photos", b.path("few.npy")).status == 65)
    }

    @Test("what cannot be is a sentence and a status, and changes nothing")
    func refusals() throws {
        let b = try Bench()
        try b.write("a.npy", rows: 10)
        #expect(try b.run("add", b.path("s"), b.path("a.npy"), "--similarity", "2").status == 64)
        #expect(!FileManager.default.fileExists(atPath: b.path("s")))
        #expect(try b.run("add", b.path("s"), b.path("none.npy")).status == 66)
        #expect(try b.run("state", b.path("s")).status == 66)
        #expect(try b.run("add", b.path("s"), b.path("a.npy")).status == 0)
        let labels = try b.labels("s")
        let small = try Bench(dimension: 16)
        try small.write("c.npy", rows: 3)
        let other = try b.run("add", b.path("s"), small.path("c.npy"))
        #expect(other.status == 65 && other.errors.contains("unnamed-16"), "\(other)")
        #expect(try b.run("add", b.path("s"), b.path("a.npy"), "--similarity", "0.5").status == 64)
        for rows in ["10", "0-10", "0-99999999", "0-9223372036854775807", "-1", "3-1", "x", "", "1,,2", "0-"] {
            let r = try b.run("remove", b.path("s"), "--", rows)
            #expect(r.status == 64 || r.status == 65 || r.status == 66, "\(rows): \(r)")
            #expect(r.errors.contains("error:") || r.errors.contains("Error:"), "\(rows): \(r)")
        }
        var bad = Matrix(rows: 2, columns: 32)
        bad[0, 0] = .nan
        try NPY.write(bad, to: b.path("bad.npy"))
        #expect(try b.run("add", b.path("s"), b.path("bad.npy")).status == 65)
        #expect(try b.run("state", b.path("s"), "--labels", b.path("labels.npy")).status == 73)
        #expect(try b.labels("s") == labels)
        #expect(try b.run("state", b.path("a.npy")).status != 0)
    }

    @Test("an empty folder becomes a state; a folder of other things is left as it is")
    func emptyFolder() throws {
        let b = try Bench()
        try b.write("a.npy", rows: 10)
        for name in ["empty", "other"] {
            try FileManager.default.createDirectory(atPath: b.path(name), withIntermediateDirectories: true)
        }
        #expect(try b.run("state", b.path("other")).status == 66)
        #expect(try FileManager.default.contentsOfDirectory(atPath: b.path("other")).isEmpty)
        #expect(try b.run("add", b.path("empty"), b.path("a.npy")).status == 0)
        #expect(try b.rows("empty") == 10)
    }

    @Test("a damaged state is said to be one, whatever byte is wrong")
    func damage() throws {
        let b = try Bench()
        try b.write("a.npy", rows: 10)
        #expect(try b.run("add", b.path("s"), b.path("a.npy")).status == 0)
        #expect(try b.run("remove", b.path("s"), "9").status == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: b.path("s"))
        let snapshot = b.path("s/" + (try #require(files.first { $0.hasPrefix("snapshot-") })))
        let whole = try Data(contentsOf: URL(fileURLWithPath: snapshot))
        for at in stride(from: 0, to: whole.count, by: whole.count / 11) {
            var wrong = whole
            wrong[at] ^= 0x41
            try wrong.write(to: URL(fileURLWithPath: snapshot))
            let r = try b.run("state", b.path("s"))
            #expect(r.status == 65, "byte \(at): \(r)")
        }
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: snapshot))
        #expect(try b.run("add", b.path("s"), b.path("a.npy")).status == 65)
        try whole.write(to: URL(fileURLWithPath: snapshot))
        #expect(try b.rows("s") == 10)
    }

    @Test("kill -9 at random moments loses nothing that was said to be safe")
    func kills() throws {
        let b = try Bench()
        try b.write("a.npy", rows: 40)
        let started = Date()
        #expect(try b.run("add", b.path("warm"), b.path("a.npy"), "--batch", "2").status == 0)
        let whole = Date().timeIntervalSince(started)
        var random = SeededRandom(seed: 7)
        var (kills, rows, removed) = (0, 0, Set<Int>())
        var history: [[String]] = []
        for round in 0..<200 where kills < 24 {
            let limit = Double.random(in: 0.005...max(0.02, 1.2 * whole), using: &random)
            let victim = round % 4 == 3 && rows > 0 ? rows - 1 - Int.random(in: 0..<min(rows, 9), using: &random) : nil
            if let victim, !removed.contains(victim) {
                let r = try b.run("remove", b.path("s"), "\(victim)", limit: limit)
                kills += r.status == 137 ? 1 : 0
                let live = try #require(try b.run("state", b.path("s"), "--json").json()["live"] as? Int)
                let isGone = live == rows - removed.count - 1
                #expect(isGone || (r.status == 137 && live == rows - removed.count), "round \(round): \(r)")
                if isGone {
                    removed.insert(victim)
                    history.append(["remove", "\(victim)"])
                }
                continue
            }
            let r = try b.run("add", b.path("s"), b.path("a.npy"), "--batch", "2", limit: limit)
            kills += r.status == 137 ? 1 : 0
            #expect(r.status == 137 || r.status == 0, "round \(round): \(r)")
            let promised = r.errors.split(separator: "\n").compactMap { Int($0.prefix { $0 != "/" }) }.max() ?? 0
            let state = try b.run("state", b.path("s"))
            if state.status == 66, rows == 0, promised == 0 { continue }  // ended before there was a state
            let now = try b.rows("s")
            let gained = now - rows
            #expect(
                gained >= promised && gained <= min(40, promised + 2) && gained % 2 == 0,
                "round \(round): \(gained) of \(promised)")
            #expect(r.status != 0 || gained == 40)
            if gained > 0 { history.append(["add", "\(gained)"]) }
            rows = now
        }
        #expect(kills >= 20)
        try compare(b, history)
    }

    /// The interrupted state equals one in which nobody was disturbed.
    private func compare(_ b: Bench, _ history: [[String]]) throws {
        for (k, step) in history.enumerated() {
            if step[0] == "remove" {
                #expect(try b.run("remove", b.path("calm"), step[1]).status == 0)
            } else {
                let all = try NPY.readMatrix(b.path("a.npy"))
                try NPY.write(all.rows(at: 0..<(Int(step[1]) ?? 0)), to: b.path("part\(k).npy"))
                #expect(try b.run("add", b.path("calm"), b.path("part\(k).npy"), "--batch", "2").status == 0)
            }
        }
        #expect(try b.labels("s") == b.labels("calm"))
        // nothing half written stays behind
        let files = try FileManager.default.contentsOfDirectory(atPath: b.path("s")).sorted()
        #expect(files.count == 3 && files[1] == "lock", "\(files)")
    }
}

import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

@Suite("Durable grouping state")
struct GroupingStoreTests {
    private let options = IncrementalOptions(
        similarity: 0.5, minimumPoints: 2, merge: 0.6, confirm: 0.4, releaseSize: 1000, releaseVariance: 0.7)

    /// What a state is to the person: the rows, their groups and ids, and how many operations it has seen.
    private struct Seen: Equatable {
        let groups: [Int64]
        let density: [Int]
        let live: [Bool]
        let operations: Int

        init(_ store: GroupingStore) {
            (groups, density) = (store.grouping.groups, store.grouping.densityGroups)
            (live, operations) = (store.grouping.isLive, store.operations)
        }
    }

    private typealias Step = @Sendable (GroupingStore) throws -> Void

    /// A short life: arrivals, wishes, a deletion, arrivals again.
    private func script() -> [Step] {
        var people = SyntheticPeople(seed: 21)
        let rows = Matrix(people.album([6, 5, 4, 1, 3]).vectors)
        return [
            { try $0.insert(rows.rows(at: stride(from: 0, to: 19, by: 2).map { $0 }), photos: Array(0..<10)) },
            { try $0.join(0, 9) },
            { try $0.pin([0]) },
            { try $0.insert(rows.rows(at: stride(from: 1, to: 19, by: 2).map { $0 })) },
            { try $0.remove([3, 12]) },
            { try $0.separate(0, 1) },
            { try $0.insert(rows.rows(at: [2, 3])) },
        ]
    }

    /// The state after each number of steps, from one uninterrupted run.
    private func history() throws -> [Seen] {
        let folder = try TemporaryFolder()
        let store = try GroupingStore.create(folder.file("s"), space: SyntheticPeople.space, options: options)
        return try [Seen(store)]
            + script().map { step in
                try step(store)
                return Seen(store)
            }
    }

    @Test("a state that is opened again is the one that was left")
    func reopens() throws {
        let expected = try history()
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        _ = try GroupingStore.create(path, space: SyntheticPeople.space, options: options)
        for (k, step) in script().enumerated() {
            let store = try GroupingStore.open(path, expected: SyntheticPeople.space)
            #expect(Seen(store) == expected[k])
            try step(store)
            #expect(Seen(store) == expected[k + 1])
        }
        let store = try GroupingStore.open(path)
        try store.checkpoint()
        #expect(Seen(store) == expected.last)
        #expect(store.grouping.options == options)
    }

    @Test("a process that ends at any write loses nothing that was promised")
    func faults() throws {
        let expected = try history()
        var crashes = 0
        for crashAt in 0..<200 {
            let folder = try TemporaryFolder()
            let path = folder.file("s")
            _ = try GroupingStore.create(path, space: SyntheticPeople.space, options: options)
            let counter = Counter()
            var done = 0
            do {
                let store = try GroupingStore.open(path) { (name, bytes) throws(LikenessError) in
                    defer { counter.value += 1 }
                    // a process that has ended writes nothing more
                    guard counter.value >= crashAt else { return }
                    // half of the crashes while a record is written leave a part of it
                    guard name == "journal write", crashAt % 4 < 2, counter.value == crashAt else {
                        throw LikenessError(.cancelled, "crash")
                    }
                    bytes.removeLast(bytes.count / 2)
                }
                for step in script() {
                    try step(store)
                    done += 1
                }
            } catch { crashes += 1 }
            let again = Seen(try GroupingStore.open(path))
            // the operation under way may or may not have reached the disk; all before it have
            #expect(again == expected[done] || (done + 1 < expected.count && again == expected[done + 1]), "\(crashAt)")
            if done == script().count { break }
        }
        #expect(crashes > 10)
    }

    private final class Counter: @unchecked Sendable { var value = 0 }

    @Test("a journal cut at any byte gives the state of the operations that are whole")
    func truncation() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        var people = SyntheticPeople(seed: 2)
        let rows = Matrix(people.album([2, 1]).vectors)
        var seen: [Seen] = []
        do {
            let store = try GroupingStore.create(path, space: SyntheticPeople.space, options: options)
            seen.append(Seen(store))
            for step in [
                { _ = try store.insert(rows.rows(at: [0, 1])) }, { _ = try store.join(0, 1) },
                { _ = try store.insert(rows.rows(at: [2])) },
            ] {
                try step()
                seen.append(Seen(store))
            }
        }
        let journal = try Data(contentsOf: URL(fileURLWithPath: "\(path)/journal-1.log"))
        var last = -1
        for length in 0...journal.count {
            try journal.prefix(length).write(to: URL(fileURLWithPath: "\(path)/journal-1.log"))
            let store = try GroupingStore.open(path)
            #expect(Seen(store) == seen[store.operations], "cut at \(length)")
            #expect(store.operations >= last)
            last = store.operations
        }
        #expect(last == 3)
    }

    @Test("a flipped bit at any byte of the journal loses nothing silently")
    func flippedBits() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        let file = "\(path)/journal-1.log"
        let whole = try shortLife(path)
        let journal = try Data(contentsOf: URL(fileURLWithPath: file))
        var random = SeededRandom(seed: 5)
        for place in journal.indices {
            var damaged = journal
            damaged[place] ^= 1 << UInt8(Int.random(in: 0..<8, using: &random))
            try damaged.write(to: URL(fileURLWithPath: file))
            #expect(throws: LikenessError.self, "byte \(place)") { try GroupingStore.open(path) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == damaged, "byte \(place): the file was changed")
        }
        try journal.write(to: URL(fileURLWithPath: file))
        #expect(Seen(try GroupingStore.open(path)) == whole)
    }

    @Test("a journal of version 1 is read and replaced")
    func oldJournal() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        let file = "\(path)/journal-1.log"
        let whole = try shortLife(path)
        // version 1: length and checksum in 32 bits each, no head of its own
        let new = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        var old = Array(new[..<16])
        old[4] = 1
        var at = 16
        while at < new.count {
            var length = 0
            for k in 0..<4 { length |= Int(new[at + k]) << (8 * k) }
            old += new[at..<at + 4]
            old += new[at + 16..<at + 20]
            old += new[at + 24..<at + 24 + length]
            at += 24 + length
        }
        try Data(old).write(to: URL(fileURLWithPath: file))
        #expect(Seen(try GroupingStore.open(path)) == whole)
        #expect(!FileManager.default.fileExists(atPath: file), "the old journal is still there")
        #expect(Seen(try GroupingStore.open(path)) == whole)
    }

    /// Three operations; the state after them.
    private func shortLife(_ path: String) throws -> Seen {
        var people = SyntheticPeople(seed: 2)
        let rows = Matrix(people.album([2, 1]).vectors)
        let store = try GroupingStore.create(path, space: SyntheticPeople.space, options: options)
        try store.insert(rows.rows(at: [0, 1]))
        try store.join(0, 1)
        try store.insert(rows.rows(at: [2]))
        return Seen(store)
    }

    @Test("an operation counts although its snapshot cannot be written; that is tried again")
    func fullDisk() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        var people = SyntheticPeople(seed: 3)
        let rows = Matrix(people.album([3, 3]).vectors)
        _ = try GroupingStore.create(path, space: SyntheticPeople.space, options: options)
        for step in ["snapshot", "new journal", "old files"] {
            let isFull = Flag()
            let store = try GroupingStore.open(path) { (name, _) throws(LikenessError) in
                if isFull.value, name == step { throw LikenessError(.fileUnwritable, "the disk is full") }
            }
            let first = try store.insert(rows).rows.lowerBound
            isFull.value = true
            try store.remove([first + 1])
            #expect(store.checkpointFailure?.code == .fileUnwritable, "\(step)")
            #expect(!store.grouping.isLive[first + 1])
            let count = store.grouping.count
            // with no journal an operation is refused, and then it has not happened
            if step == "new journal" {
                isFull.value = false
            }
            try store.join(first, first + 2)
            #expect(store.grouping.count == count)
            isFull.value = false
            try store.join(first, first + 2)
            #expect(store.checkpointFailure == nil, "\(step)")
            let files = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(files.count == 3, "\(step): \(files)")
        }
    }

    private final class Flag: @unchecked Sendable { var value = false }

    @Test("a damaged or cut snapshot is an error, never a crash")
    func hostileSnapshot() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        do {
            let store = try GroupingStore.create(path, space: SyntheticPeople.space, options: options)
            for step in script().prefix(4) { try step(store) }
            try store.checkpoint()
        }
        let file = "\(path)/snapshot-2.state"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        for k in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
            var hostile = bytes
            hostile[k] ^= 0x10
            try hostile.write(to: URL(fileURLWithPath: file))
            // padding between sections has no checksum: such a file is the same state
            if let store = try? GroupingStore.open(path) { #expect(store.operations == 4) }
            try bytes.prefix(k).write(to: URL(fileURLWithPath: file))
            #expect(throws: LikenessError.self) { try GroupingStore.open(path) }
        }
    }

    @Test("after a removal no file holds the vectors")
    func forgets() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        var people = SyntheticPeople(seed: 3)
        let rows = Matrix(people.album([3, 3]).vectors)
        let store = try GroupingStore.create(path, space: SyntheticPeople.space, options: options)
        try store.insert(rows)
        let needle = rows.row(4).withUnsafeBytes { Data($0.prefix(64)) }
        func holds() throws -> Bool {
            try FileManager.default.contentsOfDirectory(atPath: path).contains { name in
                try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")).range(of: needle) != nil
            }
        }
        #expect(try holds())
        try store.remove([4])
        #expect(try !holds())
    }

    @Test("one process at a time, one state a folder, one space a state")
    func exclusive() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        var store: GroupingStore? = try GroupingStore.create(path, space: SyntheticPeople.space)
        #expect(throws: LikenessError.self) { try GroupingStore.open(path) }
        #expect(throws: LikenessError.self) { try GroupingStore.create(path, space: SyntheticPeople.space) }
        withExtendedLifetime(store) {}
        store = nil
        let other = EmbeddingSpace(id: "other", dimension: 128, metric: .cosine, normalised: true)
        #expect(throws: LikenessError.self) { try GroupingStore.open(path, expected: other) }
        #expect(throws: LikenessError.self) { try GroupingStore.open(folder.file("none")) }
    }
}

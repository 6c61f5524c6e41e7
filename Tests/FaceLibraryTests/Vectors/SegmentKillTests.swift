import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Segments whose writer is killed")
struct SegmentKillTests {
    /// What a database would record: the committed rows of each segment, put in place at once.
    private struct Record: Codable {
        var committed: [Int: Int] = [:]

        static func read(_ path: String) -> Record {
            FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Record.self, from: $0) }
                ?? Record()
        }

        func write(_ path: String) throws {
            try AtomicFile.write(Array(JSONEncoder().encode(self)), to: path, force: true)
        }
    }

    /// Appends, erases and compacts for ever, as an import and a job of forgetting do.
    private static func work(_ folder: String) throws {
        let path = folder + "/record"
        var record = Record.read(path)
        let segments = try VectorSegments(
            folder + "/v", space: SegmentFixture.space, committed: record.committed, options: .init(capacity: 40))
        for n in 0... {
            let places = try segments.append(SegmentFixture.vectors(7, seed: UInt64(n % 50)))
            for place in places {
                record.committed[place.segment] = max(record.committed[place.segment] ?? 0, place.row + 1)
            }
            try record.write(path)
            segments.commit()
            if n % 2 == 0 { try segments.erase([places[0], places[5]]) }
            if n % 5 == 4, let first = record.committed.keys.min(), record.committed.count > 2 {
                let compaction = try segments.compact(first)
                record.committed[first] = nil
                record.committed[compaction.to] = compaction.count
                try record.write(path)
                try segments.remove(first)
            }
        }
    }

    @Test("what was recorded is there and sound after a kill at any moment", arguments: 0..<16)
    func killed(round: Int) async throws {
        let folder = try TemporaryFolder()
        setenv("LIKENESS_SEGMENT_KILL_\(round)", folder.path, 1)
        await #expect(processExitsWith: .signal(SIGKILL)) { [round] in
            let path = try #require(ProcessInfo.processInfo.environment["LIKENESS_SEGMENT_KILL_\(round)"])
            Thread.detachNewThread {
                usleep(UInt32(20_000 + round * 13_700))
                kill(getpid(), SIGKILL)
            }
            try Self.work(path)
        }
        let known = Set(
            (0..<50).flatMap { seed -> [Float] in
                let rows = SegmentFixture.vectors(7, seed: UInt64(seed))
                return (0..<7).map { rows[$0, 0] }
            })
        let record = Record.read(folder.file("record"))
        let segments = try VectorSegments(
            folder.file("v"), space: SegmentFixture.space, committed: record.committed, options: .init(capacity: 40))
        let look = segments.verify()
        #expect(look.isSound, "\(look.faults)")
        #expect(look.rows == record.committed.values.reduce(0, +))
        for segment in segments.snapshot().segments {
            for row in 0..<segment.count where !segment.isErased(row) {
                #expect(known.contains(segment.vector(row)[0]))
            }
        }
        _ = try segments.removeStrays()
        _ = try segments.append(SegmentFixture.vectors(3, seed: 1))
        segments.commit()
        #expect(segments.verify().isSound)
    }
}

import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Segments of vectors")
struct VectorSegmentTests {
    @Test("rows come back as they were appended", arguments: VectorElement.allCases, [false, true])
    func roundTrip(element: VectorElement, isSealed: Bool) throws {
        let folder = try TemporaryFolder()
        let key = isSealed ? LibraryKey() : nil
        let options = VectorSegments.Options(element: element, capacity: 50)
        let rows = SegmentFixture.vectors(130, seed: 1)
        let segments = try VectorSegments(
            folder.path, space: SegmentFixture.space, committed: [:], options: options, key: key)
        let places = try segments.append(rows.rows(at: 0..<70)) + segments.append(rows.rows(at: 70..<130))
        #expect(segments.snapshot().liveCount == 0)
        segments.commit()
        #expect(segments.committed == [1: 50, 2: 50, 3: 30])
        #expect(places.map(\.row) == (0..<130).map { $0 % 50 })
        let again = try VectorSegments(
            folder.path, space: SegmentFixture.space, committed: segments.committed, options: options, key: key)
        for snapshot in [segments.snapshot(), again.snapshot()] {
            let back = try snapshot.matrix(at: places)
            for i in 0..<130 {
                let expected = SegmentFixture.kept(rows.row(i), element)
                #expect(back.row(i) == expected)
                #expect(try snapshot.vector(at: places[i]) == expected)
            }
            #expect(snapshot.segments[1].matrix.row(7) == back.row(57))
        }
        #expect(again.verify().isSound)
        #expect(again.verify().rows == 130)
    }

    @Test("what is on the disk is what was written, or nothing like it when sealed", arguments: [false, true])
    func bytesOnDisk(isSealed: Bool) throws {
        let folder = try TemporaryFolder()
        let rows = SegmentFixture.vectors(3, seed: 2)
        let segments = try VectorSegments(
            folder.path, space: SegmentFixture.space, committed: [:], key: isSealed ? LibraryKey() : nil)
        _ = try segments.append(rows)
        segments.commit()
        let bytes = rows.row(1).withUnsafeBytes { Data($0) }
        #expect(SegmentFixture.contains(folder, bytes) == !isSealed)
    }

    @Test("rows that nobody committed are overwritten")
    func uncommitted() throws {
        let folder = try TemporaryFolder()
        let rows = SegmentFixture.vectors(40, seed: 3)
        let first = try SegmentFixture.open(folder, [:])
        let kept = try first.append(rows.rows(at: 0..<10))
        first.commit()
        _ = try first.append(rows.rows(at: 10..<30))  // crash: recorded nowhere
        let second = try SegmentFixture.open(folder, [1: 10])
        let places = try second.append(rows.rows(at: 30..<40))
        second.commit()
        #expect(places.first == VectorLocation(segment: 1, row: 10))
        #expect(second.verify().isSound)
        let third = try SegmentFixture.open(folder, [1: 20])
        #expect(try third.snapshot().matrix(at: kept).row(3) == rows.row(3))
        #expect(try third.snapshot().matrix(at: places).row(9) == rows.row(39))
        #expect(third.verify().isSound)
    }

    @Test("a rollback gives the room back, across segments too")
    func rollback() throws {
        let folder = try TemporaryFolder()
        let rows = SegmentFixture.vectors(200, seed: 4)
        let segments = try SegmentFixture.open(folder, [:], capacity: 64)
        _ = try segments.append(rows.rows(at: 0..<30))
        segments.commit()
        _ = try segments.append(rows.rows(at: 30..<200))
        segments.rollback()
        let places = try segments.append(rows.rows(at: 100..<180))
        segments.commit()
        #expect(places.first == VectorLocation(segment: 1, row: 30))
        let verification = segments.verify()
        #expect(verification.isSound && verification.rows == 110, "\(verification.faults)")
        let again = try SegmentFixture.open(folder, segments.committed, capacity: 64)
        #expect(try again.snapshot().matrix(at: places).row(79) == rows.row(179))
        #expect(again.verify().isSound)
    }

    @Test("erased rows are zeros in the file, in memory and for old snapshots", arguments: [false, true])
    func erase(isSealed: Bool) throws {
        let folder = try TemporaryFolder()
        let key = isSealed ? LibraryKey() : nil
        let rows = SegmentFixture.vectors(100, seed: 5)
        let segments = try SegmentFixture.open(folder, [:], capacity: 64, key: key)
        let places = try segments.append(rows)
        segments.commit()
        let before = segments.snapshot()
        let doomed = [places[3], places[62], places[63], places[64], places[99]]
        try segments.erase(doomed + doomed)
        let after = segments.snapshot()
        #expect(after.liveCount == 95)
        for place in doomed {
            #expect(!after.contains(place))
            #expect(throws: LikenessError.self) { try after.vector(at: place) }
            #expect(before.segment(place.segment)?.vector(place.row).allSatisfy { $0 == 0 } == true)
        }
        for k in [2, 4, 61, 65, 98] { #expect(try after.vector(at: places[k]) == rows.row(k)) }
        #expect(!SegmentFixture.contains(folder, rows.row(62).withUnsafeBytes { Data($0) }))
        let again = try SegmentFixture.open(folder, segments.committed, capacity: 64, key: key)
        #expect(again.snapshot().liveCount == 95)
        #expect(again.verify().isSound && again.verify().erased == 5)
    }

    @Test("room of erased rows at the end is used again for live ones")
    func erasedTail() throws {
        let folder = try TemporaryFolder()
        let rows = SegmentFixture.vectors(20, seed: 6)
        let segments = try SegmentFixture.open(folder, [:])
        let places = try segments.append(rows)
        segments.commit()
        try segments.erase(Array(places[15...]))
        // the database no longer knows the erased rows
        let again = try SegmentFixture.open(folder, [1: 15])
        let fresh = try again.append(rows.rows(at: 0..<3))
        again.commit()
        #expect(fresh.map(\.row) == [15, 16, 17])
        #expect(try again.snapshot().matrix(at: fresh).row(2) == rows.row(2))
        #expect(again.verify().isSound)
        let third = try SegmentFixture.open(folder, [1: 18])
        #expect(third.snapshot().liveCount == 18)
    }

    @Test("compaction keeps live rows, and the old segment until it is removed", arguments: [false, true])
    func compact(isSealed: Bool) throws {
        let folder = try TemporaryFolder()
        let key = isSealed ? LibraryKey() : nil
        let rows = SegmentFixture.vectors(64, seed: 7)
        let segments = try SegmentFixture.open(folder, [:], capacity: 64, key: key)
        let places = try segments.append(rows)
        segments.commit()
        try segments.erase((0..<64).filter { $0 % 3 == 0 }.map { places[$0] })
        let held = segments.snapshot()
        let compaction = try segments.compact(1)
        #expect(compaction.count == 42)
        #expect(compaction.to == 2)
        #expect(segments.committed == [1: 64, 2: 42])
        try segments.remove(1)
        for row in 0..<64 {
            let new = compaction.rows[row]
            #expect((new == nil) == (row % 3 == 0))
            guard let new else { continue }
            let place = VectorLocation(segment: 2, row: new)
            #expect(try segments.snapshot().vector(at: place) == rows.row(row))
            #expect(try held.vector(at: places[row]) == rows.row(row))
        }
        let again = try SegmentFixture.open(folder, [2: 42], capacity: 64, key: key)
        #expect(again.verify().isSound)
        #expect(try again.strays().isEmpty)
        let next = try again.append(rows.rows(at: 0..<1))
        #expect(next == [VectorLocation(segment: 2, row: 42)])
    }

    @Test("a segment that was never recorded is a stray, and can be removed")
    func strays() throws {
        let folder = try TemporaryFolder()
        let segments = try SegmentFixture.open(folder, [:], capacity: 16)
        _ = try segments.append(SegmentFixture.vectors(40, seed: 8))
        let again = try SegmentFixture.open(folder, [1: 16], capacity: 16)
        #expect(try again.strays() == [2, 3])
        // a new segment does not take the number of a stray
        let places = try again.append(SegmentFixture.vectors(1, seed: 9))
        again.commit()
        #expect(places == [VectorLocation(segment: 4, row: 0)])
        #expect(try again.removeStrays() == [2, 3])
        #expect(try folderFiles(folder) == ["00000001.lkc", "00000001.lkv", "00000004.lkc", "00000004.lkv"])
    }

    @Test("readers see whole vectors while one thread appends and erases")
    func concurrency() throws {
        let folder = try TemporaryFolder()
        let rows = SegmentFixture.vectors(600, seed: 10)
        let segments = try SegmentFixture.open(folder, [:], capacity: 128)
        DispatchQueue.concurrentPerform(iterations: 4) { worker in
            if worker == 0 {
                for start in stride(from: 0, to: 600, by: 20) {
                    _ = try? segments.append(rows.rows(at: start..<start + 20))
                    segments.commit()
                    try? segments.erase([VectorLocation(segment: start / 128 + 1, row: start % 128)])
                }
            } else {
                var seen = 0
                while seen < 600 {
                    let snapshot = segments.snapshot()
                    seen = snapshot.segments.reduce(0) { $0 + $1.count }
                    for segment in snapshot.segments {
                        let row = segment.count - 1
                        let index = (segment.number - 1) * 128 + row
                        if row >= 0, index % 20 != 0 {
                            #expect(segment.vector(row) == rows.row(index))
                            #expect(segment.matrix.row(row) == rows.row(index))
                        }
                    }
                }
            }
        }
        #expect(segments.verify().isSound)
        #expect(segments.snapshot().liveCount == 570)
    }

    @Test("vectors that mean nothing are refused, and leave nothing")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let segments = try SegmentFixture.open(folder, [:])
        let bad: [(Matrix, LikenessError.Code)] = [
            (Matrix(rows: 1, columns: 7), .dimensionMismatch),
            (Matrix(rows: 2, columns: 24), .badData),
            (Matrix([[Float](repeating: .nan, count: 24)]), .nonFinite),
            (Matrix([[Float](repeating: 1e6, count: 24)]), .nonFinite),
        ]
        for (matrix, code) in bad {
            #expect(throws: LikenessError.self) { try segments.append(matrix) }
            do { _ = try segments.append(matrix) } catch { #expect(error.code == code) }
        }
        #expect(segments.committed.isEmpty)
        #expect(throws: LikenessError.self) { try segments.erase([VectorLocation(segment: 1, row: 0)]) }
        let reader = try VectorSegments(
            folder.path, space: SegmentFixture.space, committed: [:], readOnly: true)
        #expect(throws: LikenessError.self) { try reader.append(SegmentFixture.vectors(1, seed: 1)) }
    }

    private func folderFiles(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
}

import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

/// Several threads search one index, in memory and mapped, while another changes its copy.
@Suite struct ConcurrentSearchTests {
    let folder: TemporaryFolder
    let vectors: Matrix
    let flat: FlatIndex

    init() throws {
        folder = try TemporaryFolder()
        let synthetic = try SyntheticIdentities(.easy, rows: 2000, seed: 5)
        vectors = try synthetic.make().vectors
        flat = FlatIndex(vectors, space: synthetic.space)
    }

    /// What each of several readers finds, each with queries of its own.
    private func read(_ index: VectorIndex) async throws -> [[[FlatIndex.Hit]]] {
        try await withThrowingTaskGroup(of: (Int, [[FlatIndex.Hit]]).self) { group in
            for reader in 0..<8 {
                group.addTask { (reader, try search(index, reader)) }
            }
            var found = [[[FlatIndex.Hit]]](repeating: [], count: 8)
            for try await (reader, hits) in group { found[reader] = hits }
            return found
        }
    }

    private func search(_ index: VectorIndex, _ reader: Int) throws -> [[FlatIndex.Hit]] {
        let queries = vectors.rows(at: Array(stride(from: reader, to: 2000, by: 40)))
        return try index.search(
            queries, k: 5 + reader, filter: reader % 2 == 0 ? nil : { $0 % 3 != 0 }, threads: 1 + reader % 3)
    }

    @Test(arguments: [false, true]) func readersAgreeWithOneAlone(_ inverted: Bool) async throws {
        let path = folder.file("index")
        if inverted { try IVFIndex(flat, recall: 0.95).write(to: path) } else { try flat.write(to: path) }
        let index = try VectorIndex(path, expected: flat.space)
        let alone = try (0..<8).map { try search(index, $0) }
        #expect(try await read(index) == alone)
    }

    @Test func aSnapshotIsSearchedWhileItsCopyChanges() async throws {
        var (mine, cells) = (flat, try IVFIndex(flat, recall: 1))
        try mine.prepare()
        let snapshots: [VectorIndex] = [.flat(mine), .inverted(cells)]
        let alone = try snapshots.map { index in try (0..<8).map { try search(index, $0) } }
        async let first = read(snapshots[0])
        async let second = read(snapshots[1])
        for id in Int64(0)..<20 {
            #expect(mine.remove([id]) == 1)
            #expect(try cells.remove([id]) == 1)
        }
        try mine.add(vectors.rows(at: [3]))
        try cells.add(vectors.rows(at: [3]))
        #expect(try await first == alone[0])
        #expect(try await second == alone[1])
        #expect(mine.count == 1981)
        #expect(cells.count == 1981)
    }
}

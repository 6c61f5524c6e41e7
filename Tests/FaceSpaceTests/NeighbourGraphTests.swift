import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

@Suite struct NeighbourGraphTests {
    let folder: TemporaryFolder
    let space = EmbeddingSpace(id: "s-1", dimension: 24, metric: .cosine, normalised: true)

    init() throws { folder = try TemporaryFolder() }

    static func vectors(_ n: Int, _ d: Int = 24, seed: UInt64 = 1) -> Matrix {
        var random = SeededRandom(seed: seed)
        var m = Matrix(rows: n, columns: d)
        for i in 0..<n { m.setRow(i, (0..<d).map { _ in Float(random.unit() - 0.5) }) }
        m.normaliseRows()
        return m
    }

    static func same(_ a: NeighbourGraph, _ b: NeighbourGraph) -> Bool {
        a.rows == b.rows && a.k == b.k && a.floor == b.floor && a.space == b.space && a.exactness == b.exactness
            && (0..<a.rows).allSatisfy { i in
                a.neighbours(of: i).map(\.index) == b.neighbours(of: i).map(\.index)
                    && a.neighbours(of: i).map(\.similarity) == b.neighbours(of: i).map(\.similarity)
            }
    }

    @Test func holdsTheTrueNeighbours() throws {
        let m = NeighbourGraphTests.vectors(400)
        let graph = try NeighbourGraph.exact(of: m, space: space, k: 7, floor: 0.1, threads: 2)
        for i in 0..<400 {
            let all = (0..<400).filter { $0 != i }.map { (index: $0, similarity: m.dot(i, m, $0)) }
                .filter { $0.similarity >= 0.1 }
            let best = all.sorted { ($1.similarity, $0.index) < ($0.similarity, $1.index) }.prefix(7)
            #expect(graph.neighbours(of: i).map(\.index) == best.map(\.index))
            #expect(graph.degree(i) == best.count)
        }
        #expect(graph.entries == (0..<400).reduce(0) { $0 + graph.degree($1) })
    }

    @Test func doesNotDependOnThreadsOrOnTheOrderOfRows() throws {
        // above the size at which rows are put in an order of their own
        let m = NeighbourGraphTests.vectors(17000, seed: 3)
        let graph = try NeighbourGraph.exact(of: m, space: space, k: 5, threads: 1)
        #expect(NeighbourGraphTests.same(graph, try .exact(of: m, space: space, k: 5, threads: 3)))
        var random = SeededRandom(seed: 5)
        let order = (0..<m.rows).shuffled(using: &random)
        let shuffled = try NeighbourGraph.exact(of: m.rows(at: order), space: space, k: 5)
        for (place, row) in order.enumerated().prefix(2000) {
            #expect(shuffled.neighbours(of: place).map(\.similarity) == graph.neighbours(of: row).map(\.similarity))
        }
        for row in stride(from: 0, to: m.rows, by: 997) {
            let best = (0..<m.rows).filter { $0 != row }.map { m.dot(row, m, $0) }.sorted(by: >).prefix(5)
            #expect(graph.neighbours(of: row).map(\.similarity) == Array(best))
        }
    }

    @Test(arguments: [0, 1, 2, 3]) func fewRowsAreNoTrouble(_ n: Int) throws {
        let graph = try NeighbourGraph.exact(of: NeighbourGraphTests.vectors(n), space: space, k: 80)
        #expect(graph.k == max(0, n - 1))
        #expect(graph.entries == n * max(0, n - 1))
        try graph.write(to: folder.file("g\(n)"))
        #expect(NeighbourGraphTests.same(graph, try NeighbourGraph(folder.file("g\(n)"), expected: space)))
    }

    @Test func badVectorsAreNamed() throws {
        var m = NeighbourGraphTests.vectors(20000)
        m[19999, 3] = .nan
        let error = #expect(throws: LikenessError.self) { try NeighbourGraph.exact(of: m, space: space, k: 3) }
        #expect(error?.code == .nonFinite)
        #expect(error?.subject == "row 19999")
        #expect(throws: LikenessError.self) {
            try NeighbourGraph.exact(of: NeighbourGraphTests.vectors(9, 8), space: space, k: 3)
        }
        #expect(throws: LikenessError.self) { try NeighbourGraph.exact(of: m, space: space, k: -1) }
    }

    @Test func cancelsAndReports() throws {
        let m = NeighbourGraphTests.vectors(2000)
        let pairs = Last()
        let meter = ProgressMeter("neighbours", total: 2000 * 1999 / 2) { pairs.set($0.done) }
        _ = try NeighbourGraph.exact(of: m, space: space, k: 3, progress: meter)
        #expect(pairs.value == 2000 * 1999 / 2)
        let cancellation = Cancellation()
        cancellation.cancel()
        let error = #expect(throws: LikenessError.self) {
            try NeighbourGraph.exact(of: m, space: space, k: 3, cancellation: cancellation)
        }
        #expect(error?.code == .cancelled)
    }

    @Test func returnsFromItsFile() throws {
        let m = NeighbourGraphTests.vectors(300)
        for (name, floor) in [("a", -Float.infinity), ("b", 0.35)] {
            let graph = try NeighbourGraph.exact(of: m, space: space, k: 9, floor: floor)
            try graph.write(to: folder.file(name))
            #expect(NeighbourGraphTests.same(graph, try NeighbourGraph(folder.file(name), expected: space)))
            #expect(throws: LikenessError.self) { try graph.write(to: folder.file(name)) }
        }
        let guess = NeighbourGraph(
            rows: 2, k: 1, space: "s-1", exactness: .estimated(recall: 0.5, low: 0.25, high: 0.75), indices: [1, -1],
            similarities: [0.5, -.infinity])
        try guess.write(to: folder.file("c"))
        #expect(NeighbourGraphTests.same(guess, try NeighbourGraph(folder.file("c"))))
        let other = EmbeddingSpace(id: "other", dimension: 24, metric: .cosine, normalised: true)
        let error = #expect(throws: LikenessError.self) { try NeighbourGraph(folder.file("a"), expected: other) }
        #expect(error?.code == .spaceMismatch)
    }

    @Test func damagedFilesAreRefused() throws {
        try NeighbourGraph.exact(of: NeighbourGraphTests.vectors(20), space: space, k: 3).write(to: folder.file("g"))
        let input = try InputFile(folder.file("g"))
        let good = try input.bytes(at: 0, count: input.size)
        let read: (String) throws(LikenessError) -> Void = { (p) throws(LikenessError) in _ = try NeighbourGraph(p) }
        #expect(try HostileFile.acceptedCuts(good, in: folder, read).isEmpty)
        #expect(try HostileFile.error(good + [0], in: folder, read) != nil)
        // one bit of any byte that means something; the rest is padding between sections
        var accepted: [Int] = []
        for at in good.indices {
            var bytes = good
            bytes[at] ^= 0x10
            if try HostileFile.error(bytes, in: folder, read) == nil { accepted.append(at) }
        }
        #expect(accepted.allSatisfy { good[$0] == 0 }, "\(accepted)")
        #expect(accepted.count < 3 * 64)
        for path in try HostileFile.notFiles(in: folder) {
            #expect(throws: LikenessError.self, "\(path)") { try NeighbourGraph(path) }
        }
    }

    /// Files whose checksums are right and whose content lies.
    @Test func liesWithRightChecksumsAreRefused() throws {
        func graph(
            _ offsets: [UInt64], _ neighbours: [Int32], _ similarities: [Float], rows: Int = 3, k: Int = 2,
            floor: StrictJSON = .null
        ) throws -> LikenessError? {
            let path = folder.file("lie")
            let header: [StrictJSON.Member] = [
                .init(key: "format", value: .string("likeness-neighbour-graph")),
                .init(key: "space", value: .string("s")),
                .init(key: "rows", value: .integer(rows)), .init(key: "k", value: .integer(k)),
                .init(key: "floor", value: floor), .init(key: "exact", value: .bool(true)),
            ]
            try offsets.withUnsafeBytes { o in
                try neighbours.withUnsafeBytes { n in
                    try similarities.withUnsafeBytes { s in
                        try SectionFile.write(
                            [.init("rowptr", "u64", o), .init("neighbour", "u32", n), .init("similarity", "f32", s)],
                            header: header, magic: "LKNG", to: path, force: true)
                    }
                }
            }
            do { _ = try NeighbourGraph(path) } catch { return error }
            return nil
        }
        let (n, s): ([Int32], [Float]) = ([1, 2, 0], [0.5, 0.4, 0.3])
        #expect(try graph([0, 2, 3, 3], n, s) == nil)
        #expect(try graph([1, 2, 3, 3], n, s) != nil)
        #expect(try graph([0, 3, 2, 3], n, s) != nil)
        #expect(try graph([0, 1 << 63, 3, 3], n, s) != nil)
        #expect(try graph([0, 2, 3, 1 << 63], n, s) != nil)
        #expect(try graph([0, 3, 3, 3], n, s) != nil)
        #expect(try graph([0, 2, 3], n, s) != nil)
        #expect(try graph([0, 2, 3, 3], [1, 3, 0], s) != nil)
        #expect(try graph([0, 2, 3, 3], [1, -2, 0], s) != nil)
        #expect(try graph([0, 2, 3, 3], [0, 2, 0], s) != nil)
        #expect(try graph([0, 2, 3, 3], [1, 1, 0], [0.5, 0.5, 0.3]) != nil)
        #expect(try graph([0, 2, 3, 3], n, [0.4, 0.5, 0.3]) != nil)
        #expect(try graph([0, 2, 3, 3], n, [0.5, .nan, 0.3]) != nil)
        #expect(try graph([0, 2, 3, 3], n, [0.5, 0.4]) != nil)
        #expect(try graph([0, 2, 3, 3], n, s, rows: -1) != nil)
        #expect(try graph([0, 2, 3, 3], n, s, rows: .max) != nil)
        #expect(try graph([0, 2, 3, 3], n, s, k: 3) != nil)
        #expect(try graph([0, 2, 3, 3], n, s, floor: .string("x")) != nil)
    }
}

private final class Last: @unchecked Sendable {
    private let lock = NSLock()
    private var stored = 0
    func set(_ n: Int) { lock.withLock { stored = n } }
    var value: Int { lock.withLock { stored } }
}

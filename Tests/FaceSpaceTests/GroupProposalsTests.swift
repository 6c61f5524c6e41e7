import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

/// Proposals of both levels on sets whose groups are known, and what GCN-D's purity and GCN-V's units decide there.
@Suite struct GroupProposalsTests {
    /// Unit vectors of a plane at these angles in degrees.
    private static func circle(_ degrees: [Double]) -> Matrix {
        Matrix(degrees.map { [Float(cos($0 * .pi / 180)), Float(sin($0 * .pi / 180))] })
    }

    private static func space(_ dimension: Int) -> EmbeddingSpace {
        EmbeddingSpace(id: "t", dimension: dimension, metric: .cosine, normalised: true)
    }

    private static func graph(_ x: Matrix, k: Int = 8) throws -> NeighbourGraph {
        try NeighbourGraph.exact(of: x, space: space(x.columns), k: k)
    }

    private static func proposals(
        _ proposals: GroupProposals, _ x: Matrix, k: Int = 8
    ) throws -> [[Int]] {
        let graph = try graph(x, k: k)
        let found = try proposals.proposals(of: graph, vectors: x, threads: 1)
        #expect(found == (try proposals.proposals(of: graph, vectors: x, threads: 2)))
        return found
    }

    /// Two tight triples joined by one weak link: together too large for 4.
    @Test func aLargeChainIsCutWhereItIsThin() throws {
        let x = Self.circle([0, 5, 10, 40, 45, 50])
        let cut = GroupProposals.Cut(5, 0.8)
        let small = GroupProposals(cuts: [cut], sizes: [4], merging: nil)
        #expect(try Self.proposals(small, x) == [[0, 1, 2], [3, 4, 5]])
        let large = GroupProposals(cuts: [cut, .init(4, 0.8)], sizes: [6], merging: nil)
        #expect(try Self.proposals(large, x) == [[0, 1, 2, 3, 4, 5]])
        // both sizes: what is whole under one is in parts under the other, and nothing twice
        let both = GroupProposals(cuts: [cut], sizes: [6, 4], merging: nil)
        #expect(try Self.proposals(both, x) == [[0, 1, 2, 3, 4, 5], [0, 1, 2], [3, 4, 5]])
    }

    /// Three triples 30° apart, a far one, and a face beside the last: 0–2, 3–5, 6–8, 9–11, 12.
    private static let triples: [Double] = [0, 2, 4, 30, 32, 34, 60, 62, 64, 150, 152, 154, 168]

    @Test func nearMeansMakeUnions() throws {
        let x = Self.circle(Self.triples)
        let base = GroupProposals.Cut(2, 0.99)
        let first = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]
        func found(_ cuts: [GroupProposals.Cut], most: Int = 5, largest: Int = 100) throws -> [[Int]] {
            let all = try Self.proposals(
                GroupProposals(
                    cuts: [base], sizes: [10],
                    merging: .init(bases: [base], cuts: cuts, most: most, largest: largest)), x)
            #expect(Array(all.prefix(4)) == first)
            return Array(all.dropFirst(4))
        }
        // cos 30° = .866 joins the first three in a chain; the face at 168° is 16° from the last mean: .961
        #expect(try found([.init(3, 0.86)]) == [Array(0...8), [9, 10, 11, 12]])
        #expect(try found([.init(3, 0.9)]) == [[9, 10, 11, 12]])
        // a chain of three super-vertices is too long for two: cut at a rising similarity, nothing of it is left
        #expect(try found([.init(3, 0.86)], most: 2) == [[9, 10, 11, 12]])
        #expect(try found([.init(3, 0.86)], largest: 5) == [[9, 10, 11, 12]])
        // one that was met before does not come again
        #expect(try found([.init(3, 0.9), .init(2, 0.93)]) == [[9, 10, 11, 12]])
    }

    @Test func rowsWithoutNeighboursAreInNone() throws {
        let x = Self.circle([0, 2, 100])
        let graph = try NeighbourGraph.exact(of: x, space: Self.space(2), k: 2, floor: 0.9)
        let all = GroupProposals(
            cuts: [.init(2, 0.9)], sizes: [10],
            merging: .init(bases: [.init(2, 0.999)], cuts: [.init(2, -1)], most: 5))
        // the face at 100° has an empty list: not even the mean of another group takes it
        #expect(try all.proposals(of: graph, vectors: x, threads: 1) == [[0, 1]])
    }

    @Test func similaritiesMoveTogether() {
        let moved = GroupProposals().moved(by: -0.1)
        #expect(abs((moved.cuts.map(\.similarity).min() ?? 0) - 0.3) < 1e-6)
        #expect(abs((moved.merging?.bases.map(\.similarity).max() ?? 0) - 0.5) < 1e-6)
        #expect(moved.merging?.cuts == GroupProposals().merging?.cuts && moved.neighbours == 80)
    }

    /// A network that finds a proposal the more mixed the more of both axes its rows have: IoP 1.8 − max x − max y.
    private static func judge(isTold: Bool) throws -> DetectionNetwork {
        try DetectionNetwork(
            layers: [Matrix([[1, 0], [0, 1]])],
            score: isTold ? Matrix([[0, -1], [0, -1]]) : Matrix([[0], [0]]), bias: isTold ? [0.5, 1.8] : [0.5])
    }

    @Test func impureProposalsAreLeftOut() throws {
        let x = Self.circle([0, 5, 10, 80, 85, 90])
        let input = try ClusteringInput(vectors: x, space: Self.space(2), graph: Self.graph(x))
        // the mixed one comes first and would win at equal scores
        let proposals = GroupProposals(cuts: [.init(5, 0.3), .init(5, 0.95)], sizes: [10], merging: nil)
        func labels(_ purity: Float) throws -> [Int] {
            try ProposalClusterer(
                Self.judge(isTold: true), options: .init(proposals: proposals, purity: purity, qualityFloor: 0)
            ).group(input, threads: 1).labels
        }
        let told = try Self.judge(isTold: true).judgement(x, MeanAdjacency(of: Array(0..<6), in: Self.graph(x)))
        #expect(told.overlap == 0.5 && (told.purity ?? 1) < 0.4)
        #expect(try labels(0) == [0, 0, 0, 0, 0, 0])
        #expect(try labels(0.5) == [0, 0, 0, 1, 1, 1])
        #expect(try Set(labels(0.9)).count == 6)
        // a network of one score knows no purity
        #expect(try Self.judge(isTold: false).judgement(x, MeanAdjacency(of: Self.graph(x))).purity == nil)
        let untold = try Self.judge(isTold: false)
        do {
            _ = try ProposalClusterer(untold, options: .init(purity: 0.5))
            Issue.record("a purity was taken without a network that tells it")
        } catch { #expect(error.code == .usage) }
    }

    /// A cleaner that takes every row out but those on the seed's side of the diagonal is not asked about pure proposals.
    @Test func cleanProposalsStayWhole() throws {
        let x = Self.circle([0, 5, 10, 80, 85, 90])
        let input = try ClusteringInput(vectors: x, space: Self.space(2), graph: Self.graph(x))
        let proposals = GroupProposals(cuts: [.init(5, 0.3)], sizes: [10], merging: nil)
        // ln P of the seed's person rises with x, of someone else with y
        let cleaner = try SegmentationNetwork(
            layers: [Matrix([[1, 0], [0, 1], [0, 0]])], score: Matrix([[0, 1], [1, 0]]), bias: [0, 0])
        func labels(_ clean: Float) throws -> [Int] {
            try ProposalClusterer(
                Self.judge(isTold: true), segmentation: cleaner,
                options: .init(proposals: proposals, clean: clean, qualityFloor: 0)
            ).group(input, threads: 1).labels
        }
        #expect(try labels(.infinity) == [0, 0, 0, 1, 1, 1])
        #expect(try labels(-1) == [0, 0, 0, 0, 0, 0])
    }

    /// Two people side by side in the vectors, at right angles in the units: new lists of the units part them.
    @Test func unitsPartWhatVectorsJoin() throws {
        var x = Matrix((0..<10).map { i in [0.9, i < 5 ? 0.3 : -0.3, 0.01 * Float(i)] })
        x.normaliseRows()
        let input = try ClusteringInput(vectors: x, space: Self.space(3), graph: Self.graph(x))
        // units: y, −y and a little of z, which is the confidence too
        let weight = Matrix([[0, 0, 0], [1, -1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0]])
        let one = Matrix([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        let network = try ConfidenceNetwork(
            layers: [(weight, [0, 0, 0])], head: (one, [0, 0, 0], [1, 1, 1], Matrix([[0], [0], [1]]), [0]))
        func labels(_ relisting: Float?, threads: Int = 1) throws -> [Int] {
            try ConfidenceClusterer(network, options: .init(neighbours: 8, relisting: relisting, qualityFloor: 0))
                .group(input, threads: threads).labels
        }
        #expect(try labels(nil) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(try labels(0.8) == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
        #expect(try labels(0.8, threads: 2) == labels(0.8))
        #expect(try Set(labels(1)).count == 10)
    }

    @Test func unknownPeopleAreNobodys() throws {
        let x = Self.circle([0, 1, 2])
        let target = try ConfidenceNetwork.target(of: Self.graph(x), truth: [-1, -1, 4])
        #expect(target.allSatisfy { $0 < -0.9 })
    }
}

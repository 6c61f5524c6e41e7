import FaceCore
import FaceSpace
import FaceTestSupport
import Testing

@Suite struct AutomaticChoiceTests {
    /// Pairwise F of labels.
    private static func f(_ truth: [Int], _ labels: [Int]) -> Double {
        func count<K: Hashable>(_ keys: [K]) -> Double {
            Dictionary(grouping: keys) { $0 }.values.reduce(0) { $0 + Double($1.count * ($1.count - 1)) / 2 }
        }
        let right = count(zip(truth, labels).map { SIMD2($0, $1) })
        return 2 * right / (count(labels) + count(truth))
    }

    /// Best of all methods with thresholds tuned on the labels: LFW .997, CelebA .968 (docs/scale.md).
    @Test func isNearTheBestTunedMethodOnRealFaces() throws {
        for (people, least) in [(try RealAlbumTests.lfw(), 0.990), (try RealAlbumTests.celeba(), 0.958)] {
            let input = try ClusteringInput(vectors: people.vectors, space: SyntheticPeople.space)
            let choice = try AutomaticChoice(input)
            #expect(choice.chosen.method == "map-equation" && choice.chosen.reason.contains("calibration"))
            let found = try AutoClusterer().group(input)
            #expect(Self.f(people.labels, found.labels) > least, "\(choice.chosen)")
            // without a calibration the vectors themselves have to say what strangers are like
            let space = EmbeddingSpace(id: "test", dimension: 128, metric: .cosine, normalised: true)
            let bare = try AutoClusterer().group(ClusteringInput(vectors: people.vectors, space: space))
            #expect(Self.f(people.labels, bare.labels) > least - 0.01)
        }
    }

    @Test func fewFacesAreComparedWithAll() throws {
        var people = SyntheticPeople(seed: 3)
        let album = people.album([8, 6, 4, 1, 1])
        for space in [
            SyntheticPeople.space, EmbeddingSpace(id: "bare", dimension: 128, metric: .cosine, normalised: true),
        ] {
            let input = try ClusteringInput(vectors: Matrix(album.vectors), space: space)
            let choice = try AutomaticChoice(input)
            #expect(choice.chosen.method == "evidence" && !choice.runnersUp.isEmpty)
            #expect(try AutoClusterer().group(input).labels == Grouping.numbered(album.people))
        }
    }

    /// People with up to a thousand photos, many of them in several looks: lists of 80 end inside one look.
    @Test func looksOfAPersonWithManyPhotosAreOneGroup() throws {
        let people = try SyntheticIdentities(.album, rows: 20_000, seed: 12)
        let set = try people.make()
        let input = try ClusteringInput(vectors: set.vectors, space: people.space)
        let found = try AutoClusterer().group(input)
        #expect(Self.f(set.truth.map { Int($0) }, found.labels) > 0.99)
    }

    @Test func strangersAreReadOffUnlabelledVectors() throws {
        let people = try RealAlbumTests.lfw()
        let strangers = try #require(StrangerSimilarity(of: people.vectors))
        // reference: impostors of these vectors have mean .006 and standard deviation .0958
        #expect(abs(strangers.mean - 0.006) < 0.004 && abs(strangers.deviation - 0.0958) < 0.004)
        #expect(abs(strangers.rate(strangers.similarity(rate: 1e-4)) / 1e-4 - 1) < 1e-6)
        #expect(StrangerSimilarity(of: Matrix(rows: 3, columns: 4)) == nil)
    }

    /// How far groups agree when the threshold moves a little: fully for people far apart, less for a continuum.
    @Test func saysHowFirmItsGroupsAre() throws {
        func stability(_ input: ClusteringInput) throws -> Double {
            let found = try AutoClusterer(.init(measuresStability: true)).group(input)
            #expect(try found.labels == AutoClusterer().group(input).labels)
            return try #require(found.parameters[AutoClusterer.stability])
        }
        let easy = try SyntheticIdentities(.easy, rows: 3_000, seed: 4)
        let firm = try stability(ClusteringInput(vectors: try easy.make().vectors, space: easy.space))
        let hard = try SyntheticIdentities(.ms1m, rows: 3_000, seed: 4)
        let less = try stability(ClusteringInput(vectors: try hard.make().vectors, space: hard.space))
        #expect(firm >= AutoClusterer.firm && less < firm, "\(firm), \(less)")
        #expect(Grouping.pairAgreement([0, 0, 1, 1], [0, 0, 0, 1]) == 0.4)
        #expect(Grouping.pairAgreement([-1, -1, 0], [0, 1, 2]) == 1)
    }
}

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

    /// dlib's vectors of strangers have a cosine of .84: all of them share a direction.
    @Test func whatAllVectorsShareChangesNothing() throws {
        var recipe = SyntheticRecipe.lfw
        recipe.dimension = 128
        let set = try SyntheticIdentities(recipe, rows: 5_000, seed: 4).make()
        let shared: Float = 0.84
        var moved = Matrix(rows: set.vectors.rows, columns: 129)
        for row in 0..<moved.rows {
            moved.setRow(
                row, set.vectors.row(row).map { $0 * (1 - shared).squareRoot() } + [shared.squareRoot()])
        }
        let known = try #require(SyntheticPeople.space.calibration)
        let scale = Double(1 - shared)
        let calibration = Calibration(
            slope: known.slope / scale, intercept: known.intercept - known.slope / scale * Double(shared),
            thresholds: known.thresholds.map {
                .init(falseAcceptRate: $0.falseAcceptRate, similarity: Double(shared) + scale * $0.similarity)
            },
            source: "test")
        let truth = set.truth.map { Int($0) }
        for isCalibrated in [true, false] {
            func space(_ dimension: Int, _ calibration: Calibration) -> EmbeddingSpace {
                EmbeddingSpace(
                    id: "test", dimension: dimension, metric: .cosine, normalised: true,
                    calibration: isCalibrated ? calibration : nil)
            }
            let plain = try AutoClusterer().group(
                ClusteringInput(vectors: set.vectors, space: space(128, known)))
            let found = try AutoClusterer().group(
                ClusteringInput(vectors: moved, space: space(129, calibration)))
            let (before, after) = (Self.f(truth, plain.labels), Self.f(truth, found.labels))
            #expect(before > 0.9 && abs(before - after) < 0.01, "\(before), \(after)")
        }
    }

    /// Where links have to begin above what people's own pairs reach, groups are built by the mean of all pairs.
    @Test func evidenceStandsInForLinksOfAWeakEmbedder() throws {
        var recipe = SyntheticRecipe.lfw
        recipe.dimension = 128
        let set = try SyntheticIdentities(recipe, rows: 3_000, seed: 4).make()
        func method(slope: Double) throws -> String {
            let known = try #require(SyntheticPeople.space.calibration)
            let calibration = Calibration(
                slope: slope, intercept: -0.256 * slope, thresholds: known.thresholds, source: "test")
            let space = EmbeddingSpace(
                id: "test", dimension: 128, metric: .cosine, normalised: true, calibration: calibration)
            let input = try ClusteringInput(vectors: set.vectors, space: space)
            let choice = try AutomaticChoice(input)
            let found = try AutoClusterer().group(input)
            #expect((found.parameters["falseAccepts"] != nil) == (choice.chosen.method == "evidence"))
            return choice.chosen.method
        }
        #expect(try method(slope: 19.6) == "map-equation")
        #expect(try method(slope: 60) == "evidence")
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

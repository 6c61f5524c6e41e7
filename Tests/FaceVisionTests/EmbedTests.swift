import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Testing

/// Cards and networks that the tests of embedders share.
enum EmbedFixture {
    static func card(_ id: String) throws -> ModelCard {
        let path = "\(TestData.packageFolder)/Sources/FaceVision/Models/Cards/\(id).json"
        return try ModelCard(json: try Data(contentsOf: URL(fileURLWithPath: path)), subject: id)
    }

    static let engine = Result { () throws(LikenessError) in try InferenceEngine(.init(threads: 2)) }

    static func dlib(_ options: FaceEmbedder.Options = .init()) throws -> FaceEmbedder {
        try FaceEmbedder(
            card: try card("dlib-resnet29"), file: try TestData.model("dlib-resnet29.onnx"), engine: try engine.get(),
            options: options)
    }

    static func cosine(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    static func mirrored(_ r: Raster) -> Raster {
        var out = r
        for y in 0..<r.height { for x in 0..<r.width { out[x, y] = r[r.width - 1 - x, y] } }
        return out
    }
}

@Suite struct FaceEmbedderTests {
    @Test func loadsAndPassesItsSelfTest() throws {
        let card = try EmbedFixture.card("dlib-resnet29")
        #expect(card.selfTest != nil && card.calibration != nil && card.nonFaces != nil)
        let e = try EmbedFixture.dlib()
        #expect(e.space.dimension == 128 && e.space.metric == .cosine && e.space.normalised)
        #expect(e.space == (try card.embeddingSpace()))
    }

    @Test func aChangedVectorOrRecipeFailsTheSelfTest() throws {
        var card = try EmbedFixture.card("dlib-resnet29")
        card.input?.colour = .bgr
        let file = try TestData.model("dlib-resnet29.onnx")
        #expect { try FaceEmbedder(card: card, file: file, engine: try EmbedFixture.engine.get()) } throws: {
            ($0 as? LikenessError)?.code.description == "self-test-failed"
        }
        _ = try FaceEmbedder(
            card: card, file: file, engine: try EmbedFixture.engine.get(), options: .init(selfTest: false))
    }

    @Test func vectorsDoNotDependOnCompanyOrBatch() throws {
        let chips = (0..<11).map { SelfTestPattern.chip(seed: UInt64($0), size: 150) }
        let one = try EmbedFixture.dlib()
        let alone = try one.embed(chips: [chips[10]])
        let together = try one.embed(chips: chips)
        let batched = try EmbedFixture.dlib(.init(batch: 4)).embed(chips: chips)
        #expect(together.rows == 11 && together.columns == 128)
        #expect(alone.row(0) == together.row(10))
        for i in 0..<11 {
            let length = together.row(i).reduce(Float(0)) { $0 + $1 * $1 }
            #expect(abs(length - 1) < 1e-5)
            let worst = zip(together.row(i), batched.row(i)).map { abs($0 - $1) }.max() ?? 1
            #expect(worst < 1e-4, "batch, row \(i)")
        }
        #expect(EmbedFixture.cosine(together.row(0), together.row(1)) < 0.9999)
        #expect(try one.embed(chips: []).rows == 0)
    }

    @Test func manyThreadsShareOne() throws {
        let e = try EmbedFixture.dlib()
        let chips = (0..<6).map { SelfTestPattern.chip(seed: UInt64($0), size: 150) }
        let expected = try e.embed(chips: chips)
        parallelFor(8, threads: 8) { _ in
            let m = try? e.embed(chips: chips)
            for i in 0..<6 { #expect(m?.row(i) == expected.row(i)) }
        }
    }

    /// A face and its mirror image have the same views, and so the same vector.
    @Test func flipAveragingForgetsTheSide() throws {
        let chip = SelfTestPattern.chip(seed: 5, size: 150)
        let both = [chip, EmbedFixture.mirrored(chip)]
        let plain = try EmbedFixture.dlib().embed(chips: both)
        let flipped = try EmbedFixture.dlib(.init(averaging: .flip)).embed(chips: both)
        #expect(EmbedFixture.cosine(plain.row(0), plain.row(1)) < 0.999)
        #expect(EmbedFixture.cosine(flipped.row(0), flipped.row(1)) > 0.999999)
        let expected = zip(plain.row(0), plain.row(1)).map(+)
        let length = expected.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        #expect(EmbedFixture.cosine(expected, flipped.row(0)) / length > 0.9999)
    }

    @Test func facesAreCutByTheirLandmarks() throws {
        let e = try EmbedFixture.dlib()
        let chip = SelfTestPattern.chip(seed: 9, size: 150)
        let place = SimilarityTransform(rotation: 0, scale: 1, about: Point(0, 0), shift: Point(31, 17))
        let back = try #require(place.inverse)
        let picture = try chip.warped(by: back, width: 240, height: 200)
        let landmarks = Landmarks(e.aligner.template.map { place($0) })
        let cut = try e.embed([(picture, landmarks), (picture, landmarks)])
        let direct = try e.embed(chips: [chip])
        #expect(EmbedFixture.cosine(cut.row(0), direct.row(0)) > 0.9999)
        #expect(cut.row(0) == cut.row(1))
        let jittered = try EmbedFixture.dlib(.init(averaging: .jitter(4))).embed([(picture, landmarks)])
        let near = EmbedFixture.cosine(jittered.row(0), direct.row(0))
        #expect(near > 0.9 && near < 0.99999)
    }

    @Test func everythingThatChangesAVectorChangesTheSpace() throws {
        let card = try EmbedFixture.card("dlib-resnet29")
        var ids: Set<String> = []
        func add(_ c: ModelCard, _ o: FaceEmbedder.Options = .init()) throws {
            ids.insert(try c.embeddingSpace(options: o).id)
        }
        try add(card)
        try add(card, .init(averaging: .flip))
        try add(card, .init(averaging: .jitter(4)))
        try add(card, .init(averaging: .jitter(8)))
        try add(card, .init(normalise: false))
        var c = card
        c.sha256 = String(repeating: "0", count: 64)
        try add(c)
        c = card
        c.alignment?.template[0].x += 0.01
        try add(c)
        c = card
        c.input?.colour = .bgr
        try add(c)
        c = card
        c.input?.scale[0] = 0.5
        try add(c)
        try add(try EmbedFixture.card("mobilefacenet-y1"))
        #expect(ids.count == 10)
        try add(card, .init(batch: 8))
        #expect(ids.count == 10, "the batch does not change a vector")
    }

    @Test(arguments: ["mobilefacenet-y1", "mobilefacenet-foamliu"]) func otherEmbeddersRunByTheirCards(id: String)
        throws
    {
        let card = try EmbedFixture.card(id)
        let e = try FaceEmbedder(
            card: card, file: try TestData.file("models/\(card.file)"), engine: try EmbedFixture.engine.get())
        let m = try e.embed(chips: [SelfTestPattern.chip(seed: 1, size: 112), SelfTestPattern.chip(seed: 2, size: 112)])
        #expect(EmbedFixture.cosine(m.row(0), m.row(1)) < 0.99)
    }

    @Test func whatIsNoEmbedderIsRefused() throws {
        let engine = try EmbedFixture.engine.get()
        let dlib = try EmbedFixture.card("dlib-resnet29")
        let onet = try TestData.model("mtcnn-onet.onnx")
        #expect(throws: LikenessError.self) { try FaceEmbedder(card: dlib, file: onet, engine: engine) }
        #expect(throws: LikenessError.self) { try FaceEmbedder(card: dlib, file: "/nowhere", engine: engine) }
        let detector = try EmbedFixture.card("yunet-2023mar")
        #expect { try FaceEmbedder(card: detector, file: onet, engine: engine) } throws: {
            ($0 as? LikenessError)?.code.description == "model-card"
        }
        let e = try EmbedFixture.dlib()
        #expect(throws: LikenessError.self) { try e.embed(chips: [Raster(width: 112, height: 112)]) }
        let nowhere = Landmarks([Point](repeating: Point(5, 5), count: 5))
        #expect(throws: LikenessError.self) { try e.embed([(Raster(width: 20, height: 20), nowhere)]) }
        // the requests of the failed run are free again
        #expect(try e.embed(chips: [SelfTestPattern.chip(seed: 1, size: 150)]).rows == 1)
    }
}

@Suite struct EmbedderCardTests {
    @Test func aCardWithoutALicenceIsRefused() throws {
        let path = "\(TestData.packageFolder)/Sources/FaceVision/Models/Cards/sface-2021dec.json"
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for licence in [nil, ["code": "MIT", "weights": "", "productDefaultAllowed": true]] as [[String: Any]?] {
            object["licence"] = licence
            let bytes = try JSONSerialization.data(withJSONObject: object)
            #expect { try ModelCard(json: bytes, subject: "x") } throws: {
                ($0 as? LikenessError)?.code.description == "model-card"
            }
        }
        #expect(throws: LikenessError.self) { try ModelCard(json: Data("{".utf8), subject: "x") }
        #expect(try ModelCard(json: data, subject: "x").id == "sface-2021dec")
    }

    @Test func incompleteEmbedderCardsAreRefused() throws {
        let good = try EmbedFixture.card("sface-2021dec")
        func refused(_ change: (inout ModelCard) -> Void) {
            var c = good
            change(&c)
            #expect(throws: LikenessError.self) { try c.embeddingSpace() }
        }
        refused { $0.input = nil }
        refused { $0.alignment = nil }
        refused { $0.embedding = nil }
        refused { $0.input?.mean = [0] }
        refused { $0.input?.scale[2] = .infinity }
        refused { $0.embedding?.dimension = 0 }
        refused { $0.embedding?.dimension = 1 << 40 }
    }
}

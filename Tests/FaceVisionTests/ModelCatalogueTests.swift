import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite("Model catalogue")
struct ModelCatalogueTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    /// A card for a small file of ours, written beside it.
    private func makeModel(_ id: String, bytes: [UInt8], download: String? = nil) throws -> (file: String, card: String)
    {
        let file = temporary.file("\(id).bin")
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        let sum = SHA256.hex(of: bytes)
        var card: [String: Any] = [
            "schema": 1, "id": id, "version": "1", "task": "face-embedding", "file": "\(id).bin", "sha256": sum,
            "bytes": bytes.count, "source": "this test",
            "licence": ["code": "none", "weights": "CC0", "productDefaultAllowed": true],
        ]
        card["download"] = download
        let path = temporary.file("\(id).json")
        try JSONSerialization.data(withJSONObject: card).write(to: URL(fileURLWithPath: path))
        return (file, path)
    }

    private func catalogue() throws -> ModelCatalogue { try ModelCatalogue(folder: temporary.file("models")) }

    @Test("the compiled-in list is the folder of cards, and every card states its licence")
    func bundled() throws {
        let folder = TestData.packageFolder + "/Sources/FaceVision/Models/Cards"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
        let ids = Set(files.map { String($0.dropLast(5)) })
        let cards = try catalogue().cards
        #expect(Set(cards.map(\.id)) == ids)
        #expect(cards.allSatisfy { !$0.licence.weights.isEmpty && $0.sha256.count == 64 })
    }

    @Test("what bootstrap placed is what the cards say")
    func placed() throws {
        let folder = try TestData.model("dlib-resnet29.onnx").replacingOccurrences(of: "/dlib-resnet29.onnx", with: "")
        let catalogue = try ModelCatalogue(folder: folder)
        for id in ["dlib-resnet29", "mtcnn-pnet", "mtcnn-rnet", "mtcnn-onet"] {
            #expect(try catalogue.weights(id).hasSuffix("\(id).onnx"))
        }
    }

    @Test("a model comes, is checked, and goes")
    func addAndRemove() throws {
        let (file, card) = try makeModel("tiny", bytes: [1, 2, 3])
        try catalogue().add(file: file, card: card)
        let path = try catalogue().weights("tiny")
        #expect(FileManager.default.contents(atPath: path) == Data([1, 2, 3]))
        try catalogue().remove("tiny")
        #expect(throws: LikenessError.self) { try catalogue().card("tiny") }
    }

    @Test("a changed file is refused")
    func changed() throws {
        let (file, card) = try makeModel("tiny", bytes: [1, 2, 3])
        try catalogue().add(file: file, card: card)
        try Data([1, 2, 4]).write(to: URL(fileURLWithPath: temporary.file("models/tiny.bin")))
        let error = #expect(throws: LikenessError.self) { try catalogue().weights("tiny") }
        #expect(error?.code == .modelChanged)
    }

    @Test("a file that no card knows needs a card; one that does not fit its card is refused")
    func unknown() throws {
        let (file, _) = try makeModel("tiny", bytes: [9])
        let error = #expect(throws: LikenessError.self) { try catalogue().add(file: file) }
        #expect(error?.code == .modelUnknown)
        let (other, card) = try makeModel("other", bytes: [8])
        try Data([7]).write(to: URL(fileURLWithPath: other))
        let changed = #expect(throws: LikenessError.self) { try catalogue().add(file: other, card: card) }
        #expect(changed?.code == .modelChanged)
    }

    @Test(
        "damaged cards are named, not swallowed",
        arguments: [
            "", "{", "[]", "{\"schema\": 1}", "null", "{\"schema\": \"x\"}",
        ])
    func damagedCards(text: String) throws {
        let (file, card) = try makeModel("tiny", bytes: [1])
        try Data(text.utf8).write(to: URL(fileURLWithPath: card))
        let error = #expect(throws: LikenessError.self) { try catalogue().add(file: file, card: card) }
        #expect(error?.code == .modelCard)
    }

    @Test(
        "a card cannot point outside the folder or leave out the licence",
        arguments: [
            ("id", "../evil"), ("file", "/etc/passwd"), ("file", ".hidden"), ("sha256", "12"), ("id", ""),
        ])
    func hostileCards(field: String, value: String) throws {
        let (file, card) = try makeModel("tiny", bytes: [1])
        var json =
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: card))) as? [String: Any]
        json?[field] = value
        try JSONSerialization.data(withJSONObject: json ?? [:]).write(to: URL(fileURLWithPath: card))
        let error = #expect(throws: LikenessError.self) { try catalogue().add(file: file, card: card) }
        #expect(error?.code == .modelCard)
    }

    @Test("a model is downloaded from the address in its card, checked before it is placed")
    func download() async throws {
        let folder = temporary.file("site")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/good.bin"))
        try Data(bytes.reversed()).write(to: URL(fileURLWithPath: "\(folder)/wrong.bin"))
        try Data(bytes + [0]).write(to: URL(fileURLWithPath: "\(folder)/long.bin"))
        try Data(bytes.dropLast()).write(to: URL(fileURLWithPath: "\(folder)/short.bin"))
        let server = try LoopbackServer(folder: folder)
        let cards = temporary.file("models/cards")
        try FileManager.default.createDirectory(atPath: cards, withIntermediateDirectories: true)
        for name in ["good", "wrong", "long", "short", "absent"] {
            let (_, card) = try makeModel(
                name, bytes: bytes, download: "http://127.0.0.1:\(server.port)/\(name).bin")
            try FileManager.default.moveItem(atPath: card, toPath: "\(cards)/\(name).json")
        }
        let catalogue = try catalogue()
        _ = try await catalogue.download("good")
        #expect(try FileManager.default.contents(atPath: catalogue.weights("good")) == Data(bytes))
        for (name, code) in [
            ("wrong", LikenessError.Code.modelChanged), ("long", .downloadFailed), ("short", .downloadFailed),
            ("absent", .downloadFailed),
        ] {
            let error = await #expect(throws: LikenessError.self) { _ = try await catalogue.download(name) }
            #expect(error?.code == code, "\(name)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: temporary.file("models")).sorted()
        #expect(left == ["cards", "good.bin"])
    }
}

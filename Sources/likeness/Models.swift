import ArgumentParser
import FaceCore
import FaceVision
import Foundation

struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, adds, checks and removes models and their licences.",
        discussion: """
            likeness models list
            likeness models add yunet-s-dynamic.onnx
            """,
        subcommands: [List.self, Add.self, Verify.self, Remove.self], defaultSubcommand: List.self)

    static func catalogue() throws(LikenessError) -> ModelCatalogue {
        try ModelCatalogue(folder: ModelCatalogue.defaultFolder())
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every model that is known, with the licence of its weights.",
            discussion: "likeness models list --json")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let catalogue = try Models.catalogue()
            let rows = catalogue.cards.map { ModelRow($0, installed: catalogue.isInstalled($0)) }
            if common.json { return try common.console.json(rows) }
            common.console.table(
                ["model", "task", "here", "may be a default", "licence of the weights"],
                rows.map {
                    [
                        $0.id, $0.task, $0.installed ? "yes" : "no", $0.productDefaultAllowed ? "yes" : "no",
                        Self.short($0.licence),
                    ]
                })
            common.console.note("weights: \(catalogue.folder)")
        }

        private static func short(_ s: String) -> String { s.count <= 76 ? s : s.prefix(75) + "…" }
    }

    /// The JSON of `models list`.
    struct ModelRow: Encodable {
        let id: String
        let version: String
        let task: String
        let file: String
        let sha256: String
        let bytes: Int
        let licence: String
        let codeLicence: String
        let productDefaultAllowed: Bool
        let source: String
        let installed: Bool

        init(_ card: ModelCard, installed: Bool) {
            id = card.id
            version = card.version
            task = card.task.rawValue
            file = card.file
            sha256 = card.sha256
            bytes = card.bytes
            licence = card.licence.weights
            codeLicence = card.licence.code
            productDefaultAllowed = card.licence.productDefaultAllowed
            source = card.source
            self.installed = installed
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds weights from a file, or downloads a known model from its publisher.",
            discussion: """
                likeness models add face_recognition_sface_2021dec.onnx   a file that a card knows by its SHA-256
                likeness models add my.onnx --card my.json                any other, with a card of its own
                likeness models add sface-2021dec                         downloads it
                """)
        @Argument(help: "A file, or the id of a model to download.") var model: String
        @Option(help: ArgumentHelp("The card of a model that is not known yet.", valueName: "file")) var card: String?
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let catalogue = try Models.catalogue()
            let isFile = card != nil || FileManager.default.fileExists(atPath: model)
            let added =
                isFile ? try catalogue.add(file: model, card: card) : try await catalogue.download(model)
            common.console.note("added \(added.id): \(added.licence.weights)")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compares the weights that are here with the SHA-256 of their cards.",
            discussion: "likeness models verify")
        @Argument(help: "Ids (default: all that are here).") var models: [String] = []
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let catalogue = try Models.catalogue()
            let cards =
                models.isEmpty
                ? catalogue.cards.filter { catalogue.isInstalled($0) } : try models.map { try catalogue.card($0) }
            var worst: LikenessError?
            for card in cards {
                do throws(LikenessError) {
                    try catalogue.verify(card)
                    common.console.result("\(card.id)  good")
                } catch {
                    common.console.error(error)
                    worst = error
                }
            }
            if let worst { throw ExitCode(worst.code.exitStatus) }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes weights from this machine.", discussion: "likeness models remove mobilefacenet-y1")
        @Argument(help: "Ids.") var models: [String]
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let catalogue = try Models.catalogue()
            for id in models { try catalogue.remove(id) }
        }
    }
}

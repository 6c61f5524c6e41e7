public import FaceCore
public import Foundation

/// The models that likeness knows: cards compiled in and cards added by the person, and the weights in one folder.
///
/// Weights are checked against their card's SHA-256 whenever their path is asked for: a changed file is refused.
public struct ModelCatalogue: Sendable {
    /// The folder of the weights; cards added by the person lie in its `cards` folder.
    public let folder: String
    /// All cards, sorted by id.
    public let cards: [ModelCard]

    /// The weights' folder of this person: `LIKENESS_MODELS`, else `likeness/models` in the cache folder.
    public static func defaultFolder(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        environment["LIKENESS_MODELS"] ?? "\(cacheFolder(environment: environment))/models"
    }

    /// `$XDG_CACHE_HOME/likeness`, by default `~/.cache/likeness`.
    public static func cacheFolder(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return "\(cache)/likeness" }
        return "\(environment["HOME"] ?? NSHomeDirectory())/.cache/likeness"
    }

    /// Reads the cards; a damaged card of the person is an error that names it.
    public init(folder: String) throws(LikenessError) {
        self.folder = folder
        var byID: [String: ModelCard] = [:]
        for bytes in BundledCards.all {
            let card = try ModelCard(json: Data(bytes), subject: "bundled card")
            byID[card.id] = card
        }
        for name in ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/cards")) ?? []).sorted()
        where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let card = try ModelCard(file: "\(folder)/cards/\(name)")
            byID[card.id] = card
        }
        cards = byID.values.sorted { $0.id < $1.id }
    }

    /// The card of that id; throws `model-unknown`, naming what there is.
    public func card(_ id: String) throws(LikenessError) -> ModelCard {
        guard let card = cards.first(where: { $0.id == id }) else {
            throw LikenessError(
                .modelUnknown, subject: id, "no model of this name is known",
                remedy: "`likeness models list` names them; `likeness models add FILE --card CARD.json` adds another")
        }
        return card
    }

    /// Whether the weights are there (unchecked).
    public func isInstalled(_ card: ModelCard) -> Bool { FileManager.default.fileExists(atPath: path(card)) }

    /// The checked path of a model's weights; throws `model-missing` or `model-changed`.
    public func weights(_ id: String) throws(LikenessError) -> String {
        let card = try card(id)
        try verify(card)
        return path(card)
    }

    /// Compares size and SHA-256 of the weights with the card.
    public func verify(_ card: ModelCard) throws(LikenessError) {
        let path = path(card)
        guard FileManager.default.fileExists(atPath: path) else {
            throw LikenessError(
                .modelMissing, subject: card.id, "the weights are not in \(folder)", remedy: Self.howToGet(card))
        }
        let found = try SHA256.hex(ofFile: path)
        guard found == card.sha256 else {
            throw LikenessError(
                .modelChanged, subject: card.id, "\(path) has SHA-256 \(found), its card says \(card.sha256)",
                remedy: "`likeness models remove \(card.id)`, then add the right file")
        }
    }

    func path(_ card: ModelCard) -> String { "\(folder)/\(card.file)" }

    static func howToGet(_ card: ModelCard) -> String {
        if card.download != nil { return "`likeness models add \(card.id)` downloads it" }
        if card.placedByBootstrap == true { return "run scripts/bootstrap" }
        return "get \(card.file) (\(card.source)), then `likeness models add FILE`"
    }
}

extension ModelCatalogue {
    /// Adds weights: the file must be one that a card knows by its SHA-256, or come with a card of its own.
    ///
    /// The file is copied beside and renamed; nothing is overwritten unless it is the same model.
    @discardableResult
    public func add(file: String, card cardFile: String? = nil) throws(LikenessError) -> ModelCard {
        guard FileManager.default.fileExists(atPath: file) else {
            throw LikenessError(.fileMissing, subject: file, "there is no such file")
        }
        let sum = try SHA256.hex(ofFile: file)
        if let cardFile {
            let card = try ModelCard(file: cardFile)
            guard card.sha256 == sum else {
                throw LikenessError(
                    .modelChanged, subject: file, "has SHA-256 \(sum), the card \(cardFile) says \(card.sha256)")
            }
            try place(file, card)
            try Self.copy(cardFile, to: "\(folder)/cards/\(card.id).json")
            return card
        }
        guard let card = cards.first(where: { $0.sha256 == sum }) else {
            throw LikenessError(
                .modelUnknown, subject: file, "no card knows a file with SHA-256 \(sum)",
                remedy: "write a card (docs/models.md) and use `likeness models add FILE --card CARD.json`")
        }
        try place(file, card)
        return card
    }

    /// Downloads the weights of a known model from the publisher's address in its card, checked before it is placed.
    public func download(_ id: String) async throws(LikenessError) -> ModelCard {
        let card = try card(id)
        guard let address = card.download, let url = URL(string: address) else {
            throw LikenessError(
                .modelNotDownloadable, subject: id,
                "its publisher offers no address of the file itself (\(card.source))",
                remedy: Self.howToGet(card))
        }
        try Self.makeFolder(folder)
        let beside = "\(path(card)).download-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: beside) }
        try await Download(url: url, limit: card.bytes).save(to: beside)
        let sum = try SHA256.hex(ofFile: beside)
        guard sum == card.sha256 else {
            throw LikenessError(
                .modelChanged, subject: address, "what was sent has SHA-256 \(sum), the card says \(card.sha256)")
        }
        try Self.rename(beside, to: path(card))
        return card
    }

    /// Deletes the weights, and the card when the person had added it.
    public func remove(_ id: String) throws(LikenessError) {
        let card = try card(id)
        let own = "\(folder)/cards/\(id).json"
        var removed = false
        for path in [path(card), own] where FileManager.default.fileExists(atPath: path) {
            do { try FileManager.default.removeItem(atPath: path) } catch {
                throw LikenessError(.fileUnwritable, subject: path, "cannot be removed: \(error.localizedDescription)")
            }
            removed = true
        }
        guard removed else {
            throw LikenessError(.modelMissing, subject: id, "its weights are not in \(folder)", remedy: nil)
        }
    }

    private func place(_ file: String, _ card: ModelCard) throws(LikenessError) { try Self.copy(file, to: path(card)) }

    private static func copy(_ from: String, to: String) throws(LikenessError) {
        try makeFolder((to as NSString).deletingLastPathComponent)
        let beside = "\(to).part-\(getpid())"
        try? FileManager.default.removeItem(atPath: beside)
        do { try FileManager.default.copyItem(atPath: from, toPath: beside) } catch {
            throw LikenessError(.fileUnwritable, subject: to, "cannot be written: \(error.localizedDescription)")
        }
        try rename(beside, to: to)
    }

    private static func rename(_ from: String, to: String) throws(LikenessError) {
        guard Foundation.rename(from, to) == 0 else {
            throw LikenessError(.fileUnwritable, subject: to, "cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private static func makeFolder(_ path: String) throws(LikenessError) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw LikenessError(.fileUnwritable, subject: path, "cannot be made: \(error.localizedDescription)")
        }
    }
}

extension LikenessError.Code {
    public static let modelUnknown = Self("model-unknown", exitStatus: 69)
    public static let modelMissing = Self("model-missing", exitStatus: 69)
    public static let modelChanged = Self("model-changed", exitStatus: 69)
    public static let modelNotDownloadable = Self("model-not-downloadable", exitStatus: 69)
    public static let downloadFailed = Self("download-failed", exitStatus: 69)
}

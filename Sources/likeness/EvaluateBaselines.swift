import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceVision

/// `likeness evaluate baselines`: the field's history in one table, from Eigenfaces to our embedders.
struct EvaluateBaselines: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baselines", abstract: "Measures the classical methods beside the embedders.",
        discussion: """
            likeness evaluate baselines --orl orl.tar --lfw lfw/ --pairs pairs.txt --page docs/baselines.md

            Eigenfaces, Fisherfaces, local binary patterns, sparse coding and the embedders on the ORL faces and on LFW. \
            With a View 1 list, comparisons whose photos are missing are left out: settings are checked there.
            """)

    @Option(help: ArgumentHelp("The ORL faces: orl.tar or the folder of s1 … s40.", valueName: "path")) var orl: String?
    @Option(help: ArgumentHelp("The folder of LFW's people.", valueName: "folder")) var lfw: String?
    @Option(help: ArgumentHelp("LFW's list of comparisons.", valueName: "file")) var pairs: String?
    @Flag(help: "Leave the embedders out.") var classicalOnly = false
    @Option(help: ArgumentHelp("Write the table as a page (Markdown).", valueName: "file")) var page: String?
    @OptionGroup var detection: DetectionOptions
    @OptionGroup var embedding: EmbeddingOptions
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if (lfw == nil) != (pairs == nil) { throw ValidationError("--lfw and --pairs go together.") }
        if lfw == nil, orl == nil { throw ValidationError("Give --orl, or --lfw with --pairs, or both.") }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        if let page { try Output.requireFree([page], force: output.force) }
        let embedders = try classicalOnly ? [] : models().map { (id) throws(LikenessError) in try embedder(id) }
        var result = BaselineResult(seed: common.seed)
        if let orl { try measureORL(orl, embedders, &result) }
        if let lfw, let pairs { try measureLFW(lfw, pairs, embedders, &result) }
        if let page {
            try AtomicFile.write(Array(BaselinePage(result).text.utf8), to: page, force: output.force)
        }
        let items = (result.pairs ?? 0) + (result.orl == nil ? 0 : 400)
        try run.finish(result, items, "comparisons and pictures", inputs: [pairs], print: { print(result) }) {
            EvaluationReport(result)
        }
    }

    /// The named model, or all of the usual ones whose weights are here.
    private func models() throws(LikenessError) -> [String] {
        if let named = embedding.model { return [named] }
        let catalogue = try Models.catalogue()
        var installed: [String] = []
        for id in ["dlib-resnet29", "mobilefacenet-y1"] {
            if catalogue.isInstalled(try catalogue.card(id)) {
                installed.append(id)
            } else {
                common.console.warning("\(id) is not installed and left out")
            }
        }
        return installed
    }

    private func embedder(_ id: String) throws(LikenessError) -> BaselineEmbedder {
        try BaselineEmbedder(model: id, detection, embedding, common)
    }

    private func measureORL(
        _ path: String, _ embedders: [BaselineEmbedder], _ result: inout BaselineResult
    ) throws(LikenessError) {
        common.console.progress("ORL")
        defer { common.console.progress("") }
        let set = try ORLPictures(path)
        var embedded: [(name: String, vectors: Matrix)] = []
        for embedder in embedders {
            // three times as large: the detectors look for faces in photos, not for photos of 92 × 112 pixels
            let (vectors, unseen) = try embedder.vectors(count: set.pictures.count) { i throws(LikenessError) in
                let p = set.pictures[i]
                return p.raster.resized(width: 3 * p.width, height: 3 * p.height, by: .bilinear)
            }
            embedded.append((embedder.name, vectors))
            result.unseen["orl", default: [:]][embedder.name] = unseen
        }
        result.orl = try BaselinesORL(set, threads: common.threadCount, seed: common.seed).figures(embedded)
    }

    private func measureLFW(
        _ folder: String, _ pairs: String, _ embedders: [BaselineEmbedder], _ result: inout BaselineResult
    ) throws(LikenessError) {
        defer { common.console.progress("") }
        let list = try BaselinePairs(path: pairs) { (try? InputFile("\(folder)/\($0)")) != nil }
        if list.missing > 0 { common.console.warning("\(list.missing) comparisons are left out: a photo is missing") }
        (result.list, result.pairs, result.missing) = (list.name, list.comparisons.count, list.missing)
        common.console.progress("LFW: photos")
        let lfw = try BaselinesLFW(list, folder: folder, threads: common.threadCount, seed: common.seed)
        var figures = try lfw.figures { common.console.progress("LFW: \($0)") }
        let decoder = try PhotoDecoder(.init(workingSize: 0, hashesContent: false))
        for embedder in embedders {
            common.console.progress("LFW: \(embedder.name)")
            let (vectors, unseen) = try embedder.vectors(count: list.photos.count) { i throws(LikenessError) in
                try decoder.decode(path: "\(folder)/\(list.photos[i])").raster
            }
            result.unseen["lfw", default: [:]][embedder.name] = unseen
            let scores = list.cosines(vectors, of: 0..<list.rows.count)
            figures.append(try lfw.figure(embedder.name, "labelled outside data", scores))
        }
        result.lfw = figures
    }

    private func print(_ result: BaselineResult) {
        let page = BaselinePage(result)
        if result.orl != nil {
            common.console.table(page.orlHeader, page.orlRows)
            common.console.result("")
        }
        if result.lfw != nil { common.console.table(page.lfwHeader, page.lfwRows) }
    }
}

extension EvaluationReport {
    /// The page of `evaluate baselines`.
    fileprivate init(_ result: BaselineResult) {
        let page = BaselinePage(result)
        self.init(
            title: "From Eigenfaces to embedders", subject: "the classical methods and our embedders on the same faces")
        if result.orl != nil {
            tables.append(
                Table("ORL: 40 people, 10 pictures each", note: "", header: page.orlHeader, rows: page.orlRows))
        }
        if result.lfw != nil {
            tables.append(
                Table(
                    "LFW, \(result.pairs ?? 0) comparisons (\(result.list ?? "list"))", note: "",
                    header: page.lfwHeader, rows: page.lfwRows))
        }
    }
}

/// What is printed with `--json`.
struct BaselineResult: Encodable {
    var `protocol` = "baselines"
    let seed: UInt64
    var orl: [ORLFigures]?
    var lfw: [LFWFigures]?
    /// `lfw-view2` or `lfw-view1`, its comparisons, and those left out.
    var list: String?
    var pairs: Int?
    var missing: Int?
    /// Pictures in which an embedder's detector found no face, by set and embedder.
    var unseen: [String: [String: Int]] = [:]

    init(seed: UInt64) { self.seed = seed }
}

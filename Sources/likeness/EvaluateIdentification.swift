public import ArgumentParser
import FaceCore
public import FaceEvaluation

/// `likeness evaluate identification`: who is it, among a gallery, and is he there at all?
struct EvaluateIdentification: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identification", abstract: "Measures searches of probes in a gallery.",
        discussion: """
            likeness evaluate identification --gallery g.npy --gallery-labels gl.npy --probes p.npy --probe-labels pl.npy

            Probes of people outside the gallery make the open-set figures. Ties count against the right person. A person \
            with several gallery rows is as near as the nearest of them; with --template they become one vector.
            """)

    @Option(help: ArgumentHelp("Gallery vectors (.npy), one or several a person.", valueName: "file")) var gallery:
        String
    @Option(help: ArgumentHelp("Person of each gallery row (.npy).", valueName: "file")) var galleryLabels: String
    @Option(help: ArgumentHelp("Probe vectors (.npy).", valueName: "file")) var probes: String
    @Option(help: ArgumentHelp("Person of each probe row (.npy).", valueName: "file")) var probeLabels: String
    @Option(
        help: "Pool the gallery rows of a person: \(TemplatePooling.allCases.map(\.rawValue).joined(separator: ", ")).")
    var template: TemplatePooling?
    @Option(help: ArgumentHelp("Quality of each gallery row (.npy), for quality_weighted.", valueName: "file"))
    var galleryQuality: String?
    @Option(help: ArgumentHelp("Medium of each gallery row (.npy), for media_mean.", valueName: "file"))
    var galleryMedia: String?
    @Option(help: ArgumentHelp("Ranks to report.", valueName: "k")) var rank: [Int] = [1, 5, 10]
    @Option(help: ArgumentHelp("False alarm rates to report.", valueName: "rate")) var far: [Double] = [
        1e-1, 1e-2, 1e-3,
    ]
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let bad = rank.first(where: { $0 < 1 }) { throw ValidationError("--rank takes 1 or more, not \(bad)") }
        if let bad = far.first(where: { !(0...1).contains($0) }) {
            throw ValidationError("--far takes 0…1, not \(bad)")
        }
        if template == .qualityWeighted, galleryQuality == nil {
            throw ValidationError("quality_weighted needs --gallery-quality.")
        }
        if template == .mediaMean, galleryMedia == nil { throw ValidationError("media_mean needs --gallery-media.") }
    }

    /// The gallery as it stands, or pooled to a row a person.
    private func readGallery() throws(LikenessError) -> (vectors: Matrix, identities: [Int]) {
        let (vectors, identities) = (try NPY.readMatrix(gallery), try NPY.readLabels(galleryLabels))
        guard let template else { return (vectors, identities) }
        let quality = try galleryQuality.map { (path) throws(LikenessError) in
            let values = try NPY.readMatrix(path)
            return (0..<values.rows).flatMap { values.row($0).map(Double.init) }
        }
        let media = try galleryMedia.map { (path) throws(LikenessError) in try NPY.readLabels(path) }
        let pooled = try TemplateSet(
            vectors, identities: identities, pooling: template, quality: quality ?? [], media: media ?? [])
        for person in pooled.leftOut { common.console.warning("person \(person) has no template and is left out") }
        return (pooled.vectors, pooled.identities)
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let (entries, people) = try readGallery()
        let search = try GallerySearch(entries, identities: people)
        let outcomes = try search.search(
            NPY.readMatrix(probes), identities: NPY.readLabels(probeLabels), threads: common.threadCount)
        let report = try IdentificationReport(outcomes, identities: search.identities)
        let open = try far.compactMap { far in
            try report.openSet(far: far).map { p in
                IdentificationOutput.OpenSet(
                    far: far, rank: p.rank, value: p.rate, threshold: p.threshold.threshold,
                    nonMated: p.threshold.impostors, reliable: p.threshold.isReliable)
            }
        }
        let result = IdentificationOutput(
            identities: search.identities, entries: entries.rows, template: template?.rawValue,
            mated: report.mated.count, nonMated: report.nonMated.count,
            ranks: rank.compactMap { k in report.identificationRate(rank: k).map { .init(rank: k, value: $0) } },
            openSet: open)
        try run.finish(
            result, outcomes.count, "probes", inputs: [gallery, galleryLabels, probes, probeLabels, galleryQuality],
            settings: [.init("Templates", template?.rawValue ?? "best of several entries")], print: { print(result) }
        ) { try EvaluationReport(identification: report, far: far) }
    }

    private func print(_ r: IdentificationOutput) {
        let console = common.console
        console.result("\(r.identities) people in the gallery, \(r.mated) mated and \(r.nonMated) non-mated probes")
        console.result("")
        console.table(["rank", "identified"], r.ranks.map { ["\($0.rank)", Figure.rate($0.value)] })
        guard !r.openSet.isEmpty else { return }
        console.result("")
        console.table(
            ["FAR (step)", "detected and identified", "threshold", ""],
            r.openSet.map {
                [
                    Figure.far($0.far), Figure.rate($0.value), Figure.rate($0.threshold),
                    $0.reliable ? "" : "unreliable: fewer than 10",
                ]
            })
    }
}

private struct IdentificationOutput: Encodable {
    struct Rank: Encodable {
        let rank: Int
        let value: Double
    }
    struct OpenSet: Encodable {
        let far: Double
        let rank: Int
        let value: Double
        let threshold: Double?
        let nonMated: Int
        let reliable: Bool
    }

    let `protocol` = "identification"
    let ties = TieRule.pessimistic.rawValue
    let identities: Int
    /// Gallery rows searched, after pooling.
    let entries: Int
    /// nil: several entries a person, the best counts.
    let template: String?
    let mated: Int
    let nonMated: Int
    let ranks: [Rank]
    let openSet: [OpenSet]

    enum CodingKeys: String, CodingKey {
        case `protocol`, ties, identities, entries, template, mated, nonMated, ranks, openSet
    }
}

extension TemplatePooling: ExpressibleByArgument {}

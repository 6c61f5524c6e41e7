import FaceCore
import FaceEvaluation
import FaceLearning
import FaceVision
import Foundation
import Synchronization

/// Pictures filed under names, as cleaning takes them: the face of each, its chip and its vector.
struct FiledPictures {
    /// The list that was read; rows of what follows are its items that have a face.
    let dataset: FaceDataset
    let items: [Int]
    let chips: [Raster]
    /// Pictures without a face, and pictures that cannot be read.
    let faceless: [String]
    let failures: [LikenessError]

    var labels: [Int] { items.map { dataset.items[$0].label } }
    func path(_ row: Int) -> String { dataset.items[items[row]].name }
    func name(_ label: Int) -> String { dataset.classes[label] }

    /// `areChips`: pictures are cut and aligned already.
    init(_ data: String, areChips: Bool, cutter: ChipCutter, console: Console) throws {
        let dataset = try FaceDataset.open(data, minimum: 1)
        self.dataset = dataset
        let slots = Mutex([Raster?](repeating: nil, count: dataset.items.count))
        var failures = dataset.skipped
        if areChips {
            let decoder = try PhotoDecoder(.init(workingSize: 0, hashesContent: false))
            let side = cutter.aligner.size
            let wrong = Mutex([LikenessError]())
            parallelFor(dataset.items.count, threads: availableThreads()) { i in
                do throws(LikenessError) {
                    let raster = try dataset.picture(i, decoder: decoder)
                    let fits = raster.width == side && raster.height == side
                    let chip = fits ? raster : raster.resized(width: side, height: side)
                    slots.withLock { $0[i] = chip }
                } catch { wrong.withLock { $0.append(error) } }
            }
            failures += wrong.withLock { $0 }
        } else {
            let meter = ProgressMeter("pictures", total: dataset.items.count) { report in
                console.progress(report.isFinished ? "" : "\(report.done) of \(report.total ?? 0) pictures")
            }
            let outcome = try cutter.cut(dataset.items.map(\.name), middle: false, progress: meter) { i, chip in
                slots.withLock { $0[i] = chip }
            }
            failures += outcome.failures
        }
        let found = slots.withLock { $0 }
        let broken = Set(failures.compactMap(\.subject))
        items = found.indices.filter { found[$0] != nil }
        chips = found.compactMap { $0 }
        faceless = found.indices.filter { found[$0] == nil }.map { dataset.items[$0].name }
            .filter { !broken.contains($0) }
        self.failures = failures
        guard !chips.isEmpty else { throw LikenessError(.emptyInput, subject: data, "shows no face") }
    }
}

/// What cleaning proposes, with the pictures.
struct CleanPage {
    let pictures: FiledPictures
    let found: LabelCleaning
    /// One line for each time that the model was trained anew: faces that changed, and so on.
    let rounds: [String]
    private static let most = 400

    func html() throws(LikenessError) -> String {
        let verdicts = Dictionary(grouping: found.decisions, by: \.verdict)
        var body =
            "<h1>What cleaning would leave out</h1>\n<p>\(found.decisions.count) of \(pictures.chips.count) faces"
        body += " under \(pictures.dataset.classes.count) names. Nothing was deleted.</p>\n"
        if !rounds.isEmpty { body += "<ul>" + rounds.map { "<li>\(Self.escaped($0))</li>" }.joined() + "</ul>\n" }
        let titles: [(LabelCleaning.Verdict, String)] = [
            (.swapped, "Nearer to another name"), (.outlier, "Far from all faces of their name"),
            (.noMajority, "Names without a majority"),
        ]
        for (verdict, title) in titles {
            let decisions = (verdicts[verdict] ?? []).sorted { ($1.lead, $0.face) < ($0.lead, $1.face) }
            guard !decisions.isEmpty else { continue }
            body += "<h2>\(title) <small>\(decisions.count)</small></h2>\n<div class=\"grid\">\n"
            for decision in decisions.prefix(Self.most) { body += try card(decision) }
            body += "</div>\n"
            if decisions.count > Self.most { body += "<p>and \(decisions.count - Self.most) more in the list.</p>\n" }
        }
        body += try names("Names that look like one person", found.merges.prefix(100).map { [$0.first, $0.second] })
        body += try names("Names that may be two people", found.mixed.prefix(100).map { [$0.identity] })
        return Self.page(body)
    }

    private func card(_ d: LabelCleaning.Decision) throws(LikenessError) -> String {
        var text = "<figure><div>" + (try image(d.face))
        if let other = d.other, let example = example(other, except: d.face) { text += try image(example) }
        text += "</div><figcaption>\(Self.escaped(pictures.name(d.identity)))"
        if let other = d.other {
            text += " → \(Self.escaped(pictures.name(other)))"
            text += "<br>\(Format.number(d.cosine, 2)) here, \(Format.number(d.otherCosine ?? 0, 2)) there"
        } else if d.verdict != .noMajority {
            text += "<br>\(Format.number(d.cosine, 2)) to its name"
        }
        return text + "</figcaption></figure>\n"
    }

    private func names(_ title: String, _ groups: [[Int]]) throws(LikenessError) -> String {
        guard !groups.isEmpty else { return "" }
        var text = "<h2>\(title) <small>\(groups.count)</small></h2>\n<div class=\"grid\">\n"
        for group in groups {
            text += "<figure><div>"
            let each = group.count > 1 ? 2 : 4
            for name in group {
                for row in pictures.labels.indices.filter({ pictures.labels[$0] == name }).prefix(each) {
                    text += try image(row)
                }
            }
            let words = group.map { Self.escaped(pictures.name($0)) }.joined(separator: " = ")
            text += "</div><figcaption>\(words)</figcaption></figure>\n"
        }
        return text + "</div>\n"
    }

    /// A face of a name that stays.
    private func example(_ name: Int, except row: Int) -> Int? {
        let out = Set(found.decisions.map(\.face))
        return pictures.labels.indices.first { pictures.labels[$0] == name && $0 != row && !out.contains($0) }
    }

    private func image(_ row: Int) throws(LikenessError) -> String {
        let small = pictures.chips[row].resized(width: 80, height: 80)
        let data = Data(try RasterEncoder.encode(small, as: .jpeg(quality: 80))).base64EncodedString()
        let name = Self.escaped(URL(fileURLWithPath: pictures.path(row)).lastPathComponent)
        return "<img alt=\"\(name)\" title=\"\(Self.escaped(pictures.path(row)))\" width=\"80\" height=\"80\" "
            + "src=\"data:image/jpeg;base64,\(data)\">"
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }

    private static func page(_ body: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>likeness: cleaning</title>
        <style>
        :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
        body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
        h2 { margin: 2.2rem 0 .8rem } small { opacity: .6; font-weight: normal }
        .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .8rem }
        figure { margin: 0; padding: .6rem; border: 1px solid color-mix(in srgb, currentcolor 15%, transparent);
          border-radius: .6rem }
        figure div { display: flex; flex-wrap: wrap; gap: .3rem } img { border-radius: .35rem }
        figcaption { margin-top: .4rem; font-size: .82rem; overflow-wrap: anywhere }
        </style></head><body>
        \(body)</body></html>

        """
    }
}

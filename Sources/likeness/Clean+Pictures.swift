import FaceCore
import FaceLearning
import FaceVision
import Foundation

extension Clean {
    /// Detect, embed, judge; then train on what is left, embed by that network, judge again.
    func cleanPictures() throws {
        if retrain != nil { try Training.require() }
        let files = ["decisions.jsonl", "kept.csv", "report.html"].map { "\(out)/\($0)" }
        try Output.requireFree(files, force: force)
        let vision = try Vision(detection, embedding: embedding, common: common)
        guard let embedder = vision.embedder else { return }
        let cutter = try ChipCutter(model: embedder.card.id, detection, common)
        let pictures = try FiledPictures(vectors, areChips: chips, cutter: cutter, console: common.console)
        for failure in pictures.failures.prefix(20) { common.console.warning(failure.description) }
        var found = try LabelCleaning(embed(pictures.chips, embedder), labels: pictures.labels, options: options)
        var rounds = ["\(found.decisions.count) faces by \(embedder.card.id)"]
        #if Training
            if let retrain { try iterate(pictures, &found, &rounds, recipe: TrainingRecipe.read(retrain)) }
        #endif
        try Output.makeFolder(out)
        let decisions = review.map { found.doubtful($0) } ?? found.decisions
        let named = decisions.map { NamedDecision($0, pictures) }
        try JSONLinesWriter.writeAll(named, to: files[0], force: force)
        try AtomicFile.write(Array(kept(pictures, found).utf8), to: files[1], force: force)
        let page = CleanPage(pictures: pictures, found: found, rounds: rounds)
        try AtomicFile.write(Array(page.html().utf8), to: files[2], force: force)
        let result = CleanOutput(found, out)
        if common.json { return try common.console.json(result) }
        let verdicts = result.verdicts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        common.console.result(
            "\(found.decisions.count) of \(pictures.chips.count) faces: \(verdicts.joined(separator: ", ")); "
                + "\(pictures.faceless.count) pictures without a face: \(files[2])")
        for round in rounds { common.console.note(round) }
    }

    private func embed(_ chips: [Raster], _ embedder: FaceEmbedder) throws -> Matrix {
        var rows = Matrix(rows: chips.count, columns: embedder.space.dimension)
        for start in stride(from: 0, to: chips.count, by: 256) {
            let end = min(start + 256, chips.count)
            let part = try embedder.embed(chips: Array(chips[start..<end]))
            for i in 0..<part.rows { rows.setRow(start + i, part.row(i)) }
            common.console.progress("\(end) of \(chips.count) faces embedded")
        }
        common.console.progress("")
        rows.normaliseRows()
        return rows
    }

    /// What stays, as a list that `train --data` takes.
    private func kept(_ pictures: FiledPictures, _ found: LabelCleaning) -> String {
        let out = Set(found.decisions.map(\.face))
        func quoted(_ text: String) -> String {
            text.contains { ",\"\n\r".contains($0) } ? "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\"" : text
        }
        return "path,identity\n"
            + pictures.labels.indices.filter { !out.contains($0) }.map { row in
                let path = URL(fileURLWithPath: pictures.path(row)).standardizedFileURL.path
                return "\(quoted(path)),\(quoted(pictures.name(pictures.labels[row])))\n"
            }.joined()
    }

    #if Training
        private func iterate(
            _ pictures: FiledPictures, _ found: inout LabelCleaning, _ notes: inout [String], recipe: TrainingRecipe
        ) throws {
            var recipe = recipe
            if let weights { recipe.weights = weights }
            (recipe.data, recipe.seed) = (vectors, common.seed)
            for round in 1...rounds {
                let before = Set(found.decisions.map(\.face))
                let rows = pictures.chips.indices.filter { !before.contains($0) }
                let data = try data(pictures, rows, recipe)
                let trainer = try Trainer(
                    recipe, data: data, folder: "\(out)/round-\(round)", threads: common.threadCount)
                let console = common.console
                try InterruptibleRun.run { cancellation in
                    try trainer.run(cancellation: cancellation) { p in
                        console.progress(
                            "training \(round): step \(p.step) of \(p.total), loss \(Format.number(p.report.loss, 3))")
                    }
                }
                console.progress("")
                var vectors = Matrix(try trainer.embeddings(pictures.chips))
                vectors.normaliseRows()
                found = try LabelCleaning(vectors, labels: pictures.labels, options: options)
                let changed = before.symmetricDifference(found.decisions.map(\.face)).count
                notes.append(
                    "\(found.decisions.count) faces after training \(round) on \(rows.count) of them; \(changed) changed"
                )
                if Double(changed) < 0.01 * Double(pictures.chips.count) { break }
            }
        }

        /// The faces that stay, names with a single one left out.
        private func data(
            _ pictures: FiledPictures, _ rows: [Int], _ recipe: TrainingRecipe
        ) throws(LikenessError) -> TrainingData {
            let labels = pictures.labels
            let counts = Dictionary(rows.map { (labels[$0], 1) }, uniquingKeysWith: +)
            let names = counts.filter { $0.value > 1 }.keys.sorted()
            let number = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
            let kept = rows.filter { number[labels[$0]] != nil }
            let chips = pictures.chips
            return try TrainingData(
                labels: kept.map { number[labels[$0], default: 0] }, classes: names.map(pictures.name),
                fingerprint: "clean-\(kept.count)", validation: recipe.validation, pairs: recipe.validationPairs,
                seed: recipe.seed
            ) { chips[kept[$0]] }
        }
    #endif
}

/// A decision with the names of what it is about.
private struct NamedDecision: Encodable {
    let picture, name: String
    let verdict: LabelCleaning.Verdict
    let cosine: Double
    let other: String?
    let otherCosine: Double?
    let lead: Double

    init(_ d: LabelCleaning.Decision, _ pictures: FiledPictures) {
        (picture, name) = (pictures.path(d.face), pictures.name(d.identity))
        (verdict, cosine, otherCosine, lead) = (d.verdict, d.cosine, d.otherCosine, d.lead)
        other = d.other.map(pictures.name)
    }
}

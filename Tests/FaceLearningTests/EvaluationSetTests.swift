import FaceCore
import FaceEvaluation
import FaceLearning
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite(.serialized) struct EvaluationSetTests {
    /// Chips `a/0.png` … of four people with colours of their own, and all pairs of them as a list.
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        var items: [(String, Int)] = []
        for person in 0..<4 {
            try FileManager.default.createDirectory(
                atPath: folder.file("chips/p\(person)"), withIntermediateDirectories: true)
            for n in 0..<6 {
                let pixels = (0..<192).map { UInt8(20 + person * 60 + ($0 * (n + 1)) % 9) }
                let data = try RasterEncoder.encode(Raster(width: 8, height: 8, pixels: pixels), as: .png)
                try Data(data).write(to: URL(fileURLWithPath: folder.file("chips/p\(person)/\(n).png")))
                items.append(("p\(person)/\(n).jpg", person))
            }
        }
        var text = "left,right,label\n"
        for i in items.indices {
            for j in 0..<i { text += "\(items[j].0),\(items[i].0),\(items[i].1 == items[j].1 ? 1 : 0)\n" }
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("pairs.csv")))
        return folder
    }

    private func set(_ folder: TemporaryFolder, name: String = "toy", every: Int? = nil) throws -> EvaluationSet {
        try EvaluationSet(
            EvaluationRecipe(name: name, pairs: folder.file("pairs.csv"), chips: folder.file("chips"), every: every),
            width: 8, height: 8, store: folder.file("store"), threads: 1)
    }

    @Test func chipsAreFoundOnceWhateverTheirEnding() throws {
        let folder = try folder()
        let set = try set(folder)
        #expect(set.names.count == 24 && set.missing.isEmpty && set.list.comparisons.count == 276)
        #expect(set.chip(0).pixels[0] == 20)
        // vectors by colour tell everybody apart
        let rows = Matrix((0..<24).map { i in (0..<4).map { Float($0 == i / 6 ? 1 : 0) } })
        let (result, scored) = try set.result(rows)
        #expect(result.accuracy == 1 && scored.pairs.scores.count == 276)
    }

    @Test func missingChipsAreCountedAndWrongFoldersRefused() throws {
        let folder = try folder()
        try FileManager.default.removeItem(atPath: folder.file("chips/p1/0.png"))
        let left = try set(folder)
        #expect(left.missing == ["p1/0.jpg"] && left.list.comparisons.count == 253)
        for person in 1..<4 { try FileManager.default.removeItem(atPath: folder.file("chips/p\(person)")) }
        #expect(failure { _ = try set(folder) }?.code == .trainingInput)
        #expect(failure { _ = try set(folder, name: "a/b") }?.code == .usage)
    }

    #if Training
        @Test func runsAreMeasuredOnTheWay() throws {
            let (folder, run) = (try folder(), try TemporaryFolder())
            var recipe = ToyTraining.recipe()
            recipe.tensorBoard = true
            let trainer = try Trainer(
                recipe, data: ToyTraining.data(), evaluations: [set(folder, every: 10)], folder: run.path,
                plan: ToyTraining.plan(), threads: 1)
            try trainer.run(until: 25)
            let lines = try String(contentsOfFile: run.file("metrics.jsonl"), encoding: .utf8).split(separator: "\n")
                .filter { $0.contains("evaluation.toy.accuracy") }
            #expect(lines.count == 2 && lines.first?.contains("\"step\":10") == true)
            #expect(lines.allSatisfy { $0.contains("\"evaluation.toy.pairs\":276") })
            let scores = try String(contentsOfFile: run.file("scores-toy.csv"), encoding: .utf8)
            #expect(scores.split(separator: "\n").count == 277)
            let events = try FileManager.default.contentsOfDirectory(atPath: run.file("events"))
            #expect(events.count == 1)
        }

        /// What is measured leaves the weights and everything that follows as they are.
        @Test func measuringChangesNothing() throws {
            let (folder, a, b) = (try folder(), try TemporaryFolder(), try TemporaryFolder())
            let (data, plan) = (try ToyTraining.data(), try ToyTraining.plan())
            let plain = try Trainer(ToyTraining.recipe(), data: data, folder: a.path, plan: plan, threads: 1)
            try plain.run(until: 12)
            let measured = try Trainer(
                ToyTraining.recipe(), data: data, evaluations: [set(folder, every: 1)], folder: b.path, plan: plan,
                threads: 1)
            try measured.run(until: 12)
            #expect(try ToyTraining.weights(plain) == ToyTraining.weights(measured))
        }

        @Test func clustersOfClassesAreMadeAnewAndResumed() throws {
            var recipe = ToyTraining.recipe()
            recipe.head = HeadRecipe(.twoHead)
            (recipe.head.clusters, recipe.head.recluster) = (3, 1)
            let (a, b) = (try TemporaryFolder(), try TemporaryFolder())
            let (data, plan) = (try ToyTraining.data(), try ToyTraining.plan())
            let whole = try Trainer(recipe, data: data, folder: a.path, plan: plan, threads: 1)
            let first = try #require(whole.objective.head as? TwoHeadSoftmax).clusters
            try whole.run(until: 17)
            let now = try #require(whole.objective.head as? TwoHeadSoftmax).clusters
            #expect(now != first && now.members.count == 3)
            #expect(now.members.allSatisfy { $0.count == 3 })
            let part = try Trainer(recipe, data: data, folder: b.path, plan: plan, threads: 1)
            try part.run(until: 13)
            let resumed = try Trainer(recipe, data: data, folder: b.path, plan: plan, resume: true, threads: 1)
            try resumed.run(until: 17)
            #expect(try #require(resumed.objective.head as? TwoHeadSoftmax).clusters == now)
            #expect(try ToyTraining.weights(resumed) == ToyTraining.weights(whole))
        }
    #endif
}

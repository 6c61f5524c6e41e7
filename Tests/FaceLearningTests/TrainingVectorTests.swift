import FaceCore
import FaceLearning
import FaceTestSupport
import Foundation
import Testing

/// `learning.json`. Memory selection, the continual summary and the fits of an upgrade (`k-center` … `recovered-share`)
/// belong to continual learning and to upgrades of an index: they are no part of this library.
@Suite struct TrainingVectorTests {
    static let golden: [GoldenCase] = (try? Golden("learning").cases) ?? []

    private func golden(_ id: String) throws -> GoldenCase { try #require(Self.golden.first { $0.id == id }) }

    @Test(arguments: ["schedule-polynomial", "schedule-cosine", "schedule-steps"])
    func schedule(_ id: String) throws {
        let c = try golden(id)
        let schedule = LearningRate(
            shape: try #require(LearningRate.Shape(rawValue: c.text("kind"))), base: c.number("base"),
            warmUp: Int(c.number("warm")), total: Int(c.number("total")),
            milestones: c.parameters["milestones"] as? [Int] ?? [])
        let got = try c.input("steps").integers.map(schedule.value)
        #expect(try mismatch(got, c.expectation("lr").values, 1e-9) == nil)
    }

    @Test func partialSample() throws {
        let c = try golden("partial-fc-sample")
        let sample = ClassSample.chosen(
            keys: try c.input("keys").values, positives: Set(try c.input("positives").integers), rate: c.number("rate"))
        #expect(try sample == c.expectation("sample").integers)
    }

    /// Of equal keys the first classes are taken, positives before all.
    @Test func samplesOfEqualKeys() {
        #expect(ClassSample.chosen(keys: [0.5, 0.5, 0.9, 0.5, 0.1], positives: [4], rate: 0.8) == [0, 1, 2, 4])
        #expect(ClassSample.chosen(keys: [0, 0, 0, 0], positives: [3], rate: 0.5) == [0, 3])
        #expect(ClassSample.chosen(keys: [0.2, 0.1], positives: [], rate: 0.5) == [0])
    }

    #if Training
        @Test(arguments: ["sgd-momentum", "sgd-nesterov", "adamw"], [Element.float64, .float32])
        func optimiser(_ id: String, _ element: Element) throws {
            let c = try golden(id)
            let decay = WeightDecay(c.number("decay"))
            let optimiser: any Optimiser =
                id == "adamw"
                ? AdamW(betas: (c.number("beta1"), c.number("beta2")), epsilon: c.number("eps"), decay: decay)
                : MomentumDescent(momentum: c.number("momentum"), isNesterov: id == "sgd-nesterov", decay: decay)
            let tensor = { (name: String) in try Tensor(c.input(name).values, [5], element: element) }
            let w = try Parameter("w", tensor("w0").copied(), kind: .weight)
            let (target, curvature) = (try tensor("target"), try tensor("curvature"))
            var path: [Double] = []
            for _ in 0..<6 {
                try w.clearGradient()
                try w.value.setGradient(curvature * (w.value.detached() - target))
                try optimiser.step([w], rate: c.number("lr"))
                path += try w.value.doubles()
            }
            let want = try c.expectation("path").values
            #expect(mismatch(path, want, element == .float64 ? 1e-9 : 2e-4) == nil)
        }

        @Test func movingAverage() throws {
            let c = try golden("ema")
            let w = try Parameter("w", Tensor(c.input("w0").values, [5], element: .float64).copied(), kind: .weight)
            let average = try MovingAverage([w], decay: c.number("decay"))
            let path = try c.input("path").values
            var got: [Double] = []
            for step in 0..<6 {
                let next = try Tensor(Array(path[step * 5..<step * 5 + 5]), [5], element: .float64)
                try withoutGradients { () throws(LikenessError) in try w.value.detached().copyInPlace(next) }
                try average.update([w])
                got += try average.values["w"]?.doubles() ?? []
            }
            #expect(try mismatch(got, c.expectation("ema").values, 1e-9) == nil)
        }

        /// Rows without a gradient keep their weights and their momentum.
        @Test func sparseRows() throws {
            let (dense, sparse) = (MomentumDescent(), MomentumDescent())
            let start = try Tensor((0..<12).map { Double($0) / 7 }, [4, 3], element: .float64)
            let a = try Parameter("a", start.copied(), kind: .head)
            let b = try Parameter("a", start.copied(), kind: .head)
            for step in 0..<3 {
                let gradient = try Tensor((0..<6).map { Double($0 + step) }, [2, 3], element: .float64)
                try b.setRows(Tensor([1, 3]), gradient)
                try a.value.setGradient(b.denseGradient())
                try dense.step([a], rate: 0.1)
                try sparse.step([b], rate: 0.1)
            }
            let (x, y, old) = (try a.value.doubles(), try b.value.doubles(), try start.doubles())
            for row in [1, 3] {
                #expect(mismatch(Array(y[row * 3..<row * 3 + 3]), Array(x[row * 3..<row * 3 + 3]), 1e-12) == nil)
            }
            for row in [0, 2] { #expect(Array(y[row * 3..<row * 3 + 3]) == Array(old[row * 3..<row * 3 + 3])) }
        }
    #endif

    @Test func watch() throws {
        func sample(_ loss: Double, _ accuracy: Double? = 0.5, spread: Double = 1, finite: Bool = true)
            -> DivergenceWatch.Sample
        {
            .init(loss: loss, accuracy: accuracy, targetCosine: 0.3, spread: spread, isFinite: finite)
        }
        // a margin too large: the loss falls, the accuracy stays at chance
        var margin = DivergenceWatch(classes: 1000, epoch: 60)
        let error = failure {
            for step in 0..<200 { try margin.observe(sample(40 - Double(step) * 0.1, 0.001)) }
        }
        #expect(error?.code == .trainingDiverged && error?.message.contains("margin") == true)
        var good = DivergenceWatch(classes: 1000, epoch: 60)
        #expect(failure { for step in 0..<200 { try good.observe(sample(40 - Double(step) * 0.1, 0.2)) } } == nil)
        var broken = DivergenceWatch(classes: 10, epoch: 10)
        #expect(
            failure { for _ in 0..<3 { try broken.observe(sample(.nan, finite: false)) } }?.code == .trainingDiverged)
        var collapse = DivergenceWatch(classes: 10, epoch: 10)
        try collapse.observe(sample(0.3, nil, spread: 1.2))
        #expect(
            failure { for _ in 0..<20 { try collapse.observe(sample(0.3, nil, spread: 0.1)) } }?.message.contains(
                "collapse") == true)
        var bound = DivergenceWatch(classes: 10_000, epoch: 60, lowerBound: 8.21)
        #expect(
            failure { for _ in 0..<400 { try bound.observe(sample(8.22, 0.9)) } }?.message.contains("scale") == true)
    }

    @Test func lossScale() {
        var scaler = LossScaler(isNeeded: true)
        #expect(scaler.factor == 1024)
        let skipped = scaler.observe(finite: false)
        #expect(!skipped && scaler.factor == 512)
        for _ in 0..<2000 { _ = scaler.observe(finite: true) }
        #expect(scaler.factor == 1024)
        var plain = LossScaler(isNeeded: false)
        for _ in 0..<5000 { _ = plain.observe(finite: true) }
        #expect(plain.factor == 1)
    }

    @Test func recipes() throws {
        var recipe = TrainingRecipe()
        recipe.loss = LossRecipe(.triplet)
        #expect(failure { try recipe.check() }?.subject == "sampling")
        recipe.sampling = .identities
        try recipe.check()
        recipe.accumulation = 2
        #expect(failure { try recipe.check() }?.subject == "accumulation")
    }
}

@Suite struct RecipeTests {
    /// Every recipe of the checkout is read, makes sense, and names a network and a loss that exist.
    @Test func recipesOfTheCheckout() throws {
        let folder = "\(TestData.packageFolder)/Recipes"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasSuffix(".json") && !$0.hasPrefix("graph-")
        }
        #expect(files.count >= 8)
        for file in files {
            let recipe = try TrainingRecipe.read("\(folder)/\(file)")
            try recipe.check()
            _ = try BackbonePlan.named(recipe.backbone)
        }
    }

    @Test func roundTrip() throws {
        var recipe = TrainingRecipe()
        recipe.loss = LossRecipe(.combined)
        recipe.loss.margins = [1, 0.3, 0.2]
        recipe.clip = 5
        let folder = try TemporaryFolder()
        try Data(recipe.json().utf8).write(to: URL(fileURLWithPath: folder.file("r.json")))
        #expect(try TrainingRecipe.read(folder.file("r.json")) == recipe)
        for text in ["", "[]", "{\"loss\": {\"kind\": \"x\"}}", "{\"batch\": \"many\"}", "{\"unknown\": 1}"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("r.json")))
            #expect(failure { _ = try TrainingRecipe.read(folder.file("r.json")) }?.code == .trainingInput, "\(text)")
        }
    }
}

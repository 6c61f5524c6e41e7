import FaceCore
import FaceLearning
import Testing

@Suite struct BackbonePlanTests {
    static let golden: [GoldenCase] = (try? Golden("backbones", list: "backbones").cases) ?? []

    @Test func fileIsComplete() throws {
        #expect(Set(Self.golden.map(\.id)) == Set(BackbonePlan.ids))
        #expect(Self.golden.count == 14)
    }

    @Test(arguments: golden)
    func counts(_ c: GoldenCase) throws {
        let plan = try BackbonePlan.named(c.id)
        let integer = { (name: String) in c.object[name] as? Int ?? -1 }
        #expect(plan.input == c.object["input"] as? [Int])
        #expect(plan.dimension == integer("embedding"))
        #expect(plan.parameters.trainable == integer("trainable"))
        #expect(plan.parameters.frozen == integer("frozen_parameters"))
        #expect(plan.buffers == integer("buffers"))
        #expect(plan.multiplyAccumulates == integer("macs"))
        let kinds = c.object["by_kind"] as? [String: [String: Int]] ?? [:]
        #expect(plan.byKind.mapValues { ["layers": $0.layers, "parameters": $0.parameters] } == kinds)
        let stages = plan.stages
        #expect(stages.count == plan.layers.count)
        for stage in c.object["stages"] as? [[String: Any]] ?? [] {
            let (from, to) = (stage["from"] as? Int ?? 0, stage["to"] as? Int ?? 0)
            for i in from...to { #expect(stages[i] == stage["output"] as? [Int], "layer \(i)") }
        }
    }

    @Test func refusals() throws {
        #expect(throws: LikenessError.self) { try BackbonePlan.named("alexnet") }
        #expect(throws: LikenessError.self) { try BackbonePlan.named("iresnet-18", dropout: 1) }
    }
}

#if Training
    @Suite struct BackboneTests {
        /// One forward pass on weights that a hash gives.
        @Test(arguments: BackbonePlanTests.golden, [Element.float64, .float32])
        func forward(_ c: GoldenCase, _ element: Element) throws {
            let net = try Backbone(.named(c.id), seed: nil, element: element)
            try HashedWeights.fill(net)
            let shape = [1] + net.plan.input
            let input = HashedWeights.values(shape.reduce(1, *), 9999).map { 2 * $0 }
            let out = try withoutGradients { () throws(LikenessError) in
                try net(Tensor(input, shape, element: element), training: false).doubles()
            }
            let norm = out.map { $0 * $0 }.reduce(0, +).squareRoot()
            let tolerance = element == .float64 ? 1e-8 : 2e-3
            let want = c.object["forward"] as? [String: Any] ?? [:]
            let number = { (name: String) in want[name] as? Double ?? .nan }
            #expect(abs(norm - number("norm")) <= tolerance * number("norm"))
            let unit = out.map { $0 / norm }
            #expect(abs(unit.reduce(0, +) - number("unit_sum")) <= tolerance * (1 + abs(number("unit_sum"))))
            #expect(mismatch(Array(unit.prefix(8)), want["unit_first8"] as? [Double] ?? [], tolerance) == nil)
        }

        @Test func refusals() throws {
            let net = try Backbone(.named("mobilefacenet-y1"))
            #expect(throws: LikenessError.self) { try net(Tensor.filled(0, [1, 3, 96, 112]), training: false) }
            #expect(throws: LikenessError.self) { try net(Tensor.filled(0, [1, 3, 112, 112]), training: true) }
        }

        @Test func batchNormInTraining() throws {
            let golden = try Golden("learning").cases.first { $0.id == "batch-norm-train" }
            let c = try #require(golden)
            let plan = try BackbonePlan("bn", input: [3], layers: [.batchNorm(.init(3))])
            let net = try Backbone(plan, element: .float64)
            for (name, key) in [("0.weight", "weight"), ("0.bias", "bias")] {
                try withoutGradients { () throws(LikenessError) in
                    try net[name]?.value.copyInPlace(
                        LossCase.typed { try Tensor(c.input(key).values, [3], element: .float64) })
                }
            }
            let x = try Tensor(c.input("x").values, [4, 3], element: .float64).asLeaf()
            let y = try net(x, training: true)
            try y.power(3).sum().backward()
            #expect(try mismatch(y.doubles(), c.expectation("y").values, 1e-9) == nil)
            #expect(try mismatch(x.gradient()?.doubles() ?? [], c.expectation("grad_x").values, 1e-9) == nil)
            for name in ["weight", "bias"] {
                let got = try net["0.\(name)"]?.value.gradient()?.doubles() ?? []
                #expect(try mismatch(got, c.expectation("grad_\(name)").values, 1e-9) == nil)
            }
            for name in ["mean", "var"] {
                let got = try net.buffers["0.running_\(name)"]?.doubles() ?? []
                #expect(try mismatch(got, c.expectation("running_\(name)").values, 1e-9) == nil)
            }
        }
    }

    /// The deterministic filling of `backbones.json`.
    enum HashedWeights {
        static func values(_ n: Int, _ k: Int) -> [Double] {
            (0..<n).map { i in
                var h = UInt32(truncatingIfNeeded: UInt64(i + 1) &* 2_654_435_761 &+ UInt64(k + 1) &* 40503)
                h ^= h >> 16
                h = h &* 2_246_822_519
                h ^= h >> 13
                return Double(h) / 4_294_967_296 - 0.5
            }
        }

        static func fill(_ net: Backbone) throws {
            var k = 0
            for parameter in net.parameters {
                let shape = parameter.value.shape
                guard parameter.name.hasSuffix("weight"), shape.count > 1 else { continue }
                let n = shape.reduce(1, *)
                let factor = (12 / Double(n / shape[0])).squareRoot()
                try set(parameter, values(n, k).map { $0 * factor })
                let bias = parameter.name.replacing("weight", with: "bias")
                if let bias = net[bias] { try set(bias, values(bias.value.count, 1000 + k).map { 0.1 * $0 }) }
                k += 1
            }
        }

        private static func set(_ parameter: Parameter, _ values: [Double]) throws {
            try withoutGradients { () throws(LikenessError) in
                let element = parameter.value.element
                try parameter.value.copyInPlace(Tensor(values, parameter.value.shape, element: element))
            }
        }
    }
#endif

#if Training
    import FaceCore
    import FaceLearning
    import Testing

    /// Gradients against central differences on random inputs, and finite values where formulas have no derivative.
    @Suite struct TrapTests {
        struct Rule: CustomStringConvertible, @unchecked Sendable {
            let description: String
            let make: () throws -> any MarginRule
            /// The straight-through estimator differs from the derivative by design.
            var isDerivative = true
        }

        static let rules: [Rule] = [
            Rule(description: "softmax") { PlainSoftmax() },
            Rule(description: "l-softmax") { try LargeMarginSoftmax(m: 3, annealing: .fixed(1)) },
            Rule(description: "a-softmax") { try SphereFace(m: 4, annealing: .fixed(5)) },
            Rule(description: "normface") { NormFace(scale: .fixed(16)) },
            Rule(description: "positive-scale") { NormFace(scale: .fixed(15), positiveFactor: 0.75) },
            Rule(description: "cosface") { CosFace(scale: 30) },
            Rule(description: "arcface-exact") { ArcFace(scale: 16, variant: .exact) },
            Rule(description: "arcface-easy") { ArcFace(scale: 16, variant: .easy) },
            Rule(description: "arcface-tail") { ArcFace(scale: 16, variant: .linearTail) },
            Rule(
                description: "arcface-straight-through", make: { ArcFace(scale: 16, variant: .straightThrough) },
                isDerivative: false),
            Rule(description: "combined") { CombinedMargin(scale: 16, m1: 0.9, m2: 0.4, m3: 0.15) },
            Rule(description: "adacos-fixed") { try AdaCos(classes: 7, isDynamic: false) },
            Rule(description: "magface") { MagFace(scale: 16, lengths: 0.5...5) },
            Rule(description: "elastic") { ElasticFace(scale: 16, kind: .arc, deviation: 0.05) },
            // State and weights without gradient are held fixed by the golden cases; here only finiteness is asked.
            Rule(description: "adacos", make: { try AdaCos(classes: 7) }, isDerivative: false),
            Rule(description: "adaface", make: { AdaFace(scale: 16, mean: 2, deviation: 1) }, isDerivative: false),
            Rule(description: "curricular", make: { CurricularFace(scale: 16, t: 0.3) }, isDerivative: false),
            Rule(description: "circle", make: { CircleLoss(gamma: 32) }, isDerivative: false),
        ]

        private static func random(_ n: Int, _ seed: UInt64) -> [Double] {
            var random = SeededRandom(seed: seed)
            return (0..<n).map { _ in 2 * random.unit() - 1 }
        }

        private func loss(_ rule: Rule, _ x: [Double], _ w: [Double], _ labels: [Int]) throws -> (
            Double, [Double], [Double]
        ) {
            let features = try Tensor(x, [labels.count, 5], element: .float64).asLeaf()
            let weights = try Tensor(w, [7, 5], element: .float64)
            let head = try FullHead(weights: weights, rule: rule.make())
            let report = try head.step(features, labels, factor: 1)
            return (
                report.loss, try features.gradient()?.doubles() ?? [],
                try head.weights.value.gradient()?.doubles() ?? []
            )
        }

        @Test(arguments: rules.filter(\.isDerivative), [UInt64(11), 12, 13])
        func differences(_ rule: Rule, _ seed: UInt64) throws {
            let labels = [0, 3, 6, 3]
            let (x, w) = (Self.random(20, seed), Self.random(35, seed + 100))
            let (_, gx, gw) = try loss(rule, x, w, labels)
            let h = 1e-5
            for (values, gradient, isX) in [(x, gx, true), (w, gw, false)] {
                let scale = 1 + (gradient.map(abs).max() ?? 0)
                for i in stride(from: 0, to: values.count, by: 3) {
                    func at(_ d: Double) throws -> Double {
                        var moved = values
                        moved[i] += d
                        return try isX ? loss(rule, moved, w, labels).0 : loss(rule, x, moved, labels).0
                    }
                    let slope = try (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
                    #expect(abs(slope - gradient[i]) < 1e-6 * scale, "\(rule) \(isX ? "x" : "w")[\(i)]")
                }
            }
        }

        /// θ = 0, θ = π, a zero feature, a zero weight, huge and tiny lengths: finite, in both precisions.
        @Test(arguments: rules, [Element.float64, .float32])
        func traps(_ rule: Rule, _ element: Element) throws {
            let w = Self.random(35, 5)
            let row = Array(w[0..<5])
            let cases: [[Double]] = [
                row, row.map { -$0 }, [0, 0, 0, 0, 0], row.map { $0 * 1e4 }, row.map { $0 * 1e-5 },
                row.map { $0 + 1e-9 },
            ]
            for zeroWeight in [false, true] {
                var weights = w
                if zeroWeight { for i in 0..<5 { weights[i] = 0 } }
                let features = try Tensor(cases.flatMap { $0 }, [cases.count, 5], element: element).asLeaf()
                let head = try FullHead(weights: Tensor(weights, [7, 5], element: element), rule: rule.make())
                let report = try head.step(features, [Int](repeating: 0, count: cases.count), factor: 1)
                #expect(report.loss.isFinite, "\(rule)")
                for gradient in try [features.gradient(), head.weights.value.gradient()] {
                    let isFinite = try gradient?.isFinite()
                    #expect(isFinite == true, "\(rule), zero weight \(zeroWeight)")
                }
            }
        }

        static let pairLosses: [(String, any EmbeddingLoss & Sendable)] =
            [
                ("contrastive", ContrastiveLoss()), ("squared", ContrastiveLoss(form: .squared)),
                ("supcon", SupervisedContrastive()), ("circle", CirclePairLoss()),
            ]
            + TripletSelection.allCases.flatMap { s in
                [false, true].map { soft in
                    (
                        "triplet \(s) \(soft)",
                        TripletLoss(distance: RowDistance(.euclidean, unitRows: soft), selection: s, isSoft: soft)
                    )
                }
            }

        /// Equal vectors, one identity only, no identity twice: finite, and 0 where there is nothing to compare.
        @Test(arguments: pairLosses.indices)
        func pairTraps(_ index: Int) throws {
            let (name, loss) = Self.pairLosses[index]
            let equal = [Double](repeating: 0.3, count: 20)
            for (values, labels) in [
                (equal, [0, 0, 1, 1]), (equal, [0, 0, 0, 0]), (Self.random(20, 3), [0, 1, 2, 3]),
                (Self.random(20, 3), [5, 5, 5, 5]), ([Double](repeating: 0, count: 20), [0, 0, 1, 1]),
            ] {
                for element in [Element.float64, .float32] {
                    let x = try Tensor(values, [4, 5], element: element).asLeaf()
                    let value = try loss(x, labels)
                    try value.loss.backward()
                    #expect(try value.loss.scalar().isFinite, "\(name) \(labels)")
                    let isFinite = try x.gradient()?.isFinite()
                    #expect(isFinite == true, "\(name) \(labels)")
                    if value.terms == 0 { #expect(try value.loss.scalar() == 0) }
                }
            }
            let x = Self.random(30, 8)
            let labels = [0, 0, 1, 1, 2, 2]
            func at(_ values: [Double]) throws -> Tensor {
                try loss(Tensor(values, [6, 5], element: .float64).asLeaf(), labels).loss
            }
            let leaf = try Tensor(x, [6, 5], element: .float64).asLeaf()
            try loss(leaf, labels).loss.backward()
            // circle's weights are held fixed: no derivative of the value
            guard name != "circle" else { return }
            let gradient = try leaf.gradient()?.doubles() ?? []
            for i in stride(from: 0, to: 30, by: 4) {
                var (up, down) = (x, x)
                up[i] += 1e-6
                down[i] -= 1e-6
                let slope = try (at(up).scalar() - at(down).scalar()) / 2e-6
                #expect(abs(slope - gradient[i]) < 1e-5 * (1 + abs(slope)), "\(name) \(i)")
            }
        }

        /// Batch-hard on a collapsed embedding: the loss sits at the margin (soft: log 2) and nothing moves any more.
        @Test func tripletCollapse() throws {
            let x = try Tensor.filled(0.3, [6, 5], element: .float64).asLeaf()
            let labels = [0, 0, 1, 1, 2, 2]
            let distance = RowDistance(.euclidean, unitRows: false)
            let hard = TripletLoss(margin: 0.3, distance: distance, selection: .hard)
            let value = try hard(x, labels)
            try value.loss.backward()
            #expect(try abs(value.loss.scalar() - 0.3) < 1e-12)
            #expect(try x.gradient()?.doubles().allSatisfy { $0 == 0 } == true)
            let soft = try TripletLoss(distance: distance, selection: .hard, isSoft: true)(x, labels)
            #expect(try abs(soft.loss.scalar() - 0.6931471805599453) < 1e-12)
        }

        @Test func arcFacePastPi() throws {
            // beyond θ = π − m the exact form rewards a sample for getting worse; the tail does not
            func logit(_ variant: ArcFace.Variant, _ angle: Double) throws -> Double {
                let x = try Tensor([cosine(angle), sine(angle), 0, 0, 0], [1, 5], element: .float64)
                let w = try Tensor([1, 0, 0, 0, 0, 0, 1, 0, 0, 0] as [Double], [2, 5], element: .float64)
                var rule: any MarginRule = ArcFace(scale: 1, margin: 0.5, variant: variant)
                let batch = try MarginBatch(features: x, weights: w, labels: Tensor([0]), rule: rule)
                return try rule.logits(batch).doubles()[0]
            }
            #expect(try logit(.exact, 3.1) > logit(.exact, 2.8))
            #expect(try logit(.linearTail, 3.1) < logit(.linearTail, 2.8))
            #expect(try logit(.linearTail, 2.8) < logit(.linearTail, 2.5))
        }

        @Test func refusals() throws {
            #expect(failure { _ = try AdaCos(classes: 2) }?.code == .usage)
            #expect(failure { _ = try AngularMultiple(5) }?.code == .usage)
            let head = try FullHead(weights: Tensor.filled(1, [3, 5]), rule: CosFace())
            #expect(
                failure { _ = try head.step(Tensor.filled(1, [2, 5]).asLeaf(), [0, 3], factor: 1) }?.code
                    == .trainingInput)
        }
    }
#endif

#if Training
    import FaceCore
    import FaceLearning
    import Testing

    /// One golden case worked out by the library: the loss, the gradients of its inputs, and what it names as state.
    struct LossCase {
        var loss = 0.0
        var gradients: [String: [Double]] = [:]
        var extra: [String: [Double]] = [:]

        private let c: GoldenCase
        private let element: Element
        private var leaves: [String: Tensor] = [:]
        /// New order of the rows of the batch.
        private let order: [Int]?

        init(_ c: GoldenCase, _ element: Element, order: [Int]? = nil) throws {
            (self.c, self.element, self.order) = (c, element, order)
            try run()
        }

        // MARK: Inputs

        private mutating func tensor(_ name: String) throws -> Tensor {
            if let made = leaves[name] { return made }
            let array = try c.input(name)
            var made = try Tensor(array.values, array.shape, element: element)
            if let order, name == "features" { made = try made.rows(Tensor(order)) }
            made = try made.detached()
            if c.gradients[name] != nil { made = try made.asLeaf() }
            leaves[name] = made
            return made
        }

        private func labels() throws -> [Int] {
            let labels = try c.input("labels").integers
            return order.map { $0.map { labels[$0] } } ?? labels
        }

        private mutating func finish(_ value: Tensor) throws {
            loss = try value.scalar()
            if value.requiresGradient { try value.backward() }
            try collect()
        }

        private mutating func collect() throws {
            for name in c.gradients.keys {
                let leaf = try tensor(name)
                gradients[name] = try (leaf.gradient() ?? leaf.detached().zeros()).doubles()
            }
        }

        private mutating func finish(_ rule: any MarginRule, entropy: CrossEntropy = CrossEntropy()) throws {
            let head = try FullHead(
                weights: tensor("weights"), bias: c.has("bias") ? tensor("bias") : nil, rule: rule, entropy: entropy)
            let (value, report) = try head.loss(tensor("features"), labels())
            #expect(report.loss.isFinite)
            try finish(value)
            for (name, number) in head.rule.state { extra[name] = [number] }
        }

        // MARK: Families

        private mutating func run() throws {
            switch c.loss {
            case "softmax": try softmax()
            case "deepid2", "contrastive": try pairs()
            case "triplet", "supcon": try embedding()
            case "circle" where !c.has("weights"): try embedding()
            case "center": try center()
            case "schedule": try schedule()
            case "c_contrastive", "c_triplet", "joint", "intra", "inter": try classTerms()
            case "partial_fc": try partial()
            case "two_head": try twoHead()
            case "lwf", "kd", "feature_distillation": try distillation()
            case "ewc", "si", "mas": try ToyNetwork.run(&self, c, element)
            default: try margin()
            }
        }

        private mutating func softmax() throws {
            let entropy = CrossEntropy(
                smoothing: c.number("label_smoothing", 0), reduction: c.text("reduction") == "sum" ? .sum : .mean)
            let scale = c.number("logit_scale", 1)
            guard scale != 1 else { return try finish(PlainSoftmax(), entropy: entropy) }
            let logits = try tensor("features").productOfRows(tensor("weights")) * scale
            try finish(entropy(logits, Tensor(labels())))
        }

        private func fixedScale() -> Double { c.number("scale") }

        private mutating func margin() throws {
            let s = c.number("scale", 1)
            let m = c.number("margin", 0)
            switch c.loss {
            case "lsoftmax":
                try finish(LargeMarginSoftmax(m: Int(c.number("m")), annealing: .fixed(c.number("lambda"))))
            case "asoftmax":
                try finish(SphereFace(m: Int(c.number("m")), annealing: .fixed(c.number("lambda"))))
            case "normface":
                let scale: MarginScale = c.has("scale") ? .learned(try tensor("scale")) : .fixed(s)
                try finish(NormFace(scale: scale, positiveFactor: c.number("positive_factor", 1)))
                extra["bound"] = [NormFace.lowerBound(classes: 5, scale: 1)]
                extra["bound_10000_classes_s1"] = [NormFace.lowerBound(classes: 10_000, scale: 1)]
            case "cosface": try finish(CosFace(scale: s, margin: m))
            case "arcface": try finish(ArcFace(scale: s, margin: m, variant: variant()))
            case "combined":
                try finish(CombinedMargin(scale: s, m1: c.number("m1"), m2: c.number("m2"), m3: c.number("m3")))
            case "adacos": try adaCos()
            case "curricular": try curricular(s, m)
            case "magface": try magFace(s)
            case "adaface": try adaFace(s, m)
            case "elastic":
                let draws = try c.input("margins").values
                try finish(
                    ElasticFace(
                        scale: s, kind: c.text("kind") == "arc" ? .arc : .cos, isSorted: c.flag("plus"),
                        given: order.map { $0.map { draws[$0] } } ?? draws))
            case "subcenter":
                try finish(ArcFace(scale: s, margin: m, variant: .exact))
                let winners = try SubCentres.winners(tensor("features"), tensor("weights"), labels())
                extra["winner"] = winners.indices.map(Double.init)
            case "circle": try finish(CircleLoss(gamma: c.number("gamma"), margin: m))
            default: throw GoldenFault(text: "\(c.id): the family \(c.loss) is not known")
            }
        }

        private func variant() throws -> ArcFace.Variant {
            guard let variant = ArcFace.Variant(rawValue: c.text("variant")) else {
                throw GoldenFault(text: "\(c.id) has no variant")
            }
            return variant
        }

        private mutating func batch(_ rule: any MarginRule) throws -> MarginBatch {
            try MarginBatch(
                features: tensor("features"), weights: tensor("weights"), labels: Tensor(labels()), rule: rule)
        }

        private mutating func adaCos() throws {
            guard c.text("mode") == "dynamic" else {
                let rule = try AdaCos(classes: tensor("weights").shape[0], isDynamic: false)
                #expect(abs(rule.currentScale - c.number("scale")) < 1e-9)
                return try finish(rule)
            }
            var rule = AdaCos(isDynamic: true, previousScale: c.number("previous_scale"))
            if c.has("features_first") {
                let first = try MarginBatch(
                    features: tensor("features_first"), weights: tensor("weights"), labels: Tensor(labels()), rule: rule
                )
                _ = try rule.logits(first)
                extra["scale_first"] = [rule.currentScale]
            }
            var probe = rule
            _ = try probe.logits(batch(rule))
            extra["b_avg"] = [probe.evidence?.meanNegatives ?? .nan]
            extra["theta_med"] = [probe.evidence?.medianAngle ?? .nan]
            try finish(rule)
        }

        private mutating func curricular(_ s: Double, _ m: Double) throws {
            let rule = CurricularFace(scale: s, margin: m, t: c.number("t"))
            let batch = try batch(rule)
            let hard = try rule.hard(batch)
            let own = try hard.converted(to: element).picked(Tensor(labels())).sum().scalar()
            extra["hard"] = [try hard.converted(to: element).sum().scalar() - own]
            try finish(rule)
        }

        private mutating func magFace(_ s: Double) throws {
            let rule = MagFace(
                scale: s, lengths: c.number("l_a")...c.number("u_a"), margins: c.number("l_m")...c.number("u_m"),
                weight: c.number("lambda_g"))
            let batch = try batch(rule)
            extra["margins"] = try rule.margin(batch).doubles()
            extra["magnitude_loss"] = [try rule.magnitudeTerm(batch).scalar()]
            try finish(rule)
        }

        private mutating func adaFace(_ s: Double, _ m: Double) throws {
            let rule = AdaFace(
                scale: s, margin: m, concentration: c.number("h"), rate: c.number("t_alpha"), mean: c.number("mean"),
                deviation: c.number("std"))
            var probe = rule
            _ = try probe.logits(batch(rule))
            extra["z"] = try probe.standardised?.doubles() ?? []
            try finish(rule)
            extra["std"] = extra["deviation"]
        }

        private mutating func pairs() throws {
            let form: ContrastiveLoss.Form = c.text("form") == "squared" ? .squared : .distance
            let loss = ContrastiveLoss(margin: c.number("margin"), form: form)
            guard c.has("pairs") else { return try finish(loss(tensor("features"), labels()).loss) }
            let list = try c.input("pairs").integers
            var chosen = RowPairs()
            chosen.first = stride(from: 0, to: list.count, by: 2).map { list[$0] }
            chosen.second = stride(from: 1, to: list.count, by: 2).map { list[$0] }
            chosen.isSame = try c.input("same").integers.map { $0 == 1 }
            let verification = try loss(tensor("features"), chosen).loss
            guard c.has("weights") else { return try finish(verification) }
            let head = try FullHead(weights: tensor("weights"), bias: tensor("bias"), rule: PlainSoftmax())
            try finish(head.loss(tensor("features"), labels()).0 + verification * c.number("lambda"))
        }

        private mutating func embedding() throws {
            let loss: any EmbeddingLoss =
                switch c.loss {
                case "supcon": SupervisedContrastive(temperature: c.number("tau"))
                case "circle": CirclePairLoss(gamma: c.number("gamma"), margin: c.number("margin"))
                default:
                    TripletLoss(
                        margin: c.number("margin"),
                        distance: RowDistance(c.flag("squared") ? .squared : .euclidean, unitRows: c.flag("normalize")),
                        selection: TripletSelection(rawValue: c.text("selection")) ?? .all,
                        reduction: Reduction(rawValue: c.text("reduction")) ?? .mean, isSoft: c.flag("soft"))
                }
            let value = try loss(tensor("features"), labels())
            extra["terms"] = [Double(value.terms)]
            extra["active"] = value.active.map { [Double($0)] }
            try finish(value.loss)
        }

        private mutating func center() throws {
            let loss = CenterLoss(
                centers: try tensor("centers"), alpha: c.number("alpha", 0.5),
                reduction: c.text("reduction") == "mean" ? .mean : .sum)
            let columns = try Tensor(labels())
            var value = try loss(tensor("features"), columns)
            if c.has("weights") {
                let head = try FullHead(weights: tensor("weights"), bias: tensor("bias"), rule: PlainSoftmax())
                value = try head.loss(tensor("features"), labels()).0 + value * c.number("lambda")
            }
            try finish(value)
            try loss.update(tensor("features"), columns)
            extra["new_centers"] = try loss.centers.doubles()
        }

        private mutating func schedule() throws {
            let iterations = try c.input("iterations").values
            extra["sphereface_lambda"] = iterations.map(LambdaAnnealing.sphereFace.value)
            extra["lsoftmax_lambda"] = iterations.map(LambdaAnnealing.largeMargin.value)
        }

        private mutating func classTerms() throws {
            let (x, w, y) = (try tensor("features"), try tensor("weights"), try Tensor(labels()))
            let m = c.number("margin")
            switch c.loss {
            case "c_contrastive": try finish(ClassProxyLoss.contrastive(margin: m)(x, weights: w, labels: y))
            case "c_triplet": try finish(ClassProxyLoss.triplet(margin: m)(x, weights: w, labels: y))
            case "inter": try finish(InterLoss()(x, weights: w, labels: y))
            case "joint":
                let head = try FullHead(
                    weights: w, rule: NormFace(scale: .fixed(c.number("scale"))),
                    terms: [("contrastive", c.number("weight"), ClassProxyLoss.contrastive(margin: m))])
                try finish(head.loss(x, labels()).0)
            default:
                let intra = IntraLoss(alpha: c.number("alpha"))
                guard c.parameters["scale"] != nil else { return try finish(intra(x, weights: w, labels: y)) }
                let rule = NormFace(scale: .fixed(c.number("scale")))
                try finish(FullHead(weights: w, rule: rule, terms: [("intra", 1, intra)]).loss(x, labels()).0)
            }
        }

        /// Heads that collect gradients themselves.
        private mutating func partial() throws {
            let weights = try tensor("weights").detached()
            let head = try PartialHead(
                weights: weights, classes: 0..<weights.shape[0],
                rule: CosFace(scale: c.number("scale"), margin: c.number("margin")), rate: c.number("rate"))
            head.given = try c.input("sampled_classes").integers
            let report = try head.step(tensor("features"), labels(), factor: 1)
            loss = report.loss
            let place = Dictionary(uniqueKeysWithValues: head.sample.enumerated().map { ($1, $0) })
            extra["remapped_labels"] = try labels().map { Double(place[$0] ?? -1) }
            gradients["features"] = try tensor("features").gradient()?.doubles()
            gradients["weights"] = try head.weights.denseGradient().doubles()
        }

        private mutating func twoHead() throws {
            let clusters = try ClassClusters(clusterOfClass: c.input("class_to_cluster").integers)
            let margin = c.number("margin", 0)
            let rule: any MarginRule =
                margin > 0 ? ArcFace(scale: c.number("scale"), margin: margin, variant: .exact) : PlainSoftmax()
            let head = try TwoHeadSoftmax(
                weights: tensor("weights").detached(), clusterWeights: tensor("cluster_weights"),
                clusterBias: tensor("cluster_bias"), clusters: clusters, rule: rule)
            let report = try head.step(tensor("features"), labels(), factor: 1)
            loss = report.loss
            extra["cluster_loss"] = report.parts["clusters"].map { [$0] }
            extra["within_loss"] = report.parts["within"].map { [$0] }
            try collect()
            gradients["weights"] = try head.weights.denseGradient().doubles()
        }

        private mutating func distillation() throws {
            if c.loss == "feature_distillation" {
                let kind: Distillation =
                    switch c.text("form") {
                    case "l2": .features
                    case "l2_unit": .unitFeatures
                    default: .cosine
                    }
                return try finish(kind(tensor("features"), tensor("old_features")))
            }
            let t = c.number("temperature")
            let kind: Distillation = c.loss == "kd" ? .knowledge(temperature: t) : .softTargets(temperature: t)
            let (new, old) = (try tensor("new_logits"), try tensor("old_logits"))
            guard c.has("labels") else { return try finish(kind(new, old)) }
            let n = Int(c.number("old_classes"))
            let kept = try kind(new.slice(1, from: 0, count: n), old.slice(1, from: 0, count: n))
            try finish(CrossEntropy()(new, Tensor(labels())) + kept)
        }

        // MARK: For the cases with a toy network

        mutating func toyTensor(_ name: String) throws -> Tensor { try tensor(name) }
        mutating func toyFinish(_ value: Tensor) throws { try finish(value) }
        mutating func toyExtra(_ name: String, _ value: Tensor) throws { extra[name] = try value.doubles() }
        func toyLabels() throws -> [Int] { try labels() }
    }
#endif

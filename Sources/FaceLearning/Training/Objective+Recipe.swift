#if Training
    public import FaceCore

    extension Objective {
        /// Builds a recipe's loss; class weights are drawn from the seed. Throws `usage` for what does not go together.
        public convenience init(
            _ recipe: LossRecipe, head: HeadRecipe = HeadRecipe(), classes: Int, dimension: Int, seed: UInt64,
            group: ProcessGroup? = nil, device: Device = .cpu, element: Element = .float32
        ) throws(LikenessError) {
            var terms: [(name: String, weight: Double, loss: any EmbeddingLoss)] = []
            if recipe.kind.needsPairs {
                let weight = recipe.kind == .deepID2 ? recipe.weight ?? 0.05 : 1
                terms.append((recipe.kind.rawValue, weight, try Self.embeddingLoss(recipe)))
            }
            var center: (Double, CenterLoss)?
            if recipe.kind == .center {
                center = (
                    recipe.weight ?? 0.003, try CenterLoss(classes: classes, dimension: dimension, device: device)
                )
            }
            guard recipe.kind.hasClasses else {
                self.init(head: nil, terms: terms)
                return
            }
            let made = try Self.head(
                recipe, head, classes: classes, dimension: dimension, seed: seed, group: group, device: device,
                element: element)
            self.init(head: made, terms: terms, center: center)
        }

        static func embeddingLoss(_ recipe: LossRecipe) throws(LikenessError) -> any EmbeddingLoss {
            switch recipe.kind {
            case .triplet:
                guard let selection = TripletSelection(rawValue: recipe.selection ?? "semi_hard_one") else {
                    throw choice("selection", recipe.selection, TripletSelection.allCases.map(\.rawValue))
                }
                return TripletLoss(margin: recipe.margin ?? 0.2, selection: selection, isSoft: recipe.soft ?? false)
            case .circlePairs: return CirclePairLoss(gamma: recipe.scale ?? 80, margin: recipe.margin ?? 0.25)
            case .supCon: return SupervisedContrastive(temperature: recipe.temperature ?? 0.1)
            default:
                guard let form = ContrastiveLoss.Form(rawValue: recipe.form ?? "distance") else {
                    throw choice("form", recipe.form, ContrastiveLoss.Form.allCases.map(\.rawValue))
                }
                return ContrastiveLoss(margin: recipe.margin ?? 1, form: form, unitRows: recipe.kind == .contrastive)
            }
        }

        private static func choice(_ name: String, _ given: String?, _ all: [String]) -> LikenessError {
            LikenessError(
                .usage, subject: name, "'\(given ?? "")' is not known", remedy: "one of \(all.joined(separator: ", "))")
        }

        private static func head(
            _ recipe: LossRecipe, _ head: HeadRecipe, classes: Int, dimension: Int, seed: UInt64, group: ProcessGroup?,
            device: Device, element: Element
        ) throws(LikenessError) -> any ClassHead {
            let rule = try marginRule(recipe, classes: classes, seed: seed, device: device, element: element)
            let k = recipe.kind == .subCentreArcFace ? recipe.centres ?? 3 : 1
            let shape = k > 1 ? [classes, k, dimension] : [classes, dimension]
            let own = PartialHead.share(of: classes, rank: group?.rank ?? 0, size: group?.size ?? 1)
            let weights = try drawn(
                shape, rows: head.kind == .partial ? own : 0..<classes, seed: seed, device: device, element: element)
            switch head.kind {
            case .full:
                let bias = try hasBias(recipe) ? Tensor.filled(0, [classes], element: element, device: device) : nil
                return try FullHead(
                    weights: weights, bias: bias, rule: rule,
                    entropy: CrossEntropy(smoothing: recipe.smoothing ?? (recipe.kind == .labelSmoothing ? 0.1 : 0)),
                    terms: classTerms(recipe))
            case .partial:
                try requirePlain(recipe, k, "partial")
                return try PartialHead(
                    weights: weights, classes: own, rule: rule, rate: head.rate, group: group, seed: seed)
            case .twoHead:
                try requirePlain(recipe, k, "two-head")
                let count = head.clusters ?? max(1, Int(Double(classes).squareRoot()))
                let clusters = try ClassClusters.consecutive(classes, count: count)
                var random = SeededRandom(seed: seed ^ 0xC105_7E5)
                let cluster = (0..<count * dimension).map { _ in Float(drawnDeviation * random.normal()) }
                return try TwoHeadSoftmax(
                    weights: weights,
                    clusterWeights: Tensor(
                        cluster, [count, dimension], element: element, device: device),
                    clusterBias: Tensor.filled(0, [count], element: element, device: device),
                    clusters: clusters, rule: rule)
            }
        }

        /// Of every class weight that is drawn.
        static let drawnDeviation = 0.01

        /// Rows of class weights, block by block so that they lie in memory once. One stream for all classes, so that any
        /// number of processes begins with the same weights.
        private static func drawn(
            _ shape: [Int], rows: Range<Int>, seed: UInt64, device: Device, element: Element
        ) throws(LikenessError) -> Tensor {
            var random = SeededRandom(seed: seed ^ 0xC1A5_5E5)
            let weights = try Tensor.filled(0, [rows.count] + shape.dropFirst(), element: element, device: device)
            let each = shape.dropFirst().reduce(1, *)
            let block = 8192
            for start in stride(from: 0, to: rows.upperBound, by: block) {
                let end = min(start + block, rows.upperBound)
                let values = (start * each..<end * each).map { _ in Float(drawnDeviation * random.normal()) }
                let first = max(start, rows.lowerBound)
                guard first < end else { continue }
                let part = try Tensor(
                    Array(values[(first - start) * each..<(end - start) * each]), [end - first] + shape.dropFirst(),
                    element: element, device: device)
                try weights.slice(0, from: first - rows.lowerBound, count: end - first).copyInPlace(part)
            }
            return weights
        }

        private static func hasBias(_ recipe: LossRecipe) -> Bool {
            switch recipe.kind {
            case .softmax, .labelSmoothing, .deepID2, .center: true
            default: false
            }
        }

        private static func requirePlain(_ recipe: LossRecipe, _ k: Int, _ head: String) throws(LikenessError) {
            guard k == 1, classTerms(recipe).isEmpty, recipe.smoothing ?? 0 == 0, recipe.kind != .labelSmoothing else {
                throw LikenessError(
                    .usage, subject: "head",
                    "\(recipe.kind.rawValue) needs all class weights at once: not with \(head)",
                    remedy: "take --head full")
            }
        }

        private static func classTerms(_ recipe: LossRecipe) -> [(name: String, weight: Double, loss: any ClassLoss)] {
            switch recipe.kind {
            case .intra: [("intra", 1, IntraLoss(alpha: recipe.weight ?? 1))]
            case .inter: [("inter", recipe.weight ?? 1, InterLoss())]
            case .cContrastive:
                [("contrastive", recipe.weight ?? 1, ClassProxyLoss.contrastive(margin: recipe.margin ?? 1))]
            case .cTriplet: [("triplet", recipe.weight ?? 1, ClassProxyLoss.triplet(margin: recipe.margin ?? 0.8))]
            default: []
            }
        }

        /// The margin of a recipe. Small sets of classes take a smaller scale than the papers' 64: see `scale`.
        static func marginRule(
            _ recipe: LossRecipe, classes: Int, seed: UInt64, device: Device, element: Element
        ) throws(LikenessError) -> any MarginRule {
            let s = recipe.scale
            switch recipe.kind {
            case .softmax, .softmaxWithoutBias, .labelSmoothing, .deepID2, .center: return PlainSoftmax()
            case .lSoftmax: return try LargeMarginSoftmax(m: Int(recipe.margin ?? 2))
            case .aSoftmax: return try SphereFace(m: Int(recipe.margin ?? 4))
            case .normFace where recipe.learnedScale ?? false:
                return NormFace(scale: .learned(try Tensor([s ?? 20], [], element: element, device: device).copied()))
            case .normFace, .intra, .inter, .cContrastive, .cTriplet: return NormFace(scale: .fixed(s ?? 30))
            case .positiveScale: return NormFace(scale: .fixed(s ?? 15), positiveFactor: recipe.margin ?? 0.75)
            case .cosFace: return CosFace(scale: s ?? 64, margin: recipe.margin ?? 0.35)
            case .arcFace, .subCentreArcFace:
                guard let variant = ArcFace.Variant(rawValue: recipe.variant ?? "linear_tail") else {
                    throw choice("variant", recipe.variant, ArcFace.Variant.allCases.map(\.rawValue))
                }
                return ArcFace(scale: s ?? 64, margin: recipe.margin ?? 0.5, variant: variant)
            case .combined:
                let m = recipe.margins ?? [1, 0.3, 0.2]
                guard m.count == 3 else { throw LikenessError(.usage, subject: "margins", "are m1, m2 and m3") }
                return CombinedMargin(scale: s ?? 64, m1: m[0], m2: m[1], m3: m[2])
            case .adaCos: return try AdaCos(classes: classes)
            case .adaCosFixed: return try AdaCos(classes: classes, isDynamic: false)
            case .curricularFace: return CurricularFace(scale: s ?? 64, margin: recipe.margin ?? 0.5)
            case .magFace: return MagFace(scale: s ?? 64, weight: recipe.weight ?? 35)
            case .adaFace: return AdaFace(scale: s ?? 64, margin: recipe.margin ?? 0.4)
            case .elasticArc: return ElasticFace(scale: s ?? 64, kind: .arc, margin: recipe.margin ?? 0.5, seed: seed)
            case .elasticCos: return ElasticFace(scale: s ?? 64, kind: .cos, margin: recipe.margin ?? 0.35, seed: seed)
            case .circle: return CircleLoss(gamma: s ?? 256, margin: recipe.margin ?? 0.25)
            case .contrastive, .triplet, .circlePairs, .supCon:
                throw LikenessError(.defect, subject: recipe.kind.rawValue, "has no class weights")
            }
        }
    }
#endif

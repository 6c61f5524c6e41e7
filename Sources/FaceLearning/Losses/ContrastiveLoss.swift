#if Training
    public import FaceCore

    /// Pairs of one identity pulled together, others pushed beyond a margin.
    ///
    /// Two conventions are in use, so the form is named: `distance` ½d² and ½[m − d]₊² (Hadsell et al. 2006, and the
    /// verification signal of DeepID2), `squared` d² and [m − d²]₊.
    public struct ContrastiveLoss: EmbeddingLoss, Sendable {
        public enum Form: String, Sendable, CaseIterable {
            case distance
            case squared
        }

        public var margin: Double
        public var form: Form
        public var unitRows: Bool
        public var reduction: Reduction

        public init(margin: Double = 1, form: Form = .distance, unitRows: Bool = false, reduction: Reduction = .mean) {
            (self.margin, self.form, self.unitRows, self.reduction) = (margin, form, unitRows, reduction)
        }

        /// All pairs i < j of the batch.
        public func callAsFunction(_ features: Tensor, _ labels: [Int]) throws(LikenessError) -> EmbeddingLossValue {
            let pairs = RowPairs.all(labels)
            return try callAsFunction(features, pairs)
        }

        /// A given list of pairs.
        public func callAsFunction(_ features: Tensor, _ pairs: RowPairs) throws(LikenessError) -> EmbeddingLossValue {
            guard !pairs.first.isEmpty else {
                return EmbeddingLossValue(loss: try features.sum() * 0, terms: 0, active: 0)
            }
            let distance = RowDistance(form == .squared ? .squared : .euclidean, unitRows: unitRows)
            let d = try distance(distance.prepared(features), pairs.first, pairs.second)
            let same = try Tensor(pairs.isSame.map { $0 ? 1.0 : 0 }, [pairs.isSame.count], element: d.element).beside(d)
            let gap = try (margin - d).clamped(0, nil)
            let terms =
                switch form {
                case .squared: try d * same + gap * (1 - same)
                case .distance: try (d.squared() * same + gap.squared() * (1 - same)) * 0.5
                }
            return EmbeddingLossValue(
                loss: try reduction(terms), terms: pairs.first.count, active: try Reduction.active(terms))
        }
    }

    /// Pairs of rows, and whether they are of one identity.
    public struct RowPairs: Sendable, Hashable {
        public var first: [Int] = []
        public var second: [Int] = []
        public var isSame: [Bool] = []

        public init() {}

        /// All i < j.
        public static func all(_ labels: [Int]) -> RowPairs {
            var pairs = RowPairs()
            for i in labels.indices {
                for j in i + 1..<max(i + 1, labels.count) {
                    pairs.first.append(i)
                    pairs.second.append(j)
                    pairs.isSame.append(labels[i] == labels[j])
                }
            }
            return pairs
        }
    }
#endif

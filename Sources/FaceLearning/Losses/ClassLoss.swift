#if Training
    public import FaceCore

    /// A term of features and class weights that is added to a head's own loss.
    public protocol ClassLoss {
        /// Features N×D, weights C×D, labels N → a scalar.
        func callAsFunction(_ features: Tensor, weights: Tensor, labels: Tensor) throws(LikenessError) -> Tensor
    }

    /// Class weights stand in for the samples of their class (Wang et al. 2017): no pairs need be sampled.
    /// D = ‖unit x − unit W‖² = 2 − 2 cos θ.
    public enum ClassProxyLoss: ClassLoss, Sendable {
        /// D_y + Σ_{j≠y} [m − D_j]₊.
        case contrastive(margin: Double)
        /// Σ_{j≠y} [m + D_y − D_j]₊.
        case triplet(margin: Double)

        public func callAsFunction(_ features: Tensor, weights: Tensor, labels: Tensor) throws(LikenessError) -> Tensor
        {
            let cosines = try features.unitRows().productOfRows(weights.unitRows())
            let distances = try 2 - 2 * cosines
            let own = try distances.picked(labels)
            switch self {
            case .contrastive(let m):
                let others = try (m - distances).clamped(0, nil).replacing(labels, with: own.zeros())
                return try (own + others.sum(over: 1)).mean()
            case .triplet(let m):
                let gaps = try (m + own.unsqueezed(1) - distances).clamped(0, nil)
                return try gaps.replacing(labels, with: own.zeros()).sum(over: 1).mean()
            }
        }
    }

    /// Pulls features towards their class: α/(πN) Σ θ_y (Deng et al. 2019 with α 1). The derivative −1/(πN sin θ) is
    /// bounded by a clamp.
    public struct IntraLoss: ClassLoss, Sendable {
        public var alpha: Double
        public init(alpha: Double = 1) { self.alpha = alpha }

        public func callAsFunction(_ features: Tensor, weights: Tensor, labels: Tensor) throws(LikenessError) -> Tensor
        {
            let cosines = try features.unitRows().rowProducts(weights.rows(labels).unitRows())
            return try cosines.clampedCosine().arcCosine().mean() * (alpha / .pi)
        }
    }

    /// Pushes class weights apart: −1/(πN(C−1)) Σ_i Σ_{j≠y} θ(W_y, W_j) (Deng et al. 2019). Features get no gradient. O(NCD).
    public struct InterLoss: ClassLoss, Sendable {
        public init() {}

        public func callAsFunction(_ features: Tensor, weights: Tensor, labels: Tensor) throws(LikenessError) -> Tensor
        {
            let classes = weights.shape[0]
            guard classes > 1 else { return try weights.sum() * 0 }
            let rows = try weights.unitRows()
            let angles = try rows.rows(labels).productOfRows(rows).clampedCosine().arcCosine()
            let own = try angles.picked(labels).zeros()
            let sum = try angles.replacing(labels, with: own).sum()
            return try sum * (-1 / (.pi * Double(labels.count) * Double(classes - 1)))
        }
    }
#endif

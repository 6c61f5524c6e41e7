#if Training
    public import FaceCore

    /// Keeps a new model near an old one on the same inputs. The old side gets no gradient.
    public enum Distillation: Sendable {
        /// Cross-entropy of softened outputs, −Σ p_old log p_new at temperature T, without the factor T² (learning without
        /// forgetting, Li and Hoiem 2017).
        case softTargets(temperature: Double)
        /// T² KL(p_old ‖ p_new) (Hinton et al. 2015).
        case knowledge(temperature: Double)
        /// ½ ‖x_new − x_old‖².
        case features
        /// ‖unit x_new − unit x_old‖².
        case unitFeatures
        /// 1 − cos(x_new, x_old).
        case cosine

        /// N×C logits or N×D features, the mean over samples.
        public func callAsFunction(_ new: Tensor, _ old: Tensor) throws(LikenessError) -> Tensor {
            guard new.shape == old.shape, new.dimensions == 2 else {
                throw LikenessError(.shapeMismatch, subject: "distillation", "\(new.shape) against \(old.shape)")
            }
            let old = try old.detached()
            switch self {
            case .softTargets(let t):
                let target = try (old / t).logSoftmax(over: 1).exp()
                return try -(target * (new / t).logSoftmax(over: 1)).sum(over: 1).mean()
            case .knowledge(let t):
                let target = try (old / t).logSoftmax(over: 1)
                let divergence = try target.exp() * (target - (new / t).logSoftmax(over: 1))
                return try divergence.sum(over: 1).mean() * (t * t)
            case .features: return try (new - old).squared().sum(over: 1).mean() * 0.5
            case .unitFeatures: return try (new.unitRows() - old.unitRows()).squared().sum(over: 1).mean()
            case .cosine: return try 1 - new.unitRows().rowProducts(old.unitRows()).mean()
            }
        }
    }
#endif

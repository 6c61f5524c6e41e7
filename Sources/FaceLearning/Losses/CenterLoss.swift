#if Training
    public import FaceCore

    /// ½ Σ ‖x − c_y‖² with centres that follow their samples (Wen et al. 2016).
    ///
    /// Centres are no parameters: c_j −= α Σ_{y_i=j} (c_j − x_i)/(1 + n_j), never touched by an optimiser. Alone the loss
    /// collapses to 0; with `sum` the weight λ depends on the batch size.
    public final class CenterLoss {
        /// C×D.
        public private(set) var centers: Tensor
        public let alpha: Double
        public let reduction: Reduction

        public init(centers: Tensor, alpha: Double = 0.5, reduction: Reduction = .mean) {
            (self.centers, self.alpha, self.reduction) = (centers, alpha, reduction)
        }

        public convenience init(
            classes: Int, dimension: Int, alpha: Double = 0.5, reduction: Reduction = .mean, device: Device = .cpu
        ) throws(LikenessError) {
            self.init(
                centers: try Tensor.filled(0, [classes, dimension], device: device), alpha: alpha, reduction: reduction)
        }

        public func callAsFunction(_ features: Tensor, _ labels: Tensor) throws(LikenessError) -> Tensor {
            let terms = try (features - centers.rows(labels).detached()).squared().sum(over: 1)
            return try reduction(terms) * 0.5
        }

        /// Moves the centres of the classes in the batch.
        public func update(_ features: Tensor, _ labels: Tensor) throws(LikenessError) {
            try withoutGradients { () throws(LikenessError) in
                let x = try features.detached().converted(to: centers.element)
                let differences = try centers.rows(labels) - x
                let sums = try centers.zeros().addingRows(labels, differences)
                let ones = try Tensor.filled(1, [labels.count, 1], element: centers.element).beside(centers)
                let counts = try Tensor.filled(0, [centers.shape[0], 1], element: centers.element).beside(centers)
                    .addingRows(labels, ones)
                centers = try centers - sums / (counts + 1) * alpha
            }
        }

        /// Replaces the centres by those of a checkpoint.
        func restore(_ centers: Tensor) throws(LikenessError) {
            guard centers.shape == self.centers.shape else {
                throw LikenessError(
                    .checkpointMismatch, subject: "center loss",
                    "\(centers.shape) centres instead of \(self.centers.shape)")
            }
            self.centers = centers
        }
    }
#endif

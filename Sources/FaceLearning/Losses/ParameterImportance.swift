#if Training
    public import FaceCore

    /// How much each parameter matters for what was learned, and the penalty ½λ Σ F (θ − θ*)² that protects it.
    public struct ParameterImportance {
        /// One tensor a parameter, in the order of the parameters.
        public let importance: [Tensor]
        /// The parameters' values that are to be kept near.
        public let anchors: [Tensor]

        public init(importance: [Tensor], anchors: [Tensor]) throws(LikenessError) {
            guard importance.map(\.shape) == anchors.map(\.shape) else {
                throw LikenessError(.shapeMismatch, subject: "importance", "weights and parameters differ in shape")
            }
            self.importance = importance
            self.anchors = anchors
        }

        /// Elastic weight consolidation (Kirkpatrick et al. 2017): the sum over all parameters, not the mean.
        public func penalty(_ parameters: [Tensor], lambda: Double) throws(LikenessError) -> Tensor {
            guard parameters.count == anchors.count, let first = parameters.first else {
                throw LikenessError(
                    .shapeMismatch, subject: "importance", "\(parameters.count) parameters are not ours")
            }
            var sum = try first.sum() * 0
            for (i, parameter) in parameters.enumerated() {
                sum = try sum + (importance[i] * (parameter - anchors[i]).squared()).sum()
            }
            return try sum * (lambda / 2)
        }

        /// The empirical Fisher diagonal: the mean over samples of the squared gradient of one sample's loss.
        public static func fisher(
            _ parameters: [Tensor], samples: Int, loss: (Int) throws(LikenessError) -> Tensor
        ) throws(LikenessError) -> ParameterImportance {
            try averaged(parameters, samples, loss) { (gradient) throws(LikenessError) in try gradient.squared() }
        }

        /// Memory-aware synapses (Aljundi et al. 2018): the mean over samples of |∂‖z‖²/∂θ|; `squaredOutput` gives ‖z‖².
        public static func sensitivity(
            _ parameters: [Tensor], samples: Int, squaredOutput: (Int) throws(LikenessError) -> Tensor
        ) throws(LikenessError) -> ParameterImportance {
            try averaged(parameters, samples, squaredOutput) { (gradient) throws(LikenessError) in
                try gradient.magnitude()
            }
        }

        private static func averaged(
            _ parameters: [Tensor], _ samples: Int, _ value: (Int) throws(LikenessError) -> Tensor,
            _ measure: (Tensor) throws(LikenessError) -> Tensor
        ) throws(LikenessError) -> ParameterImportance {
            var sums = try parameters.map { (p) throws(LikenessError) in try p.detached().zeros() }
            for sample in 0..<samples {
                let gradients = try value(sample).gradients(of: parameters)
                sums = try zip(sums, gradients).map { (a, b) throws(LikenessError) in try a + measure(b) }
            }
            return try ParameterImportance(
                importance: sums.map { (s) throws(LikenessError) in try s / Double(max(1, samples)) },
                anchors: parameters.map { (p) throws(LikenessError) in try p.detached().copied() })
        }
    }
#endif

#if Training
    public import FaceCore

    /// A tensor that learns, with the name under which it is stored.
    public final class Parameter {
        /// What weight decay does to it.
        public enum Kind: String, Sendable {
            /// Weights of convolutions and linear layers.
            case weight
            /// Weights after the trunk's last spatial layer, which some recipes decay more.
            case tail
            /// Biases, normalisation, slopes of activations, learned scales: no decay.
            case plain
            /// Class weights.
            case head
        }

        public let name: String
        public let value: Tensor
        public let kind: Kind
        /// Whether the optimiser changes it.
        public var isTrainable: Bool {
            didSet { try? value.setRequiresGradient(isTrainable) }
        }
        /// The rows that the last step touched, with their gradient; nil where the gradient is the tensor's own, dense one.
        var sparse: (rows: Tensor, gradient: Tensor)?
        /// Whether every process holds a copy whose gradients must be averaged; false where each holds classes of its own.
        public let isReplicated: Bool

        public init(
            _ name: String, _ value: Tensor, kind: Kind, isTrainable: Bool = true, isReplicated: Bool = true
        ) throws(LikenessError) {
            (self.name, self.value, self.kind) = (name, value, kind)
            (self.isTrainable, self.isReplicated) = (isTrainable, isReplicated)
            try value.setRequiresGradient(isTrainable)
        }

        /// A gradient for some rows only.
        package func setRows(_ rows: Tensor, _ gradient: Tensor) { sparse = (rows, gradient) }

        /// The last step's gradient as a tensor of the parameter's own shape.
        package func denseGradient() throws(LikenessError) -> Tensor {
            guard let sparse else { return try value.gradientOrZeros() }
            return try value.detached().zeros().addingRows(sparse.rows, sparse.gradient)
        }

        /// Drops what the last step collected.
        public func clearGradient() throws(LikenessError) {
            sparse = nil
            try value.setGradient(nil)
        }
    }
#endif

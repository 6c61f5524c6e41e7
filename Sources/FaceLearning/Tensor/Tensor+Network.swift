#if Training
    internal import FaceCore

    private enum Aten {
        static let convolution = Operation("conv2d")
        static let batchNorm = Operation("batch_norm")
        static let prelu = Operation("prelu")
        static let maxPool = Operation("max_pool2d")
        static let averagePool = Operation("avg_pool2d")
        static let pad = Operation("constant_pad_nd")
        static let linear = Operation("linear")
        static let dropout = Operation("dropout")
    }

    extension Tensor {
        /// A two-dimensional convolution: n×c×h×w with weights o×(c/groups)×k×l.
        func convolved(
            _ weight: Tensor, bias: Tensor?, stride: [Int], padding: [Int], groups: Int
        ) throws(LikenessError) -> Tensor {
            let (x, w) = (shape, weight.shape)
            guard x.count == 4, w.count == 4, x[1] == w[1] * groups else {
                throw LikenessError(.shapeMismatch, subject: "convolution", "an input of \(x) with weights of \(w)")
            }
            guard x[2] + 2 * padding[0] >= w[2], x[3] + 2 * padding[1] >= w[3] else {
                throw LikenessError(
                    .shapeMismatch, subject: "convolution",
                    "an input of \(x) is smaller than the kernel \(w[2])×\(w[3])")
            }
            return try Aten.convolution(
                .tensor(self), .tensor(weight), .optional(bias), .ints(stride), .ints(padding), .ints([1, 1]),
                .int(groups))
        }

        /// Batch normalisation; training uses the batch's own mean and variance and moves the running ones.
        func batchNormalised(
            weight: Tensor?, bias: Tensor?, mean: Tensor, variance: Tensor, training: Bool, momentum: Double,
            epsilon: Double
        ) throws(LikenessError) -> Tensor {
            try Aten.batchNorm(
                .tensor(self), .optional(weight), .optional(bias), .tensor(mean), .tensor(variance), .bool(training),
                .real(momentum), .real(epsilon), .bool(true))
        }

        func parametricRelu(_ slope: Tensor) throws(LikenessError) -> Tensor {
            try Aten.prelu(.tensor(self), .tensor(slope))
        }

        func maxPooled(kernel: Int, stride: Int, padding: Int, ceiling: Bool) throws(LikenessError) -> Tensor {
            try Aten.maxPool(
                .tensor(self), .ints([kernel, kernel]), .ints([stride, stride]), .ints([padding, padding]),
                .ints([1, 1]),
                .bool(ceiling))
        }

        func averagePooled(kernel: [Int], stride: [Int]) throws(LikenessError) -> Tensor {
            try Aten.averagePool(.tensor(self), .ints(kernel), .ints(stride))
        }

        /// Zeros at the end of the last dimensions: [last, last but one, …].
        func paddedAtEnd(_ amounts: [Int]) throws(LikenessError) -> Tensor {
            try Aten.pad(.tensor(self), .ints(amounts.flatMap { [0, $0] }), .real(0))
        }

        func linear(_ weight: Tensor, bias: Tensor?) throws(LikenessError) -> Tensor {
            guard shape.count == 2, shape[1] == weight.shape[1] else {
                throw LikenessError(
                    .shapeMismatch, subject: "linear", "an input of \(shape) with weights of \(weight.shape)")
            }
            return try Aten.linear(.tensor(self), .tensor(weight), .optional(bias))
        }

        /// Zeroes a share of the values at random and enlarges the others.
        func droppedOut(_ share: Double) throws(LikenessError) -> Tensor {
            try Aten.dropout(.tensor(self), .real(share), .bool(true))
        }
    }
#endif

#if Training
    public import FaceCore

    private enum Aten {
        static let sumAll = Operation("sum")
        static let sum = Operation("sum", "dim_IntList")
        static let meanAll = Operation("mean")
        static let mean = Operation("mean", "dim")
        static let maximumAll = Operation("max")
        static let minimumAll = Operation("min")
        static let maximum = Operation("max", "dim")
        static let logSumExp = Operation("logsumexp")
        static let logSoftmax = Operation("log_softmax", "int")
        static let multiplyMatrices = Operation("matmul")
        static let transpose = Operation("transpose", "int")
    }

    extension Tensor {
        /// The sum of all values.
        public func sum() throws(LikenessError) -> Tensor { try Aten.sumAll(.tensor(self)) }
        /// Sums over the given dimensions.
        public func sum(over dimensions: Int..., keeping: Bool = false) throws(LikenessError) -> Tensor {
            try Aten.sum(.tensor(self), .ints(dimensions), .bool(keeping))
        }
        public func mean() throws(LikenessError) -> Tensor { try Aten.meanAll(.tensor(self)) }
        public func mean(over dimensions: Int..., keeping: Bool = false) throws(LikenessError) -> Tensor {
            try Aten.mean(.tensor(self), .ints(dimensions), .bool(keeping))
        }
        public func maximum() throws(LikenessError) -> Double { try Aten.maximumAll(.tensor(self)).scalar() }
        public func minimum() throws(LikenessError) -> Double { try Aten.minimumAll(.tensor(self)).scalar() }

        /// The largest value along a dimension and where it stands; the gradient goes to that one alone.
        public func maximum(over dimension: Int) throws(LikenessError) -> (values: Tensor, indices: Tensor) {
            let out = try Aten.maximum.all([.tensor(self), .int(dimension)])
            guard out.count == 2 else { throw LikenessError(.tensorOperation, subject: "max", "gave no indices") }
            return (out[0], out[1])
        }

        /// log Σ exp along a dimension, shifted by the largest value.
        public func logSumExp(over dimension: Int) throws(LikenessError) -> Tensor {
            try Aten.logSumExp(.tensor(self), .ints([dimension]))
        }
        public func logSoftmax(over dimension: Int) throws(LikenessError) -> Tensor {
            try Aten.logSoftmax(.tensor(self), .int(dimension))
        }

        /// The matrix product n×k · k×m. Throws `shape-mismatch`.
        public func product(_ other: Tensor) throws(LikenessError) -> Tensor {
            let (a, b) = (shape, other.shape)
            guard a.count == 2, b.count == 2, a[1] == b[0] else {
                throw LikenessError(
                    .shapeMismatch, subject: "product", "matrices of \(a) and \(b) cannot be multiplied")
            }
            return try Aten.multiplyMatrices(.tensor(self), .tensor(other))
        }

        /// Rows against rows, n×k · (m×k)ᵀ.
        public func productOfRows(_ other: Tensor) throws(LikenessError) -> Tensor {
            let (a, b) = (shape, other.shape)
            guard a.count == 2, b.count == 2, a[1] == b[1] else {
                throw LikenessError(.shapeMismatch, subject: "product", "rows of \(a) and \(b) differ in length")
            }
            return try product(other.transposed())
        }
        public func transposed(_ a: Int = 0, _ b: Int = 1) throws(LikenessError) -> Tensor {
            try Aten.transpose(.tensor(self), .int(a), .int(b))
        }
    }

    extension Tensor {
        /// Euclidean lengths of rows (n×d → n). The derivative at a zero row is 0.
        public func rowNorms() throws(LikenessError) -> Tensor { try squared().sum(over: 1).safeSquareRoot() }

        /// √x whose derivative at 0 is 0.
        public func safeSquareRoot() throws(LikenessError) -> Tensor {
            let positive = try self .> 0
            return try kept(where: positive, else: 1).squareRoot().kept(where: positive, else: 0)
        }

        /// Rows (the last dimension) of length one; a row shorter than 10⁻¹² becomes zero, with zero gradient.
        public func unitRows() throws(LikenessError) -> Tensor {
            let squares = try squared().sum(over: dimensions - 1, keeping: true)
            let long = try squares .> 1e-24
            let inverse = try squares.kept(where: long, else: 1).squareRoot().reciprocal().kept(where: long, else: 0)
            return try self * inverse
        }

        /// Products of equal rows, n×d · n×d → n.
        public func rowProducts(_ other: Tensor) throws(LikenessError) -> Tensor {
            guard shape == other.shape else {
                throw LikenessError(.shapeMismatch, subject: "row products", "\(shape) against \(other.shape)")
            }
            return try (self * other).sum(over: 1)
        }
    }
#endif

#if Training
    public import FaceCore

    private enum Aten {
        static let add = Operation("add", "Tensor")
        static let addNumber = Operation("add", "Scalar")
        static let subtract = Operation("sub", "Tensor")
        static let reverseSubtract = Operation("rsub", "Scalar")
        static let multiply = Operation("mul", "Tensor")
        static let multiplyNumber = Operation("mul", "Scalar")
        static let divide = Operation("div", "Tensor")
        static let reciprocal = Operation("reciprocal")
        static let negate = Operation("neg")
        static let power = Operation("pow", "Tensor_Scalar")
        static let exp = Operation("exp")
        static let log = Operation("log")
        static let sqrt = Operation("sqrt")
        static let abs = Operation("abs")
        static let sin = Operation("sin")
        static let cos = Operation("cos")
        static let acos = Operation("acos")
        static let tanh = Operation("tanh")
        static let sigmoid = Operation("sigmoid")
        static let relu = Operation("relu")
        static let clamp = Operation("clamp")
        static let logaddexp = Operation("logaddexp")
        static let select = Operation("where", "self")
        static let greater = Operation("gt", "Tensor")
        static let greaterNumber = Operation("gt", "Scalar")
        static let less = Operation("lt", "Tensor")
        static let lessNumber = Operation("lt", "Scalar")
        static let equal = Operation("eq", "Tensor")
        static let and = Operation("logical_and")
        static let not = Operation("logical_not")
        static let isFinite = Operation("isfinite")
        static let addInPlace = Operation("add_", "Tensor")
        static let multiplyInPlace = Operation("mul_", "Scalar")
        static let copyInPlace = Operation("copy_")
    }

    extension Tensor {
        /// The shape of two tensors against each other; throws `shape-mismatch`.
        @discardableResult
        static func broadcast(_ a: Tensor, _ b: Tensor, _ what: String) throws(LikenessError) -> [Int] {
            let (x, y) = (a.shape, b.shape)
            if x == y { return x }
            let n = max(x.count, y.count)
            let (p, q) = ([Int](repeating: 1, count: n - x.count) + x, [Int](repeating: 1, count: n - y.count) + y)
            return try zip(p, q).map { (i, j) throws(LikenessError) in
                guard i == j || i == 1 || j == 1 else {
                    throw LikenessError(.shapeMismatch, subject: what, "shapes \(x) and \(y) do not fit together")
                }
                return i == 1 ? j : i
            }
        }

        public static func + (a: Tensor, b: Tensor) throws(LikenessError) -> Tensor {
            try broadcast(a, b, "+")
            return try Aten.add(.tensor(a), .tensor(b))
        }
        public static func + (a: Tensor, b: Double) throws(LikenessError) -> Tensor {
            try Aten.addNumber(.tensor(a), .real(b))
        }
        public static func + (a: Double, b: Tensor) throws(LikenessError) -> Tensor { try b + a }
        public static func - (a: Tensor, b: Tensor) throws(LikenessError) -> Tensor {
            try broadcast(a, b, "−")
            return try Aten.subtract(.tensor(a), .tensor(b))
        }
        public static func - (a: Tensor, b: Double) throws(LikenessError) -> Tensor { try a + -b }
        public static func - (a: Double, b: Tensor) throws(LikenessError) -> Tensor {
            try Aten.reverseSubtract(.tensor(b), .real(a))
        }
        public static func * (a: Tensor, b: Tensor) throws(LikenessError) -> Tensor {
            try broadcast(a, b, "×")
            return try Aten.multiply(.tensor(a), .tensor(b))
        }
        public static func * (a: Tensor, b: Double) throws(LikenessError) -> Tensor {
            try Aten.multiplyNumber(.tensor(a), .real(b))
        }
        public static func * (a: Double, b: Tensor) throws(LikenessError) -> Tensor { try b * a }
        public static func / (a: Tensor, b: Tensor) throws(LikenessError) -> Tensor {
            try broadcast(a, b, "÷")
            return try Aten.divide(.tensor(a), .tensor(b))
        }
        public static func / (a: Tensor, b: Double) throws(LikenessError) -> Tensor { try a * (1 / b) }
        public static prefix func - (a: Tensor) throws(LikenessError) -> Tensor { try Aten.negate(.tensor(a)) }

        public func reciprocal() throws(LikenessError) -> Tensor { try Aten.reciprocal(.tensor(self)) }
        public func squared() throws(LikenessError) -> Tensor { try self * self }
        public func power(_ n: Double) throws(LikenessError) -> Tensor { try Aten.power(.tensor(self), .real(n)) }
        public func exp() throws(LikenessError) -> Tensor { try Aten.exp(.tensor(self)) }
        public func log() throws(LikenessError) -> Tensor { try Aten.log(.tensor(self)) }
        public func squareRoot() throws(LikenessError) -> Tensor { try Aten.sqrt(.tensor(self)) }
        public func magnitude() throws(LikenessError) -> Tensor { try Aten.abs(.tensor(self)) }
        public func sine() throws(LikenessError) -> Tensor { try Aten.sin(.tensor(self)) }
        public func cosine() throws(LikenessError) -> Tensor { try Aten.cos(.tensor(self)) }
        public func arcCosine() throws(LikenessError) -> Tensor { try Aten.acos(.tensor(self)) }
        public func tanh() throws(LikenessError) -> Tensor { try Aten.tanh(.tensor(self)) }
        public func sigmoid() throws(LikenessError) -> Tensor { try Aten.sigmoid(.tensor(self)) }
        public func relu() throws(LikenessError) -> Tensor { try Aten.relu(.tensor(self)) }

        /// Values brought into a range; the derivative is 0 outside it.
        public func clamped(_ low: Double?, _ high: Double?) throws(LikenessError) -> Tensor {
            try Aten.clamp(
                .tensor(self), low.map(Operation.Argument.real) ?? .none, high.map(Operation.Argument.real) ?? .none)
        }

        /// log(1 + eˣ) without overflow.
        public func softplus() throws(LikenessError) -> Tensor {
            try Aten.logaddexp(.tensor(self), .tensor(self * 0.0))
        }

        /// `self` where the condition holds, else `other`.
        public func kept(where condition: Tensor, else other: Tensor) throws(LikenessError) -> Tensor {
            try Self.broadcast(self, other, "where")
            return try Aten.select(.tensor(condition), .tensor(self), .tensor(other))
        }

        /// `self` where the condition holds, else a number.
        public func kept(where condition: Tensor, else other: Double) throws(LikenessError) -> Tensor {
            try kept(where: condition, else: Tensor([other], [], element: element).beside(self))
        }

        /// Moved to the device of another tensor.
        func beside(_ other: Tensor) throws(LikenessError) -> Tensor {
            let wanted = other.device
            return wanted == device ? self : try moved(to: wanted)
        }

        public static func .> (a: Tensor, b: Tensor) throws(LikenessError) -> Tensor {
            try broadcast(a, b, ">")
            return try Aten.greater(.tensor(a), .tensor(b))
        }
        public static func .> (a: Tensor, b: Double) throws(LikenessError) -> Tensor {
            try Aten.greaterNumber(.tensor(a), .real(b))
        }
        public static func .< (a: Tensor, b: Tensor) throws(LikenessError) -> Tensor {
            try broadcast(a, b, "<")
            return try Aten.less(.tensor(a), .tensor(b))
        }
        public static func .< (a: Tensor, b: Double) throws(LikenessError) -> Tensor {
            try Aten.lessNumber(.tensor(a), .real(b))
        }
        public static func .== (a: Tensor, b: Tensor) throws(LikenessError) -> Tensor {
            try broadcast(a, b, "=")
            return try Aten.equal(.tensor(a), .tensor(b))
        }
        public func and(_ other: Tensor) throws(LikenessError) -> Tensor { try Aten.and(.tensor(self), .tensor(other)) }
        public func negated() throws(LikenessError) -> Tensor { try Aten.not(.tensor(self)) }

        /// Whether no value is infinite or not a number.
        public func isFinite() throws(LikenessError) -> Bool {
            try Aten.isFinite(.tensor(self)).converted(to: .int32).minimum() == 1
        }

        // MARK: In place

        /// self += factor · other.
        public func addInPlace(_ other: Tensor, times factor: Double = 1) throws(LikenessError) {
            try Aten.addInPlace(.tensor(self), .tensor(other), .real(factor))
        }
        public func multiplyInPlace(_ factor: Double) throws(LikenessError) {
            try Aten.multiplyInPlace(.tensor(self), .real(factor))
        }
        /// Takes over the values of another tensor of the same shape.
        public func copyInPlace(_ other: Tensor) throws(LikenessError) {
            guard shape == other.shape else {
                throw LikenessError(.shapeMismatch, subject: "copy", "\(other.shape) does not fit into \(shape)")
            }
            try Aten.copyInPlace(.tensor(self), .tensor(other))
        }
    }
#endif

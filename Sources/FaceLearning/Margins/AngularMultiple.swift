#if Training
    public import FaceCore

    /// ψ(θ) = (−1)ᵏ cos mθ − 2k on [kπ/m, (k+1)π/m], the falling continuation of cos mθ (Liu et al. 2016, 2017).
    ///
    /// As a polynomial of cos θ: no angle is taken and nothing is clamped. At θ = π the last branch, k = m − 1, holds.
    public struct AngularMultiple: Sendable {
        public let m: Int

        /// m: 1…4.
        public init(_ m: Int) throws(LikenessError) {
            guard (1...4).contains(m) else {
                throw LikenessError(
                    .usage, subject: "margin", "\(m) is no multiple of the angle", remedy: "1, 2, 3 or 4")
            }
            self.m = m
        }

        func psi(_ c: Tensor) throws(LikenessError) -> Tensor {
            guard m > 1 else { return c }
            // k = number of borders cos(jπ/m), j < m, above c
            var k = try c.zeros()
            for j in 1..<m {
                k = try k + (c .< _cos(Double(j) * .pi / Double(m))).converted(to: c.element)
            }
            // (−1)ᵏ for k of 0…3
            let sign = try 1 - 2 * (k - 2 * (k .> 1.5).converted(to: c.element))
            return try sign * multiple(c) - 2 * k
        }

        /// cos mθ, Chebyshev.
        private func multiple(_ c: Tensor) throws(LikenessError) -> Tensor {
            let square = try c * c
            return switch m {
            case 2: try 2 * square - 1
            case 3: try (4 * square - 3) * c
            default: try 8 * square * (square - 1) + 1
            }
        }
    }

    /// λ of the mixture (λ cos θ + ψ(θ))/(1 + λ) that lets such losses start from scratch: max(least, base·(1 + γ·it)^−power).
    public struct LambdaAnnealing: Sendable {
        public var base: Double
        public var gamma: Double
        public var power: Double
        public var least: Double

        public init(base: Double, gamma: Double, power: Double, least: Double) {
            (self.base, self.gamma, self.power, self.least) = (base, gamma, power, least)
        }

        /// A-Softmax: 5 is reached at iteration 1659.
        public static let sphereFace = LambdaAnnealing(base: 1000, gamma: 0.12, power: 1, least: 5)
        /// L-Softmax.
        public static let largeMargin = LambdaAnnealing(base: 1000, gamma: 2.5e-5, power: 35, least: 0)
        /// No annealing.
        public static func fixed(_ lambda: Double) -> Self { Self(base: lambda, gamma: 0, power: 0, least: lambda) }

        public func value(at iteration: Double) -> Double {
            max(least, base * _pow(1 + gamma * iteration, -power))
        }
    }
#endif

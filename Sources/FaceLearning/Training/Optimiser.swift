#if Training
    public import FaceCore

    /// What changes parameters by their gradients.
    public protocol Optimiser: AnyObject {
        /// One step at a learning rate. Parameters with gradients for some rows only keep the others, and their state, as is.
        func step(_ parameters: [Parameter], rate: Double) throws(LikenessError)
        /// State tensors by the name of their parameter and a suffix.
        var state: [String: Tensor] { get set }
        /// Steps taken.
        var steps: Int { get set }
    }

    /// Weight decay of each kind of parameter.
    public struct WeightDecay: Sendable, Hashable, Codable {
        public var weight: Double
        /// Layers from the global depthwise convolution on (MobileFaceNet: ten times the others).
        public var tail: Double
        public var head: Double

        /// Biases, normalisation, slopes and scales never decay.
        public init(_ weight: Double = 5e-4, tail: Double? = nil, head: Double? = nil) {
            (self.weight, self.tail, self.head) = (weight, tail ?? weight, head ?? weight)
        }

        func value(_ kind: Parameter.Kind) -> Double {
            switch kind {
            case .weight: weight
            case .tail: tail
            case .head: head
            case .plain: 0
            }
        }
    }

    extension Optimiser {
        /// Runs an update on a parameter's value, or on those of its rows that have a gradient.
        func update(
            _ parameter: Parameter, states: [String],
            _ change: (_ value: Tensor, _ gradient: Tensor, _ state: [Tensor]) throws(LikenessError) -> Void
        ) throws(LikenessError) {
            guard parameter.isTrainable else { return }
            let value = try parameter.value.detached()
            var kept: [Tensor] = []
            for name in states {
                let key = "\(parameter.name).\(name)"
                if let tensor = state[key] {
                    kept.append(tensor)
                } else {
                    let fresh = try value.zeros()
                    state[key] = fresh
                    kept.append(fresh)
                }
            }
            if let (rows, gradient) = parameter.sparse {
                let some = try value.rows(rows)
                let parts = try kept.map { (t) throws(LikenessError) in try t.rows(rows) }
                try change(some, gradient, parts)
                try value.writeRowsInPlace(rows, some)
                for (whole, part) in zip(kept, parts) { try whole.writeRowsInPlace(rows, part) }
            } else if let gradient = try parameter.value.gradient() {
                try change(value, gradient, kept)
            }
        }
    }

    /// Stochastic gradient descent with momentum: g' = g + decay·w, v = μv + g', w −= lr·v (Nesterov: lr·(g' + μv)).
    public final class MomentumDescent: Optimiser {
        public let momentum: Double
        public let isNesterov: Bool
        public let decay: WeightDecay
        public var state: [String: Tensor] = [:]
        public var steps = 0

        public init(momentum: Double = 0.9, isNesterov: Bool = false, decay: WeightDecay = WeightDecay()) {
            (self.momentum, self.isNesterov, self.decay) = (momentum, isNesterov, decay)
        }

        public func step(_ parameters: [Parameter], rate: Double) throws(LikenessError) {
            steps += 1
            try withoutGradients { () throws(LikenessError) in
                for parameter in parameters {
                    let decay = decay.value(parameter.kind)
                    try update(parameter, states: ["momentum"]) { (w, gradient, state) throws(LikenessError) in
                        // in the gradient's own memory, which the next step clears: class weights may take gigabytes
                        if decay > 0 { try gradient.addInPlace(w, times: decay) }
                        try state[0].multiplyInPlace(momentum)
                        try state[0].addInPlace(gradient)
                        try w.addInPlace(isNesterov ? gradient + state[0] * momentum : state[0], times: -rate)
                    }
                }
            }
        }
    }

    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    public final class AdamW: Optimiser {
        public let betas: (Double, Double)
        public let epsilon: Double
        public let decay: WeightDecay
        public var state: [String: Tensor] = [:]
        public var steps = 0

        public init(
            betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, decay: WeightDecay = WeightDecay(0.05)
        ) {
            (self.betas, self.epsilon, self.decay) = (betas, epsilon, decay)
        }

        public func step(_ parameters: [Parameter], rate: Double) throws(LikenessError) {
            steps += 1
            let first = 1 - _pow(betas.0, Double(steps))
            let second = 1 - _pow(betas.1, Double(steps))
            try withoutGradients { () throws(LikenessError) in
                for parameter in parameters {
                    let decay = decay.value(parameter.kind)
                    try update(parameter, states: ["mean", "variance"]) { (w, g, state) throws(LikenessError) in
                        if decay > 0 { try w.multiplyInPlace(1 - rate * decay) }
                        try state[0].multiplyInPlace(betas.0)
                        try state[0].addInPlace(g, times: 1 - betas.0)
                        try state[1].multiplyInPlace(betas.1)
                        try state[1].addInPlace(g * g, times: 1 - betas.1)
                        let root = try (state[1] / second).squareRoot() + epsilon
                        try w.addInPlace(state[0] / root, times: -rate / first)
                    }
                }
            }
        }
    }
#endif

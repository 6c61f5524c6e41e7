#if Training
    internal import CTorchShim
    public import FaceCore

    extension Tensor {
        /// Whether operations on it are recorded for the gradient.
        public var requiresGradient: Bool { ts_tensor_requires_grad(handle) == 1 }

        /// Makes a leaf learnable, or not.
        public func setRequiresGradient(_ required: Bool) throws(LikenessError) {
            try LibTorch.check(ts_tensor_set_requires_grad(handle, required ? 1 : 0), "requires gradient")
        }

        /// A leaf with the same values that collects a gradient of its own.
        public func asLeaf() throws(LikenessError) -> Tensor {
            let leaf = try detached()
            try leaf.setRequiresGradient(true)
            return leaf
        }

        /// What has been collected in this leaf so far.
        public func gradient() throws(LikenessError) -> Tensor? {
            var out: OpaquePointer?
            try LibTorch.check(ts_tensor_grad(handle, &out), "gradient")
            return try out.map { (handle) throws(LikenessError) in try Tensor(owning: handle) }
        }

        /// What has been collected, or zeros.
        func gradientOrZeros() throws(LikenessError) -> Tensor {
            if let gradient = try gradient() { return gradient }
            return try detached().zeros()
        }

        /// Replaces the collected gradient; nil drops it.
        public func setGradient(_ gradient: Tensor?) throws(LikenessError) {
            try LibTorch.check(ts_tensor_set_grad(handle, gradient?.handle), "gradient")
        }

        /// Adds the derivatives of this tensor to the leaves it was computed from; `seed` is its own gradient (1 for a scalar).
        public func backward(seed: Tensor? = nil) throws(LikenessError) {
            if let seed, seed.shape != shape {
                throw LikenessError(.shapeMismatch, subject: "backward", "a gradient of \(seed.shape) for \(shape)")
            }
            if seed == nil, count != 1 {
                throw LikenessError(.shapeMismatch, subject: "backward", "\(shape) is no single number")
            }
            try LibTorch.check(ts_backward(handle, seed?.handle), "backward")
        }

        /// The gradients of this scalar with respect to some tensors, collected nowhere; zeros where one takes no part.
        public func gradients(of inputs: [Tensor]) throws(LikenessError) -> [Tensor] {
            var out = [OpaquePointer?](repeating: nil, count: inputs.count)
            let handles = inputs.map { Optional($0.handle) }
            try LibTorch.check(ts_gradients(handle, handles, Int32(inputs.count), &out), "gradients")
            return try zip(out, inputs).map { (made, input) throws(LikenessError) in
                if let made { return try Tensor(owning: made) }
                return try input.zeros()
            }
        }
    }

    /// Runs a body whose operations are not recorded.
    public func withoutGradients<R>(_ body: () throws(LikenessError) -> R) throws(LikenessError) -> R {
        let was = ts_set_grad_mode(0)
        defer { ts_set_grad_mode(was) }
        return try body()
    }

    /// Runs a body whose operations run in `element` where LibTorch deems it safe (convolutions, products).
    public func withMixedPrecision<R>(
        _ element: Element?, on device: Device, _ body: () throws(LikenessError) -> R
    ) throws(LikenessError) -> R {
        guard let element else { return try body() }
        let cuda: Int32 = device == .cpu ? 0 : 1
        try LibTorch.check(ts_set_autocast(cuda, 1, element.rawValue), "mixed precision")
        defer { ts_set_autocast(cuda, 0, element.rawValue) }
        return try body()
    }
#endif

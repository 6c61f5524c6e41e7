#if Training
    internal import CTorchShim
    public import FaceCore

    /// Processes of one run that exchange tensors: over gloo, or over NCCL where each has a CUDA device of its own.
    ///
    /// They meet through a file that all of them can see, so nothing listens before the run; gloo's sockets belong to the
    /// address given, the loopback unless stated. Every process calls the same operations in the same order. Tensors may lie
    /// on any device: they travel from where the backend works, and results come back to where the arguments were.
    public final class ProcessGroup {
        /// What carries the tensors.
        public enum Backend: String, Sendable {
            case gloo
            case nccl

            /// NCCL for CUDA devices where LibTorch has it and there is one for each process; else gloo.
            public static func suited(to device: Device, processes: Int) -> Backend {
                suited(to: device, processes: processes, hasNCCL: LibTorch.hasNCCL, devices: LibTorch.cudaDevices)
            }

            package static func suited(to device: Device, processes: Int, hasNCCL: Bool, devices: Int) -> Backend {
                device != .cpu && hasNCCL && processes <= devices ? .nccl : .gloo
            }
        }

        private let handle: OpaquePointer
        /// Where the backend works.
        private let device: Device
        public let backend: Backend
        public let rank: Int
        public let size: Int

        /// Waits until all have joined, at most `limit` seconds; `device` is the one that this process computes on. Throws
        /// `usage` or `tensor-operation`.
        public init(
            meeting file: String, rank: Int, size: Int, host: String = "127.0.0.1", device: Device = .cpu,
            limit: Double = 300
        ) throws(LikenessError) {
            guard size >= 1, (0..<size).contains(rank) else {
                throw LikenessError(.usage, subject: "process group", "process \(rank) of \(size) does not exist")
            }
            precondition(LibTorch.isReady)
            var made: OpaquePointer?
            backend = .suited(to: device, processes: size)
            self.device = backend == .nccl ? device : .cpu
            let status = ts_group_create(file, host, Int32(rank), Int32(size), limit, self.device.index, &made)
            try LibTorch.check(status, "process group")
            guard let made else { throw LikenessError(.defect, subject: "process group", "LibTorch gave none") }
            handle = made
            self.rank = rank
            self.size = size
        }

        deinit { ts_group_free(handle) }

        /// The sum over all processes. Same order of additions on each, hence the same bits.
        public func sum(_ tensor: Tensor) throws(LikenessError) -> Tensor { try reduced(tensor, Int32(ts_sum)) }
        public func maximum(_ tensor: Tensor) throws(LikenessError) -> Tensor {
            try reduced(tensor, Int32(ts_maximum))
        }

        private func reduced(_ tensor: Tensor, _ operation: Int32) throws(LikenessError) -> Tensor {
            let copy = try sent(tensor).copied()
            try LibTorch.check(ts_group_all_reduce(handle, copy.handle, operation), "all-reduce")
            return try copy.beside(tensor)
        }

        /// Takes over the values of one process, in place.
        public func broadcast(_ tensor: Tensor, from root: Int = 0) throws(LikenessError) {
            let copy = try sent(tensor)
            try LibTorch.check(ts_group_broadcast(handle, copy.handle, Int32(root)), "broadcast")
            try withoutGradients { () throws(LikenessError) in try tensor.copyInPlace(copy) }
        }

        /// The tensors (of one shape) of all processes, in their order.
        public func gathered(_ tensor: Tensor) throws(LikenessError) -> [Tensor] {
            var out = [OpaquePointer?](repeating: nil, count: size)
            // the copy must outlive the call
            let own = try sent(tensor)
            let status = withExtendedLifetime(own) { ts_group_all_gather(handle, own.handle, &out) }
            try LibTorch.check(status, "all-gather")
            return try out.map { (handle) throws(LikenessError) in try Tensor(owning: handle).beside(tensor) }
        }

        private func sent(_ tensor: Tensor) throws(LikenessError) -> Tensor {
            let local = try tensor.detached()
            return try (local.device == device ? local : local.moved(to: device)).contiguous()
        }
    }
#endif

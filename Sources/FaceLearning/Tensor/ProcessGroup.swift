#if Training
    internal import CTorchShim
    public import FaceCore

    /// Processes of one run that exchange tensors over gloo.
    ///
    /// They meet through a file that all of them can see, so nothing listens before the run; their sockets belong to the
    /// address given, the loopback unless stated. Every process calls the same operations in the same order.
    public final class ProcessGroup {
        private let handle: OpaquePointer
        public let rank: Int
        public let size: Int

        /// Waits until all have joined, at most `limit` seconds. Throws `usage` or `tensor-operation`.
        public init(
            meeting file: String, rank: Int, size: Int, host: String = "127.0.0.1", limit: Double = 300
        ) throws(LikenessError) {
            guard size >= 1, (0..<size).contains(rank) else {
                throw LikenessError(.usage, subject: "process group", "process \(rank) of \(size) does not exist")
            }
            precondition(LibTorch.isReady)
            var made: OpaquePointer?
            try LibTorch.check(ts_group_create(file, host, Int32(rank), Int32(size), limit, &made), "process group")
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
            let copy = try tensor.detached().contiguous().copied()
            try LibTorch.check(ts_group_all_reduce(handle, copy.handle, operation), "all-reduce")
            return copy
        }

        /// Takes over the values of one process, in place.
        public func broadcast(_ tensor: Tensor, from root: Int = 0) throws(LikenessError) {
            let copy = try tensor.detached().contiguous()
            try LibTorch.check(ts_group_broadcast(handle, copy.handle, Int32(root)), "broadcast")
            try withoutGradients { () throws(LikenessError) in try tensor.copyInPlace(copy) }
        }

        /// The tensors (of one shape) of all processes, in their order.
        public func gathered(_ tensor: Tensor) throws(LikenessError) -> [Tensor] {
            var out = [OpaquePointer?](repeating: nil, count: size)
            try LibTorch.check(ts_group_all_gather(handle, tensor.handle, &out), "all-gather")
            return try out.map { (handle) throws(LikenessError) in try Tensor(owning: handle) }
        }
    }
#endif

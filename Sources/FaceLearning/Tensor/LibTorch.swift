#if Training
    internal import CKernels
    internal import CTorchShim
    public import FaceCore
    internal import FaceVision

    /// The library below the tensors.
    public enum LibTorch {
        /// Guards the process against CPUs that announce AMX but hide its tiles, before LibTorch asks for the CPU's features.
        static let isReady: Bool = {
            InferenceEngine.guardAgainstUnusableAMX(isUnusable: ck_amx_is_announced_but_unusable() != 0)
            return true
        }()

        /// Version and build, for reports.
        public static var configuration: String { String(cString: ts_configuration()) }

        /// Tensors that exist at this moment, for tests of leaks.
        public static var liveTensors: Int { Int(ts_live_tensors()) }

        /// Seconds that this process has spent in LibTorch; the difference over a step tells what the rest costs.
        public static var secondsInside: Double { Double(ts_nanoseconds_inside()) * 1e-9 }

        /// CUDA devices that can be used: 0 for a LibTorch without CUDA, and on a machine without one.
        public static var cudaDevices: Int { isReady ? Int(ts_cuda_devices()) : 0 }

        /// Whether processes on CUDA devices can talk over NCCL.
        public static var hasNCCL: Bool { ts_has_nccl() == 1 }

        /// Threads of one operation.
        public static func setThreads(_ count: Int) throws(LikenessError) {
            precondition(isReady)
            try check(ts_set_threads(Int32(count)), "threads")
        }

        /// Seeds LibTorch's generators (dropout is all that draws from them here).
        public static func seed(_ seed: UInt64) throws(LikenessError) {
            precondition(isReady)
            try check(ts_seed(seed), "seed")
        }

        /// The state of a generator, for checkpoints.
        public static func generatorState(_ device: Device = .cpu) throws(LikenessError) -> Tensor {
            precondition(isReady)
            var out: OpaquePointer?
            try check(ts_generator_state(device.index, &out), "generator")
            return try Tensor(owning: out)
        }

        public static func setGeneratorState(_ state: Tensor, _ device: Device = .cpu) throws(LikenessError) {
            try check(ts_set_generator_state(device.index, state.handle), "generator")
        }

        static func check(_ status: Int32, _ subject: String) throws(LikenessError) {
            guard status != 0 else { return }
            throw LikenessError(.tensorOperation, subject: subject, String(cString: ts_error()))
        }
    }
#endif

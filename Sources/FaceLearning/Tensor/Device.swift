#if Training
    internal import CTorchShim
    public import FaceCore

    /// Where a tensor lives.
    public enum Device: Sendable, Hashable, CustomStringConvertible {
        case cpu
        case cuda(Int)

        var index: Int32 {
            switch self {
            case .cpu: -1
            case .cuda(let n): Int32(n)
            }
        }

        public var description: String {
            switch self {
            case .cpu: "cpu"
            case .cuda(let n): "cuda:\(n)"
            }
        }

        /// `cpu`, `cuda` or `cuda:N`; throws `usage` for other names and `device-unavailable` where there is no such device.
        ///
        /// Processes of one run that ask for `cuda` take one device after another, by their rank.
        public init(_ name: String, rank: Int = 0) throws(LikenessError) {
            if name == "cpu" {
                self = .cpu
                return
            }
            let parts = name.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.first == "cuda", parts.count <= 2, let n = parts.count == 1 ? 0 : Int(parts[1]),
                (0..<64).contains(n)
            else { throw LikenessError(.usage, subject: name, "is no device", remedy: "cpu, cuda or cuda:N") }
            let found = LibTorch.cudaDevices
            guard n < found else {
                throw LikenessError(
                    .deviceUnavailable, subject: name, "\(LibTorch.configuration) finds \(found) CUDA devices here",
                    remedy: found > 0
                        ? "take cuda:0 to cuda:\(found - 1)"
                        : "take cpu, or build with a LibTorch with CUDA on a machine with a GPU (docs/training.md)")
            }
            self = .cuda(parts.count == 1 ? rank % found : n)
        }
    }
#endif

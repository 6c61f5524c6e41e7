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

        /// `cpu`, `cuda` or `cuda:N`; throws `usage` for other names and `component-missing` without CUDA.
        public init(_ name: String) throws(LikenessError) {
            if name == "cpu" {
                self = .cpu
                return
            }
            let parts = name.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.first == "cuda", parts.count <= 2, let n = parts.count == 1 ? 0 : Int(parts[1]),
                (0..<64).contains(n)
            else { throw LikenessError(.usage, subject: name, "is no device", remedy: "cpu, cuda or cuda:N") }
            guard LibTorch.hasCUDA else {
                throw LikenessError(
                    .componentMissing, subject: name, "this LibTorch has no CUDA",
                    remedy: "run scripts/bootstrap --training with LIKENESS_TORCH set to a LibTorch with CUDA")
            }
            self = .cuda(n)
        }
    }
#endif

import CKernels

/// Which instructions the kernels use. All give the same bits.
public enum KernelLevel: String, Sendable, CaseIterable {
    case scalar
    case avx2
    case avx512
    case neon

    /// The best that this machine has, or the one that `LIKENESS_KERNEL` names.
    public static var current: KernelLevel { allCases.first { $0.native == ck_detect() } ?? .scalar }

    /// Whether this machine has it.
    public var isSupported: Bool { ck_supports(native) }

    var native: ck_level {
        switch self {
        case .scalar: CK_SCALAR
        case .avx2: CK_AVX2
        case .avx512: CK_AVX512
        case .neon: CK_NEON
        }
    }
}

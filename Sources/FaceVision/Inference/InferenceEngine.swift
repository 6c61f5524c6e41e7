internal import CKernels
internal import COpenVINO
public import FaceCore
internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// One OpenVINO core with the settings that all networks of a run share.
///
/// Creating it guards the process against CPUs that announce AMX but hide its tiles (oneDNN would die of SIGILL), and
/// every network states its precision: OpenVINO's default on such CPUs is bfloat16.
public final class InferenceEngine: @unchecked Sendable {
    // @unchecked: `core` is written once, in init; OpenVINO's core may be used from any thread.
    public struct Options: Sendable, Hashable {
        /// Threads that all requests of one network share.
        public var threads: Int
        /// Requests of one network that run side by side, each on threads/streams threads: as many as threads for
        /// throughput, 1 for the shortest time of a single request.
        public var streams: Int
        /// Where compiled networks are kept, so that the next start is quicker; nil for nowhere.
        public var cacheFolder: String?

        public init(threads: Int = availableThreads(), streams: Int? = nil, cacheFolder: String? = nil) {
            self.threads = max(1, threads)
            self.streams = max(1, min(streams ?? threads, threads))
            self.cacheFolder = cacheFolder
        }
    }

    public let options: Options
    let core: OpaquePointer
    private let nanosecondsInNetworks = Atomic<Int64>(0)

    /// Seconds that threads have spent waiting for networks, summed over threads.
    public var secondsInNetworks: Double { Double(nanosecondsInNetworks.load(ordering: .relaxed)) * 1e-9 }

    func addInNetworks(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        nanosecondsInNetworks.wrappingAdd(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, ordering: .relaxed)
    }

    public init(_ options: Options = Options()) throws(LikenessError) {
        Self.guardAgainstUnusableAMX(isUnusable: ck_amx_is_announced_but_unusable() != 0)
        self.options = options
        var core: OpaquePointer?
        try check(ov_core_create(&core), "OpenVINO does not start", .componentMissing)
        guard let core else {
            throw LikenessError(.componentMissing, "OpenVINO does not start", remedy: "run scripts/bootstrap")
        }
        self.core = core
    }

    deinit { ov_core_free(core) }

    /// OpenVINO's build, for reports.
    public static var version: String {
        var v = ov_version_t()
        guard ov_get_openvino_version(&v) == OK else { return "unknown" }
        defer { ov_version_free(&v) }
        return String(cString: v.buildNumber)
    }

    /// Restricts oneDNN to AVX-512 where AMX is announced but its tile palette is hidden; a setting of the person wins.
    package static func guardAgainstUnusableAMX(isUnusable: Bool) {
        if isUnusable { setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16", 0) }
    }

    /// The properties that a network is compiled with.
    package var properties: [(String, String)] {
        var out = [
            ("INFERENCE_PRECISION_HINT", "f32"),
            ("NUM_STREAMS", "\(options.streams)"),
            ("INFERENCE_NUM_THREADS", "\(options.threads)"),
        ]
        // An entry made with other settings would be taken too (seen with 2026.4): one folder for each combination.
        if let folder = options.cacheFolder {
            out.append(("CACHE_DIR", "\(folder)/f32-s\(options.streams)-t\(options.threads)"))
        }
        return out
    }
}

/// Turns a status of OpenVINO into an error with its own sentence.
func check(
    _ status: ov_status_e, _ what: String, _ code: LikenessError.Code = .defect, subject: String? = nil
) throws(LikenessError) {
    guard status != OK else { return }
    let detail = ov_get_last_err_msg().map { String(cString: $0) } ?? String(cString: ov_get_error_info(status))
    throw LikenessError(code, subject: subject, "\(what): \(detail)")
}

public import FaceCore
internal import Synchronization

/// One ONNX file compiled for several input shapes, each on first use and then kept.
///
/// OpenVINO recompiles when a dynamic dimension changes; a small fixed set of shapes is faster and bounded.
public final class ShapedNetworks: Sendable {
    public let file: String
    private let engine: InferenceEngine
    private let compiled = Mutex<[[Int]: Network]>([:])

    public init(file: String, engine: InferenceEngine) {
        self.file = file
        self.engine = engine
    }

    /// The network for exactly this input shape (batch first).
    public func network(_ shape: [Int]) throws(LikenessError) -> Network {
        try compiled.withLock { known throws(LikenessError) in
            if let n = known[shape] { return n }
            let n = try Network(file: file, inputShape: shape, engine: engine)
            known[shape] = n
            return n
        }
    }
}

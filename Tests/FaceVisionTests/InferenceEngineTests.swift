import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite("Inference engine", .serialized)
struct InferenceEngineTests {
    private var limit: String? { getenv("ONEDNN_MAX_CPU_ISA").map { String(cString: $0) } }

    @Test(
        "a CPU that announces AMX and hides its tiles is restricted before the first network, unless the person chose")
    func amx() {
        let before = limit
        defer {
            if let before { setenv("ONEDNN_MAX_CPU_ISA", before, 1) } else { unsetenv("ONEDNN_MAX_CPU_ISA") }
        }
        unsetenv("ONEDNN_MAX_CPU_ISA")
        InferenceEngine.guardAgainstUnusableAMX(isUnusable: false)
        #expect(limit == nil)
        InferenceEngine.guardAgainstUnusableAMX(isUnusable: true)
        #expect(limit == "AVX512_CORE_BF16")
        setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1)
        InferenceEngine.guardAgainstUnusableAMX(isUnusable: true)
        #expect(limit == "AVX2")
    }

    @Test("every network states its precision: the default of some CPUs is bfloat16")
    func precision() throws {
        let engine = try InferenceEngine(.init(threads: 2, cacheFolder: "/nowhere"))
        let properties = Dictionary(uniqueKeysWithValues: engine.properties)
        #expect(properties["INFERENCE_PRECISION_HINT"] == "f32")
        #expect(properties["NUM_STREAMS"] == "2")
        // Compiled networks of other settings are never taken from the cache.
        #expect(properties["CACHE_DIR"] == "/nowhere/f32-s2-t2")
    }

    @Test("what is no network is a typed error that names the file")
    func noNetwork() throws {
        let folder = try TemporaryFolder()
        let file = folder.file("text.onnx")
        try Data("not a network".utf8).write(to: URL(fileURLWithPath: file))
        let engine = try InferenceEngine(.init(threads: 1))
        for path in [file, folder.file("absent.onnx")] {
            let error = #expect(throws: LikenessError.self) { _ = try Network(file: path, engine: engine) }
            #expect(error?.code == .fileFormat && error?.subject == path)
        }
    }
}

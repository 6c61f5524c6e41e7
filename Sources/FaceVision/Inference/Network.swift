internal import COpenVINO
public import FaceCore
internal import Glibc
internal import Synchronization

/// One ONNX network compiled for one input shape.
///
/// Requests are kept and used again: fill ``Request/input``, `start()`, do something else, `wait()`, read the outputs in
/// place. Any number of threads may borrow requests at once; `options.streams` of them run side by side.
public final class Network: @unchecked Sendable {
    // @unchecked: the handles are written once, in init; idle requests are behind a lock.
    public let file: String
    /// Batch first: for example N×3×H×W.
    public let inputShape: [Int]
    public let outputs: [(name: String, shape: [Int])]
    private let engine: InferenceEngine
    private let compiled: OpaquePointer
    private let idle = Mutex<[Request]>([])

    /// Reads `file` and compiles it for `inputShape` (nil: the shape that the file states, which must be fixed).
    public init(file: String, inputShape: [Int]? = nil, engine: InferenceEngine) throws(LikenessError) {
        self.file = file
        self.engine = engine
        var model: OpaquePointer?
        try check(
            ov_core_read_model(engine.core, file, nil, &model), "not a readable network", .fileFormat, subject: file)
        defer { ov_model_free(model) }
        if let inputShape {
            var shape = ov_partial_shape_t()
            try check(
                ov_partial_shape_create_static(Int64(inputShape.count), inputShape.map(Int64.init), &shape), "shape")
            defer { ov_partial_shape_free(&shape) }
            try check(
                ov_model_reshape_single_input(model, shape), "does not take an input of \(inputShape)", .fileFormat,
                subject: file)
        }
        let compiled = try Self.compile(model, file: file, engine: engine)
        do throws(LikenessError) {
            self.inputShape = try Self.shapes(
                compiled, count: ov_compiled_model_inputs_size, port: ov_compiled_model_input_by_index, file)[0].shape
            outputs = try Self.shapes(
                compiled, count: ov_compiled_model_outputs_size, port: ov_compiled_model_output_by_index, file)
        } catch {
            ov_compiled_model_free(compiled)
            throw error
        }
        self.compiled = compiled
    }

    deinit {
        idle.withLock { $0.removeAll() }
        ov_compiled_model_free(compiled)
    }

    /// The place of a named output in ``outputs``; throws when the file has none of that name.
    ///
    /// A tensor may have several names (that of the file and those of folded layers), of which ``outputs`` shows any.
    public func output(named name: String) throws(LikenessError) -> Int {
        var handle: OpaquePointer?
        var shown: UnsafeMutablePointer<CChar>?
        defer {
            if let handle { ov_output_const_port_free(handle) }
            if let shown { ov_free(shown) }
        }
        if ov_compiled_model_output_by_name(compiled, name, &handle) == OK, ov_port_get_any_name(handle, &shown) == OK,
            let shown, let k = outputs.firstIndex(where: { $0.name == String(cString: shown) })
        {
            return k
        }
        throw LikenessError(
            .fileFormat, subject: file, "has no output \(name), only \(outputs.map(\.name).joined(separator: ", "))")
    }

    /// Lends a request that nobody else uses; it comes back when `body` ends.
    public func withRequest<R>(_ body: (Request) throws(LikenessError) -> R) throws(LikenessError) -> R {
        let request = try borrow()
        defer { giveBack(request) }
        return try body(request)
    }

    /// A request that nobody else uses, to be given back.
    public func borrow() throws(LikenessError) -> Request {
        if let r = idle.withLock({ $0.popLast() }) { return r }
        return try Request(compiled, outputs: outputs.count, engine: engine)
    }

    public func giveBack(_ request: Request) { idle.withLock { $0.append(request) } }

    private static func compile(
        _ model: OpaquePointer?, file: String, engine: InferenceEngine
    ) throws(LikenessError) -> OpaquePointer {
        let pairs = engine.properties.map { (strdup($0.0)!, strdup($0.1)!) }
        defer { for p in pairs { free(p.0); free(p.1) } }
        let properties = pairs.map { ov_property_t(key: UnsafePointer($0.0), value: UnsafeRawPointer($0.1)) }
        var compiled: OpaquePointer?
        try check(
            ov_core_compile_model_props(engine.core, model, "CPU", properties.count, properties, &compiled),
            "does not compile", .fileFormat, subject: file)
        return compiled!
    }

    private static func shapes(
        _ compiled: OpaquePointer, count: (OpaquePointer?, UnsafeMutablePointer<Int>?) -> ov_status_e,
        port: (OpaquePointer?, Int, UnsafeMutablePointer<OpaquePointer?>?) -> ov_status_e, _ file: String
    ) throws(LikenessError) -> [(name: String, shape: [Int])] {
        var n = 0
        try check(count(compiled, &n), "ports", subject: file)
        var out: [(name: String, shape: [Int])] = []
        for k in 0..<n {
            var handle: OpaquePointer?
            try check(port(compiled, k, &handle), "port \(k)", subject: file)
            defer { ov_output_const_port_free(handle) }
            var name: UnsafeMutablePointer<CChar>?
            try check(ov_port_get_any_name(handle, &name), "name of port \(k)", subject: file)
            defer { ov_free(name) }
            var shape = ov_shape_t()
            try check(
                ov_const_port_get_shape(handle, &shape), "the shape of a port is not fixed", .fileFormat, subject: file)
            defer { ov_shape_free(&shape) }
            out.append((String(cString: name!), (0..<Int(shape.rank)).map { Int(shape.dims[$0]) }))
        }
        return out
    }
}

/// One run of a network: its input, its outputs, started and awaited by one thread at a time.
public final class Request: @unchecked Sendable {
    // @unchecked: a request has one user at a time (Network.borrow hands it to nobody else).
    private let handle: OpaquePointer
    private var tensors: [OpaquePointer] = []
    /// The input tensor itself: what is written here is what the network reads.
    public let input: UnsafeMutableBufferPointer<Float>
    private let outputCount: Int
    private let engine: InferenceEngine

    fileprivate init(_ compiled: OpaquePointer, outputs: Int, engine: InferenceEngine) throws(LikenessError) {
        var request: OpaquePointer?
        try check(ov_compiled_model_create_infer_request(compiled, &request), "request")
        handle = request!
        outputCount = outputs
        self.engine = engine
        var tensor: OpaquePointer?
        let status = ov_infer_request_get_input_tensor_by_index(handle, 0, &tensor)
        guard status == OK, let tensor else {
            ov_infer_request_free(handle)
            throw LikenessError(.defect, "the input of a network cannot be reached")
        }
        tensors.append(tensor)
        let (data, count) = Self.memory(of: tensor)
        input = UnsafeMutableBufferPointer(start: data, count: count)
    }

    deinit {
        for t in tensors { ov_tensor_free(t) }
        ov_infer_request_free(handle)
    }

    /// Starts the run and returns at once; the input must not be touched before ``wait()``.
    public func start() throws(LikenessError) { try check(ov_infer_request_start_async(handle), "start") }

    /// Blocks until the run has ended; throws the run's own error.
    public func wait() throws(LikenessError) {
        let started = ContinuousClock.now
        let status = ov_infer_request_wait(handle)
        engine.addInNetworks(started.duration(to: .now))
        try check(status, "run")
    }

    /// `start()` and `wait()`.
    public func run() throws(LikenessError) {
        try start()
        try wait()
    }

    /// The values of an output after ``wait()``, valid until the next start.
    public func output(_ index: Int) throws(LikenessError) -> UnsafeBufferPointer<Float> {
        precondition(index >= 0 && index < outputCount, "output \(index) of \(outputCount)")
        var tensor: OpaquePointer?
        try check(ov_infer_request_get_output_tensor_by_index(handle, index, &tensor), "output")
        defer { ov_tensor_free(tensor) }
        let (data, count) = Self.memory(of: tensor!)
        return UnsafeBufferPointer(start: data, count: count)
    }

    private static func memory(of tensor: OpaquePointer) -> (UnsafeMutablePointer<Float>, Int) {
        var count = 0
        ov_tensor_get_size(tensor, &count)
        var data: UnsafeMutableRawPointer?
        ov_tensor_data(tensor, &data)
        return (data!.assumingMemoryBound(to: Float.self), count)
    }
}

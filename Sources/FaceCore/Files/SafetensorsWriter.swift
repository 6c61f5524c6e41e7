/// Collects tensors and writes them as one safetensors file, in the order in which they were added.
public struct SafetensorsWriter: Sendable {
    private var header: [String] = []
    private var names: Set<String> = []
    private var data: [UInt8] = []

    public init(metadata: [String: String] = [:]) {
        guard !metadata.isEmpty else { return }
        let pairs = metadata.sorted { $0.key < $1.key }
            .map { "\(StrictJSON.quoted($0.key)):\(StrictJSON.quoted($0.value))" }
        header.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        names.insert("__metadata__")
    }

    /// Adds a tensor of F32 or, rounded, of F16.
    public mutating func add(_ name: String, _ values: [Float], shape: [Int], half: Bool = false) {
        if half {
            add(name, .float16, values.map(bits(half:)), shape)
        } else {
            add(name, .float32, values, shape)
        }
    }

    /// Adds a tensor of I32.
    public mutating func add(_ name: String, _ values: [Int32], shape: [Int]) { add(name, .int32, values, shape) }

    /// Adds a tensor of I64.
    public mutating func add(_ name: String, _ values: [Int64], shape: [Int]) { add(name, .int64, values, shape) }

    /// Adds n×d vectors.
    public mutating func add(_ name: String, _ matrix: Matrix) {
        add(name, (0..<matrix.rows).flatMap { matrix.row($0) }, shape: [matrix.rows, matrix.columns])
    }

    private mutating func add<T: BitwiseCopyable>(
        _ name: String, _ element: Safetensors.Element, _ values: [T], _ shape: [Int]
    ) {
        precondition(names.insert(name).inserted, "the tensor '\(name)' was added before")
        precondition(shape.reduce(1, *) == values.count, "\(values.count) values do not fill \(shape)")
        let start = data.count
        values.withUnsafeBytes { data += $0 }
        header.append(
            "\(StrictJSON.quoted(name)):{\"dtype\":\"\(element.rawValue)\",\"shape\":\(list(shape)),"
                + "\"data_offsets\":\(list([start, data.count]))}")
    }

    private func list(_ numbers: [Int]) -> String { "[\(numbers.map(String.init).joined(separator: ","))]" }

    /// Writes the file. Throws as ``AtomicFile``.
    public func write(to path: String, force: Bool = false) throws(LikenessError) {
        var text = Array("{\(header.joined(separator: ","))}".utf8)
        // values begin at a multiple of eight
        text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
        let file = try AtomicFile(path, force: force)
        try file.write(values: [UInt64(text.count)])
        try file.write(text)
        try file.write(data)
        try file.commit()
    }
}

public import FaceCore

/// An ONNX graph: nodes in order, constants by name. Written and read here, in plain protocol buffers.
public struct ONNXGraph: Sendable {
    public struct Constant: Sendable {
        public var shape: [Int]
        public var values: [Float]

        public init(_ values: [Float], _ shape: [Int]) { (self.values, self.shape) = (values, shape) }
    }

    public enum Attribute: Sendable {
        case int(Int)
        case ints([Int])
        case float(Float)
    }

    public struct Node: Sendable {
        public var operation: String
        public var inputs: [String]
        public var outputs: [String]
        public var attributes: [String: Attribute]
    }

    /// A tensor that enters or leaves; nil is the free batch.
    public struct Port: Sendable {
        public var name: String
        public var shape: [Int?]
    }

    public var nodes: [Node] = []
    public var constants: [String: Constant] = [:]
    /// Whole-number constants (axes, shapes).
    public var integers: [String: [Int]] = [:]
    public var inputs: [Port] = []
    public var outputs: [Port] = []
    public var metadata: [String: String] = [:]

    public static let opset = 13

    public init() {}

    // MARK: Writing

    /// The bytes of the model file.
    public func encoded() -> [UInt8] {
        var out = ProtobufWriter()
        out.varint(1, 7)  // IR version of opset 13
        out.string(2, "likeness")
        out.message(7) { graph in
            for node in nodes { graph.message(1) { Self.write(node, &$0) } }
            graph.string(2, "embedder")
            for (name, c) in constants.sorted(by: { $0.key < $1.key }) {
                graph.message(5) { t in
                    t.packed(1, c.shape)
                    t.varint(2, 1)
                    t.string(8, name)
                    t.block(9, c.values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
                }
            }
            for (name, list) in integers.sorted(by: { $0.key < $1.key }) {
                graph.message(5) { t in
                    t.packed(1, [list.count])
                    t.varint(2, 7)
                    t.string(8, name)
                    t.block(9, list.flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) })
                }
            }
            for port in inputs { graph.message(11) { Self.write(port, &$0) } }
            for port in outputs { graph.message(12) { Self.write(port, &$0) } }
        }
        out.message(8) { $0.varint(2, Self.opset) }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            out.message(14) { entry in
                entry.string(1, key)
                entry.string(2, value)
            }
        }
        return out.bytes
    }

    private static func write(_ node: Node, _ out: inout ProtobufWriter) {
        for name in node.inputs { out.string(1, name) }
        for name in node.outputs { out.string(2, name) }
        out.string(4, node.operation)
        for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
            out.message(5) { a in
                a.string(1, name)
                switch value {
                case .float(let x):
                    a.float(2, x)
                    a.varint(20, 1)
                case .int(let n):
                    a.varint(3, n)
                    a.varint(20, 2)
                case .ints(let list):
                    a.packed(8, list)
                    a.varint(20, 7)
                }
            }
        }
    }

    private static func write(_ port: Port, _ out: inout ProtobufWriter) {
        out.string(1, port.name)
        out.message(2) { type in
            type.message(1) { tensor in
                tensor.varint(1, 1)
                tensor.message(2) { shape in
                    for extent in port.shape {
                        shape.message(1) { d in
                            if let extent { d.varint(1, extent) } else { d.string(2, "N") }
                        }
                    }
                }
            }
        }
    }

    // MARK: Reading

    /// Reads nodes and float constants of a model. Throws `file-format`; files beyond 2 GiB are refused.
    public init(path: String) throws(LikenessError) {
        let file = try InputFile(path)
        guard file.size < 1 << 31 else { throw LikenessError(.fileFormat, subject: path, "is larger than 2 GiB") }
        try self.init(try file.bytes(at: 0, count: file.size), subject: path)
    }

    public init(_ bytes: [UInt8], subject: String) throws(LikenessError) {
        var model = ProtobufReader(bytes[...], subject)
        var hasGraph = false
        while let (field, value) = try model.next() {
            guard field == 7, let graph = value.bytes else { continue }
            hasGraph = true
            try read(graph, subject)
        }
        guard hasGraph else { throw LikenessError(.fileFormat, subject: subject, "holds no ONNX graph") }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, _ subject: String) throws(LikenessError) {
        var graph = ProtobufReader(bytes, subject)
        while let (field, value) = try graph.next() {
            switch (field, value.bytes) {
            case (1, let inner?): nodes.append(try Self.node(inner, subject))
            case (5, let inner?): try readConstant(inner, subject)
            default: continue
            }
        }
    }

    private static func node(_ bytes: ArraySlice<UInt8>, _ subject: String) throws(LikenessError) -> Node {
        var reader = ProtobufReader(bytes, subject)
        var node = Node(operation: "", inputs: [], outputs: [], attributes: [:])
        while let (field, value) = try reader.next() {
            switch field {
            case 1: node.inputs.append(value.text ?? "")
            case 2: node.outputs.append(value.text ?? "")
            case 4: node.operation = value.text ?? ""
            case 5: if let inner = value.bytes { try readAttribute(inner, into: &node, subject) }
            default: continue
            }
        }
        return node
    }

    private static func readAttribute(
        _ bytes: ArraySlice<UInt8>, into node: inout Node, _ subject: String
    ) throws(LikenessError) {
        var reader = ProtobufReader(bytes, subject)
        var (name, found, list) = ("", nil as Attribute?, [Int]())
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, _): name = value.text ?? ""
            case (2, .bits32(let bits)): found = .float(Float(bitPattern: bits))
            case (3, _): found = value.integer.map(Attribute.int)
            case (8, _): list += try value.integers(subject)
            default: continue
            }
        }
        node.attributes[name] = list.isEmpty ? found : .ints(list)
    }

    private mutating func readConstant(_ bytes: ArraySlice<UInt8>, _ subject: String) throws(LikenessError) {
        var reader = ProtobufReader(bytes, subject)
        var (shape, type, name) = ([Int](), 0, "")
        var (raw, floats) = (nil as ArraySlice<UInt8>?, [Float]())
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, _): shape += try value.integers(subject)
            case (2, _): type = value.integer ?? 0
            case (4, .bits32(let bits)): floats.append(Float(bitPattern: bits))
            case (4, .block(let block)): floats += Self.floats(block)
            case (8, _): name = value.text ?? ""
            case (9, .block(let block)): raw = block
            default: continue
            }
        }
        guard type == 1 else { return }
        if let raw { floats = Self.floats(raw) }
        var count = 1
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow else {
                throw LikenessError(.fileFormat, subject: subject, "'\(name)' has a shape of \(shape)")
            }
            count = product
        }
        guard floats.count == count else {
            throw LikenessError(.fileFormat, subject: subject, "'\(name)' of \(shape) holds \(floats.count) values")
        }
        constants[name] = Constant(floats, shape)
    }

    private static func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        Array(bytes).withUnsafeBytes { raw in
            (0..<raw.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }
}

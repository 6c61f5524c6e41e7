/// The wire format of protocol buffers, as much of it as ONNX and TensorBoard's events need.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ field: Int, _ value: Int) {
        key(field, 0)
        raw(UInt64(bitPattern: Int64(value)))
    }
    mutating func float(_ field: Int, _ value: Float) {
        key(field, 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }
    mutating func double(_ field: Int, _ value: Double) {
        key(field, 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }
    mutating func string(_ field: Int, _ text: String) { block(field, Array(text.utf8)) }
    mutating func block(_ field: Int, _ content: [UInt8]) {
        key(field, 2)
        raw(UInt64(content.count))
        bytes += content
    }
    mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        body(&inner)
        block(field, inner.bytes)
    }
    /// Repeated whole numbers in one block.
    mutating func packed(_ field: Int, _ values: [Int]) {
        var inner = ProtobufWriter()
        for value in values { inner.raw(UInt64(bitPattern: Int64(value))) }
        block(field, inner.bytes)
    }

    private mutating func key(_ field: Int, _ type: Int) { raw(UInt64(field << 3 | type)) }
    private mutating func raw(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }
}

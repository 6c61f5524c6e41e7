import FaceCore

/// How a number of a vector is kept.
public enum VectorElement: String, Sendable, Hashable, Codable, CaseIterable {
    /// As it is: 4 bytes.
    case float32 = "f32"
    /// IEEE 754 half: 2 bytes; the cosine of unit vectors changes by less than 1e-3.
    case float16 = "f16"
    /// One byte, and one scale a row: the largest value becomes ±127.
    case int8 = "i8"

    /// Bytes of a row, a multiple of four.
    func rowBytes(dimension: Int) -> Int {
        switch self {
        case .float32: 4 * dimension
        case .float16: (2 * dimension + 3) / 4 * 4
        case .int8: 4 + (dimension + 3) / 4 * 4
        }
    }

    var code: UInt8 {
        switch self {
        case .float32: 0
        case .float16: 1
        case .int8: 2
        }
    }

    init?(code: UInt8) {
        guard let element = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = element
    }

    /// Appends the bytes of a row.
    func encode(_ row: UnsafeBufferPointer<Float>, into out: inout [UInt8]) {
        let end = out.count + rowBytes(dimension: row.count)
        switch self {
        case .float32:
            out.append(contentsOf: UnsafeRawBufferPointer(row))
        case .float16:
            for x in row { append(bits(half: x), to: &out) }
        case .int8:
            let largest = row.reduce(Float(0)) { max($0, $1.magnitude) }
            let scale = largest / 127
            append(scale.bitPattern, to: &out)
            for x in row { out.append(UInt8(bitPattern: Int8((x / scale).rounded(.toNearestOrEven)))) }
        }
        while out.count < end { out.append(0) }
    }

    /// The numbers of the row that begins at `bytes`. A row of zeros gives zeros.
    func decode(_ bytes: UnsafeRawPointer, into row: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .float32:
            for i in row.indices { row[i] = bytes.loadUnaligned(fromByteOffset: 4 * i, as: Float.self) }
        case .float16:
            for i in row.indices { row[i] = float(half: bytes.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)) }
        case .int8:
            let scale = bytes.loadUnaligned(as: Float.self)
            for i in row.indices { row[i] = scale * Float(bytes.load(fromByteOffset: 4 + i, as: Int8.self)) }
        }
    }

    private func append<T: FixedWidthInteger>(_ value: T, to out: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { out.append(contentsOf: $0) }
    }
}

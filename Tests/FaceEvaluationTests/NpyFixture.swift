import FaceCore
import Foundation
import Testing

/// Float16 or Float32 rows of a trusted `.npy` of the test data (version 1.0, C order).
func readTrustedNpy(_ path: String) throws -> Matrix {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let length = Int(bytes[8]) + Int(bytes[9]) << 8
    let header = String(decoding: bytes[10..<10 + length], as: UTF8.self)
    let shape = try #require(header.firstMatch(of: /\((\d+), (\d+)\)/))
    let (rows, columns) = (Int(shape.1)!, Int(shape.2)!)
    let half = header.contains("<f2")
    var out = Matrix(rows: rows, columns: columns)
    bytes.withUnsafeBytes { raw in
        for i in 0..<rows {
            out.setRow(
                i,
                (0..<columns).map { j in
                    let k = i * columns + j
                    return half
                        ? Float(raw.loadUnaligned(fromByteOffset: 10 + length + k * 2, as: Float16.self))
                        : raw.loadUnaligned(fromByteOffset: 10 + length + k * 4, as: Float.self)
                })
        }
    }
    return out
}

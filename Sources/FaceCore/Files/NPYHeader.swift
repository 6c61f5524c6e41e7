/// The head of a `.npy` file (NumPy Enhancement Proposal 1): element type, shape, and where the values begin.
package struct NPYHeader: Sendable, Equatable {
    package enum Element: String, Sendable {
        case float16 = "<f2"
        case float32 = "<f4"
        case float64 = "<f8"
        case int32 = "<i4"
        case int64 = "<i8"

        package var size: Int {
            switch self {
            case .float16: 2
            case .float32, .int32: 4
            case .float64, .int64: 8
            }
        }
    }

    package var element: Element
    package var shape: [Int]
    /// Byte at which the values begin.
    package var offset: Int
    /// Number of values: the product of the shape.
    package var count: Int

    /// A header longer than this is not one of an array of numbers.
    private static let longest = 1 << 20

    /// Reads and checks the head of `file`; the values that it promises are all in the file afterwards.
    package init(_ file: InputFile) throws(LikenessError) {
        let lead = try file.bytes(at: 0, count: min(12, file.size))
        guard lead.count >= 10 || lead.starts(with: NPYHeader.magic.prefix(lead.count)) else {
            throw LikenessError(.fileFormat, subject: file.path, "this is not a .npy file")
        }
        guard lead.count >= 10 else { throw NPYHeader.truncated(file, "in its first ten bytes") }
        guard lead.starts(with: NPYHeader.magic) else {
            throw LikenessError(.fileFormat, subject: file.path, "this is not a .npy file")
        }
        let length: Int
        switch (lead[6], lead[7]) {
        case (1, 0):
            length = Int(lead[8]) | Int(lead[9]) << 8
            offset = 10 + length
        case (2, 0), (3, 0):
            guard lead.count == 12 else { throw NPYHeader.truncated(file, "in its first twelve bytes") }
            length = (0..<4).reduce(0) { $0 | Int(lead[8 + $1]) << (8 * $1) }
            offset = 12 + length
        default:
            throw LikenessError(
                .fileFormat, subject: file.path, ".npy version \(lead[6]).\(lead[7]) is not known")
        }
        guard offset <= file.size else { throw NPYHeader.truncated(file, "inside its header") }
        guard length <= NPYHeader.longest else {
            throw LikenessError(.fileFormat, subject: file.path, "a header of \(length) bytes is not believed")
        }
        var reader = NPYHeaderReader(text: try file.bytes(at: offset - length, count: length), path: file.path)
        (element, shape) = try reader.read()
        count = try NPYHeader.count(shape, size: element.size, in: file, from: offset)
    }

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    private static func truncated(_ file: InputFile, _ place: String) -> LikenessError {
        LikenessError(.fileTruncated, subject: file.path, "the file ends \(place)")
    }

    private static func count(
        _ shape: [Int], size: Int, in file: InputFile, from offset: Int
    ) throws(LikenessError) -> Int {
        var bytes = size
        for length in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            guard !overflow else {
                throw LikenessError(.fileFormat, subject: file.path, "a shape of \(shape) does not fit in memory")
            }
            bytes = product
        }
        let present = file.size - offset
        guard bytes <= present else {
            throw LikenessError(
                .fileTruncated, subject: file.path, "values need \(bytes) bytes, the file holds \(present)")
        }
        guard bytes == present else {
            throw LikenessError(
                .fileFormat, subject: file.path, "\(present - bytes) bytes follow the values of one array")
        }
        return bytes / size
    }

    /// The bytes of a version 1.0 header; values begin at a multiple of 64.
    package static func bytes(_ element: Element, shape: [Int]) -> [UInt8] {
        let list = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = Array("{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': (\(list)), }".utf8)
        let padding = 63 - (10 + text.count) % 64
        text += [UInt8](repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
        return magic + [1, 0, UInt8(text.count & 0xFF), UInt8(text.count >> 8)] + text
    }
}

import FaceCore

/// Ids as people and programs see them: a prefix that says what they name, and letters that sort by time or stand for content.
enum Identifier {
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// The first 100 bits of a digest in Crockford's base 32.
    static func derived(_ prefix: String, from parts: String...) -> String {
        var sum = SHA256()
        for part in parts { sum.update(Array(part.utf8) + [0]) }
        return "\(prefix)_\(text(sum.digest(), length: 20))"
    }

    /// 48 bits of milliseconds, then 80 random ones.
    static func fresh(_ prefix: String) -> String {
        let now = UInt64(max(0, Timestamp.now() * 1000))
        var bytes = (0..<6).map { UInt8(truncatingIfNeeded: now >> (40 - 8 * $0)) }
        bytes += (0..<10).map { _ in UInt8.random(in: 0 ... .max) }
        return "\(prefix)_\(text(bytes, length: 26))"
    }

    static func text(_ bytes: [UInt8], length: Int) -> String {
        var out: [UInt8] = []
        var (buffer, bits) = (UInt32(0), 0)
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5, out.count < length {
                bits -= 5
                out.append(digits[Int(buffer >> UInt32(bits)) & 31])
            }
        }
        if out.count < length { out.append(digits[Int(buffer << UInt32(5 - bits)) & 31]) }
        return String(decoding: out, as: UTF8.self)
    }
}

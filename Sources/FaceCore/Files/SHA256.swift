import CKernels

/// SHA-256 (FIPS 180-4) of bytes that come in parts.
public struct SHA256: Sendable {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    private var rest: [UInt8] = []
    private var count: UInt64 = 0

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        count += UInt64(bytes.count)
        var input = bytes[...]
        if !rest.isEmpty {
            let part = input.prefix(64 - rest.count)
            rest += part
            input = input.dropFirst(part.count)
            guard rest.count == 64 else { return }
            rest.withUnsafeBytes { ck_sha256(&state, $0.baseAddress, 1) }
            rest.removeAll(keepingCapacity: true)
        }
        let whole = UnsafeRawBufferPointer(rebasing: input.prefix(input.count / 64 * 64))
        if whole.count > 0 { ck_sha256(&state, whole.baseAddress, whole.count / 64) }
        rest += input.dropFirst(whole.count)
    }

    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// The digest of everything so far: 32 bytes.
    public func digest() -> [UInt8] {
        var end = self
        let bits = count &* 8
        var padding = [UInt8](repeating: 0, count: 64 - (rest.count + 8) % 64)
        padding[0] = 0x80
        end.update(padding + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
        return end.state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
    }

    /// The digest as 64 lower-case hexadecimal digits.
    public func hex() -> String { Hexadecimal.text(digest()) }

    /// The digest of bytes in memory, in hexadecimal.
    public static func hex(of bytes: [UInt8]) -> String {
        var sum = SHA256()
        sum.update(bytes)
        return sum.hex()
    }

    /// The digest of a file, in hexadecimal. Throws `file-missing` or `file-unreadable`.
    public static func hex(ofFile path: String) throws(LikenessError) -> String {
        try hex(of: InputFile(path))
    }

    package static func hex(of file: InputFile) throws(LikenessError) -> String {
        var sum = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let part = try file.readSome(into: buffer, at: offset)
            if part == 0 { return sum.hex() }
            sum.update(UnsafeRawBufferPointer(rebasing: buffer[..<part]))
            offset += part
        }
    }
}

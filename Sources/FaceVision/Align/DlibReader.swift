internal import FaceCore

/// Reads the values that dlib's `serialize` writes, from a file that may be hostile: nothing is read beyond the end
/// and no length is believed before the bytes for it are known to be there.
///
/// An integer is a control byte (bit 7: negative, bits 0…3: how many bytes follow) and its magnitude, little-endian; a
/// floating-point number is two integers, mantissa and exponent of two.
struct DlibReader {
    private let bytes: [UInt8]
    private let subject: String
    private(set) var position = 0

    init(_ bytes: [UInt8], subject: String) {
        self.bytes = bytes
        self.subject = subject
    }

    var atEnd: Bool { position == bytes.count }
    private var left: Int { bytes.count - position }

    mutating func integer() throws(LikenessError) -> Int {
        guard position < bytes.count else { throw truncated() }
        let control = bytes[position]
        let count = Int(control & 0x0F)
        guard control & 0x70 == 0, (1...8).contains(count) else { throw malformed("no integer") }
        guard left > count else { throw truncated() }
        var magnitude: UInt64 = 0
        for k in 0..<count { magnitude |= UInt64(bytes[position + 1 + k]) << UInt64(8 * k) }
        guard let value = Int(exactly: magnitude) else { throw malformed("an integer beyond 2⁶³") }
        position += 1 + count
        return control & 0x80 == 0 ? value : -value
    }

    /// An integer that is a length of things of at least `itemBytes` bytes each, and so is bounded by what is left.
    mutating func count(itemBytes: Int, _ what: String) throws(LikenessError) -> Int {
        let n = try integer()
        guard n >= 0 else { throw malformed("a negative number of \(what)") }
        guard n <= left / itemBytes else {
            throw LikenessError(.fileTruncated, subject: subject, "states \(n) \(what), which it is too short to hold")
        }
        return n
    }

    /// An index below `limit`.
    mutating func index(below limit: Int, _ what: String) throws(LikenessError) -> Int {
        let k = try integer()
        guard k >= 0, k < limit else { throw malformed("\(what) \(k) is outside 0..<\(limit)") }
        return k
    }

    /// A finite number; dlib writes infinities and NaN with exponents of 32000 and more.
    mutating func float() throws(LikenessError) -> Float {
        let mantissa = try integer()
        let exponent = try integer()
        guard (-2000...2000).contains(exponent) else { throw malformed("a number that is not finite") }
        // a double first: the mantissa of a float has 24 bits, a hostile one may have 63
        let value = Float(Double(sign: .plus, exponent: exponent, significand: Double(mantissa)))
        guard value.isFinite else { throw malformed("a number beyond 32-bit floats") }
        return value
    }

    /// A column vector (rows and columns are stored negative, a mark of dlib's newer form).
    mutating func column(rows expected: Int?) throws(LikenessError) -> [Float] {
        let rows = abs(try integer())
        let columns = abs(try integer())
        guard columns == 1, rows <= left / 4, expected == nil || rows == expected else {
            throw malformed(
                "a matrix of \(rows)×\(columns) where a column\(expected.map { " of \($0)" } ?? "") belongs")
        }
        var out: [Float] = []
        out.reserveCapacity(rows)
        for _ in 0..<rows { out.append(try float()) }
        return out
    }

    func malformed(_ what: String) -> LikenessError {
        LikenessError(
            .fileFormat, subject: subject, "is not a landmark predictor of dlib: \(what) at byte \(position)",
            remedy: "run scripts/bootstrap")
    }

    private func truncated() -> LikenessError {
        LikenessError(.fileTruncated, subject: subject, "ends after \(bytes.count) bytes, in the middle of a value")
    }
}

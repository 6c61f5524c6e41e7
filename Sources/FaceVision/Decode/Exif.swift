/// The few fields of an EXIF block that likeness uses. Reads hostile bytes: whatever is out of place is absent.
package struct Exif: Sendable, Equatable {
    /// 1…8; 1 when absent or nonsense.
    package private(set) var orientation = 1
    /// `2024-05-01T12:33:10`, with `+02:00` where the camera recorded it; nil when absent or nonsense.
    package private(set) var captureDate: String?

    /// `bytes`: the TIFF structure, with or without the leading "Exif\0\0".
    package init(_ bytes: [UInt8]) {
        let named = bytes.starts(with: Array("Exif\0\0".utf8))
        var tiff = TIFFReader(named ? Array(bytes.dropFirst(6)) : bytes)
        guard let first = tiff.firstDirectory() else { return }
        let root = tiff.directory(at: first)
        if let o = root[0x0112].flatMap({ tiff.integer($0) }), (1...8).contains(o) { orientation = o }
        let detail = root[0x8769].flatMap { tiff.integer($0) }.map { tiff.directory(at: $0) } ?? [:]
        let dates = [detail[0x9003], detail[0x9004], root[0x0132]]
        let offset = detail[0x9011].flatMap { tiff.text($0) }
        captureDate = dates.lazy.compactMap { $0 }.compactMap { tiff.text($0) }.compactMap(Self.date).first
        if let date = captureDate, let zone = offset.flatMap(Self.zone) { captureDate = date + zone }
    }

    /// "2024:05:01 12:33:10" as ISO 8601; nil for the zeros and blanks that cameras without a clock write.
    private static func date(_ text: String) -> String? {
        let n = text.split(whereSeparator: { ": -/T".contains($0) }).map { Int($0) ?? -1 }
        guard n.count >= 6, (1800...9999).contains(n[0]), (1...12).contains(n[1]), (1...31).contains(n[2]),
            (0...23).contains(n[3]), (0...59).contains(n[4]), (0...60).contains(n[5])
        else { return nil }
        func two(_ v: Int) -> String { v < 10 ? "0\(v)" : "\(v)" }
        return "\(n[0])-\(two(n[1]))-\(two(n[2]))T\(two(n[3])):\(two(n[4])):\(two(n[5]))"
    }

    private static func zone(_ text: String) -> String? {
        let u = Array(text.utf8)
        guard u.count == 6, u[0] == 0x2B || u[0] == 0x2D, u[3] == 0x3A,
            [1, 2, 4, 5].allSatisfy({ (0x30...0x39).contains(u[$0]) })
        else { return nil }
        return text
    }
}

/// What kind of file some bytes are, judged by the bytes alone.
public enum ImageFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case jpeg, png, webp, tiff, gif, heic, avif, bmp

    /// The first bytes that `recognise` needs.
    public static let signatureLength = 32

    /// What a file that starts with `head` is.
    public enum Recognised: Sendable, Hashable {
        case format(ImageFormat)
        /// A photo of a kind that is not read, and the kind's name.
        case unsupported(String)
        /// No photo (a film, a document, an icon), and the kind's name.
        case other(String)
    }

    /// Looks at the magic bytes; nil when they belong to no picture that is known.
    public static func recognise(_ head: some Collection<UInt8>) -> Recognised? {
        let h = Array(head.prefix(signatureLength))
        for (magic, format) in magics where h.starts(with: magic) { return .format(format) }
        if isBMP(h) { return .format(.bmp) }
        if h.count >= 12, h.starts(with: ascii("RIFF")), h[8..<12].elementsEqual(ascii("WEBP")) {
            return .format(.webp)
        }
        if h.count >= 12, h[4..<8].elementsEqual(ascii("ftyp")) { return recogniseBrand(h) }
        for (magic, name) in unread where h.starts(with: magic) { return .unsupported(name) }
        for (magic, name) in others where h.starts(with: magic) { return .other(name) }
        return nil
    }

    /// A name for people: "JPEG", "WebP".
    public var name: String {
        switch self {
        case .webp: "WebP"
        default: rawValue.uppercased()
        }
    }

    private static func ascii(_ s: String) -> [UInt8] { Array(s.utf8) }

    private static let magics: [([UInt8], ImageFormat)] = [
        ([0xFF, 0xD8, 0xFF], .jpeg),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png),
        (ascii("GIF87a"), .gif), (ascii("GIF89a"), .gif),
        ([0x49, 0x49, 0x2A, 0x00], .tiff), ([0x4D, 0x4D, 0x00, 0x2A], .tiff),
        ([0x49, 0x49, 0x2B, 0x00, 0x08, 0x00], .tiff), ([0x4D, 0x4D, 0x00, 0x2B, 0x00, 0x08], .tiff),
    ]

    private static let unread: [([UInt8], String)] = [
        ([0xFF, 0x0A], "JPEG XL"), ([0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20], "JPEG XL"),
        ([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20], "JPEG 2000"), ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000"),
        (ascii("8BPS"), "Photoshop"), ([0x76, 0x2F, 0x31, 0x01], "OpenEXR"), (ascii("#?RADIANCE"), "Radiance HDR"),
        (ascii("qoif"), "QOI"), (ascii("FUJIFILMCCD-RAW"), "Fujifilm raw"), (ascii("IIRO"), "Olympus raw"),
        ([0x49, 0x49, 0x55, 0x00], "Panasonic raw"),
    ]

    private static let others: [([UInt8], String)] = [
        (ascii("%PDF-"), "PDF"), (ascii("<svg"), "SVG"), (ascii("DDS "), "DDS"), ([0, 0, 1, 0], "an icon"),
        ([0x1A, 0x45, 0xDF, 0xA3], "a film (Matroska)"),
    ]

    /// "BM", and a header size that exists: two letters alone would take in text.
    private static func isBMP(_ h: [UInt8]) -> Bool {
        guard h.count >= 18, h[0] == 0x42, h[1] == 0x4D, h[15] == 0, h[16] == 0, h[17] == 0 else { return false }
        return [12, 40, 52, 56, 64, 108, 124].contains(h[14])
    }

    /// ISO base media files (HEIC, AVIF, but also films) name their kind by the major brand, or by a compatible one.
    private static func recogniseBrand(_ h: [UInt8]) -> Recognised {
        let brands = [8] + Array(stride(from: 16, to: max(16, h.count - 3), by: 4))
        for at in brands where at + 4 <= h.count {
            let brand = String(decoding: h[at..<at + 4], as: UTF8.self)
            if ["avif", "avis"].contains(brand) { return .format(.avif) }
            if ["heic", "heix", "heim", "heis", "hevc", "hevx"].contains(brand) { return .format(.heic) }
            if brand == "crx " { return .unsupported("Canon raw") }
        }
        if ["mif1", "msf1", "mif2"].contains(String(decoding: h[8..<12], as: UTF8.self)) { return .format(.heic) }
        return .other("a film (ISO media)")
    }
}

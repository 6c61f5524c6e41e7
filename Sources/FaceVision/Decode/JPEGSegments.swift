/// The marker segments of a JPEG before its pixels (ITU T.81, annex B): sides, EXIF and XMP. Reads hostile bytes.
struct JPEGSegments {
    private(set) var width = 0
    private(set) var height = 0
    /// The TIFF structure.
    private(set) var exif: [UInt8]?
    /// The packet, and its extension when it names one and all of that is there.
    private(set) var xmp: [[UInt8]] = []

    private static let exifName = Array("Exif\0\0".utf8)
    private static let packetName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    private static let extensionName = Array("http://ns.adobe.com/xmp/extension/\0".utf8)
    private static let longestExtension = 32 << 20

    /// A part of an extended packet (XMP specification part 3, 1.1.3.1).
    private struct Part {
        let total: Int
        let offset: Int
        let bytes: ArraySlice<UInt8>
    }

    init(_ bytes: [UInt8]) {
        var parts: [[UInt8]: [Part]] = [:]
        var at = 2
        while at + 4 <= bytes.count, bytes[at] == 0xFF {
            let marker = bytes[at + 1]
            if marker == 0xFF {  // a fill byte
                at += 1
                continue
            }
            // pixels, or the end: metadata stand before
            if marker == 0xDA || marker == 0xD9 { break }
            let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
            guard length >= 2, at + 2 + length <= bytes.count else { break }
            let body = bytes[(at + 4)..<(at + 2 + length)]
            switch marker {
            case 0xE1: readAPP1(body, &parts)
            case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker): readFrame(body)
            default: break
            }
            at += 2 + length
        }
        if let packet = xmp.first, let whole = Self.extended(of: packet, parts) { xmp.append(whole) }
    }

    private mutating func readAPP1(_ body: ArraySlice<UInt8>, _ parts: inout [[UInt8]: [Part]]) {
        if body.starts(with: Self.exifName) {
            exif = exif ?? Array(body.dropFirst(Self.exifName.count))
        } else if body.starts(with: Self.packetName) {
            if xmp.isEmpty { xmp.append(Array(body.dropFirst(Self.packetName.count))) }
        } else if body.starts(with: Self.extensionName) {
            let rest = Array(body.dropFirst(Self.extensionName.count))
            guard rest.count > 40 else { return }
            func number(_ at: Int) -> Int { rest[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
            parts[Array(rest[..<32]), default: []].append(
                Part(total: number(32), offset: number(36), bytes: rest[40...]))
        }
    }

    private mutating func readFrame(_ body: ArraySlice<UInt8>) {
        guard body.count >= 5, width == 0 else { return }
        let b = Array(body.prefix(5))
        height = Int(b[1]) << 8 | Int(b[2])
        width = Int(b[3]) << 8 | Int(b[4])
    }

    /// The extension whose digest stands in the packet, put together; nil unless each byte came exactly once.
    private static func extended(of packet: [UInt8], _ parts: [[UInt8]: [Part]]) -> [UInt8]? {
        let text = String(decoding: packet, as: UTF8.self)
        guard !parts.isEmpty, text.contains("HasExtendedXMP") else { return nil }
        guard let (_, found) = parts.first(where: { text.contains(String(decoding: $0.key, as: UTF8.self)) }),
            let total = found.first?.total, total <= longestExtension
        else { return nil }
        var out: [UInt8] = []
        for part in found.sorted(by: { $0.offset < $1.offset }) {
            guard part.total == total, part.offset == out.count else { return nil }
            out += part.bytes
        }
        return out.count == total ? out : nil
    }
}

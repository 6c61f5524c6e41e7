import Foundation

/// PNG with an uncompressed iTXt chunk before its pixels (PNG 3rd edition, 11.3.3.4).
enum PNGWithXMP {
    static func insert(_ xmp: String, into png: [UInt8]) throws -> [UInt8] {
        let body = Array("iTXtXML:com.adobe.xmp\0\0\0\0\0".utf8) + Array(xmp.utf8)
        return png[..<33] + big(body.count - 4) + body + big(Int(crc(body))) + png[33...]
    }

    private static func big(_ n: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(n >> $0 & 0xFF) } }

    /// CRC-32 of PNG's annex D, bit by bit.
    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var c: UInt32 = 0xFFFF_FFFF
        for b in bytes {
            c ^= UInt32(b)
            for _ in 0..<8 { c = c & 1 == 1 ? 0xEDB8_8320 ^ c >> 1 : c >> 1 }
        }
        return ~c
    }
}

/// An uncompressed grey TIFF with tag 700.
enum TIFFWithXMP {
    static func make(_ xmp: String, width: Int, height: Int) -> [UInt8] {
        let packet = Array(xmp.utf8)
        var out: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0]
        func put(_ n: Int, _ bytes: Int) { out += (0..<bytes).map { UInt8(n >> (8 * $0) & 0xFF) } }
        let start = 8 + 2 + 9 * 12 + 4
        let entries: [(tag: Int, type: Int, count: Int, value: Int)] = [
            (256, 3, 1, width), (257, 3, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
            (273, 4, 1, start + packet.count), (278, 3, 1, height), (279, 4, 1, width * height),
            (700, 1, packet.count, start),
        ]
        put(entries.count, 2)
        for e in entries {
            put(e.tag, 2)
            put(e.type, 2)
            put(e.count, 4)
            put(e.value, 4)
        }
        put(0, 4)
        return out + packet + [UInt8](repeating: 128, count: width * height)
    }
}

/// A simple WebP turned into an extended one with an XMP chunk.
enum WebPWithXMP {
    static func insert(_ xmp: String, into webp: [UInt8]) throws -> [UInt8] {
        func little(_ n: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(n >> (8 * $0) & 0xFF) } }
        // the frame header of lossy WebP (RFC 6386, 9.1) holds the sides in 14 bits each
        let frame = Array(webp[12...])
        let width = Int(frame[14]) | Int(frame[15] & 0x3F) << 8
        let height = Int(frame[16]) | Int(frame[17] & 0x3F) << 8
        let head = Array("VP8X".utf8) + little(10, 4) + [0x04, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3)
        let packet = Array(xmp.utf8)
        let chunk = Array("XMP ".utf8) + little(packet.count, 4) + packet + (packet.count % 2 == 1 ? [0] : [])
        let body = Array("WEBP".utf8) + head + frame + chunk
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }
}

import FaceCore
import FaceVision
import Foundation
import Testing

/// Colour profiles: applied, recognised as needless, or ignored with a warning.
@Suite struct DecodeProfileTests {
    /// Columns: the primaries' XYZ under D50 (Lindbloom's tables, Bradford-adapted).
    static let adobe = [[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]]
    static let srgb = [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]]

    /// A version 2 display profile (ICC.1:2001-04): three primaries, one gamma of 563/256, a name.
    static func profile(_ primaries: [[Double]], name: String, space: String = "RGB ") -> [UInt8] {
        func n(_ v: Int, _ size: Int = 4) -> [UInt8] { (0..<size).map { UInt8(v >> (8 * (size - 1 - $0)) & 255) } }
        func xyz(_ v: [Double]) -> [UInt8] { Array("XYZ \0\0\0\0".utf8) + v.flatMap { n(Int(($0 * 65536).rounded())) } }
        let text = Array("\(name)\0".utf8)
        let description = Array("desc\0\0\0\0".utf8) + n(text.count) + text + [UInt8](repeating: 0, count: 78)
        let curve = Array("curv\0\0\0\0".utf8) + n(1) + n(0x0233, 2)
        let tags: [(String, [UInt8])] = [
            ("desc", description), ("cprt", Array("text\0\0\0\0none\0".utf8)), ("wtpt", xyz([0.9642, 1, 0.8249])),
            ("rXYZ", xyz(primaries[0])), ("gXYZ", xyz(primaries[1])), ("bXYZ", xyz(primaries[2])),
            ("rTRC", curve), ("gTRC", curve), ("bTRC", curve),
        ]
        var table = n(tags.count)
        var body = [UInt8]()
        for (tag, content) in tags {
            table += Array(tag.utf8) + n(132 + tags.count * 12 + body.count) + n(content.count)
            body += content + [UInt8](repeating: 0, count: (4 - content.count % 4) % 4)
        }
        var head = n(128 + table.count + body.count) + Array("lcms".utf8) + n(0x0210_0000)
        head += Array("mntr\(space)XYZ ".utf8) + [UInt8](repeating: 0, count: 12) + Array("acsp".utf8)
        head += [UInt8](repeating: 0, count: 68 - head.count) + n(0xF6D6) + n(0x10000) + n(0xD32D)
        head += [UInt8](repeating: 0, count: 128 - head.count)
        return head + table + body
    }

    static func jpeg(_ colour: Raster.Colour, profile: [UInt8]) throws -> [UInt8] {
        var r = Raster(width: 32, height: 32)
        r.fill(r.bounds, colour)
        let plain = try RasterEncoder.encode(r, as: .jpeg(quality: 100))
        let segment = Array("ICC_PROFILE\0".utf8) + [1, 1] + profile
        let length = segment.count + 2
        return Array(plain[..<2]) + [0xFF, 0xE2, UInt8(length >> 8), UInt8(length & 255)] + segment + Array(plain[2...])
    }

    /// The definition: gamma, primaries to XYZ, XYZ to linear sRGB, sRGB curve (IEC 61966-2-1).
    static func expected(_ c: Raster.Colour) -> [Double] {
        let linear = [c.r, c.g, c.b].map { pow(Double($0) / 255, 563.0 / 256) }
        let xyz = (0..<3).map { k in (0..<3).reduce(0) { $0 + adobe[$1][k] * linear[$1] } }
        return solve(srgb, xyz).map { v in
            let u = min(1, max(0, v))
            return 255 * (u <= 0.0031308 ? 12.92 * u : 1.055 * pow(u, 1 / 2.4) - 0.055)
        }
    }

    /// x with Σ columns[j]·x[j] = y, by Cramer's rule.
    static func solve(_ columns: [[Double]], _ y: [Double]) -> [Double] {
        func determinant(_ m: [[Double]]) -> Double {
            let a = m[1][1] * m[2][2] - m[1][2] * m[2][1]
            let b = m[1][0] * m[2][2] - m[1][2] * m[2][0]
            let c = m[1][0] * m[2][1] - m[1][1] * m[2][0]
            return m[0][0] * a - m[0][1] * b + m[0][2] * c
        }
        return (0..<3).map { j in
            var m = columns
            m[j] = y
            return determinant(m) / determinant(columns)
        }
    }

    static let colours: [Raster.Colour] = [
        (120, 150, 100), (200, 150, 130), (60, 60, 60), (255, 255, 255), (90, 110, 190),
    ]

    @Test func wideColoursBecomeSRGB() throws {
        for colour in Self.colours {
            let bytes = try Self.jpeg(colour, profile: Self.profile(Self.adobe, name: "Adobe RGB (1998)"))
            let photo = try PhotoDecoder().decode(bytes: bytes, name: "adobe")
            let got = photo.raster[16, 16]
            for (a, b) in zip([got.r, got.g, got.b], Self.expected(colour)) {
                #expect(abs(Double(a) - b) <= 3, "\(colour) became \(got), not \(Self.expected(colour))")
            }
            #expect(photo.warnings.isEmpty)
        }
        let green = Self.expected((120, 150, 100))
        #expect(green[0] < 112)  // the test would notice a profile that is not applied
    }

    @Test func profileNamedSRGBIsLeftAlone() throws {
        let plain = try Self.jpeg((120, 150, 100), profile: Self.profile(Self.srgb, name: "sRGB IEC61966-2.1"))
        let got = try PhotoDecoder().decode(bytes: plain, name: "srgb").raster[16, 16]
        #expect(abs(Int(got.r) - 120) <= 1 && abs(Int(got.g) - 150) <= 1 && abs(Int(got.b) - 100) <= 1)
    }

    @Test func profileThatDoesNotFitIsIgnored() throws {
        let good = Self.profile(Self.adobe, name: "Adobe")
        let bad: [[UInt8]] = [
            Self.profile(Self.adobe, name: "ink", space: "CMYK"), Array(good.prefix(150)),
            [UInt8](repeating: 7, count: 300),
            Array("x".utf8),
        ]
        for profile in bad {
            let photo = try PhotoDecoder().decode(bytes: Self.jpeg((120, 150, 100), profile: profile), name: "bad")
            let got = photo.raster[16, 16]
            #expect(abs(Int(got.r) - 120) <= 1 && abs(Int(got.g) - 150) <= 1 && abs(Int(got.b) - 100) <= 1)
            #expect(photo.warnings.map(\.code) == ["colour-profile-ignored"])
        }
    }
}

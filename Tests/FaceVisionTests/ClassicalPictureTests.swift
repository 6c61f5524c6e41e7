import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite("Pictures of the classical methods")
struct ClassicalPictureTests {
    @Test("luma by hand, and the exact middle of grey stays")
    func luma() {
        let picture = GreyPicture(
            Raster(width: 4, height: 1, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 77, 77, 77]))
        #expect(picture.pixels == [76, 150, 29, 77])
    }

    @Test("crops keep their pixels; the centre of an odd rest lies left and above")
    func crops() {
        let picture = GreyPicture(width: 5, height: 4, pixels: (0..<20).map(UInt8.init))
        #expect(picture.cropped(x: 1, y: 2, width: 3, height: 2).pixels == [11, 12, 13, 16, 17, 18])
        #expect(picture.central(side: 2).pixels == [6, 7, 11, 12])
        #expect(
            GreyPicture(width: 4, height: 2, pixels: [0, 2, 10, 10, 4, 6, 10, 10]).resized(width: 2, height: 1).pixels
                == [3, 10])
    }

    @Test("box reduction takes whole pixels by their centres")
    func boxes() {
        let five = GreyPicture(width: 5, height: 1, pixels: [10, 20, 30, 40, 60])
        #expect(five.boxReduced(width: 2, height: 1).pixels == [15, 43])
        #expect(five.boxReduced(width: 5, height: 1) == five)
        #expect(five.boxReduced(width: 1, height: 1).pixels == [32])
        let square = GreyPicture(width: 2, height: 2, pixels: [0, 1, 2, 4])
        #expect(square.boxReduced(width: 1, height: 1).pixels == [2])
    }

    /// A 5×5 picture whose centre is 100 and whose neighbours at distance 1 are given from the right, anticlockwise.
    private func ring(_ around: [UInt8]) -> GreyPicture {
        var pixels = [UInt8](repeating: 100, count: 9)
        for (place, value) in zip([5, 2, 1, 0, 3, 6, 7, 8], around) { pixels[place] = value }
        return GreyPicture(width: 3, height: 3, pixels: pixels)
    }

    @Test("codes of hand-made patches")
    func codes() {
        let lbp = LocalBinaryPatterns(radius: 1)
        #expect(lbp.codes(ring([100, 100, 100, 100, 100, 100, 100, 100])).codes == [255])
        #expect(lbp.codes(ring([0, 0, 0, 0, 0, 0, 0, 0])).codes == [0])
        // right, up, left and down are read as they are: bits 0, 2, 4, 6
        #expect(lbp.codes(ring([200, 0, 0, 0, 0, 0, 0, 0])).codes[0] & 0b0101_0101 == 0b0000_0001)
        #expect(lbp.codes(ring([0, 0, 200, 0, 0, 0, 0, 0])).codes[0] & 0b0101_0101 == 0b0000_0100)
        #expect(lbp.codes(ring([0, 200, 0, 0, 0, 0, 0, 0])).codes[0] & 0b0101_0101 == 0)
        // a bright right half: right and both diagonals beside it
        let half = GreyPicture(width: 3, height: 3, pixels: [0, 100, 200, 0, 100, 200, 0, 100, 200])
        #expect(lbp.codes(half).codes == [0b1100_0111])
    }

    @Test("58 uniform patterns in rising order, the rest share the last label")
    func uniform() {
        let labels = LocalBinaryPatterns.uniformLabels
        #expect(labels.count == 256 && Set(labels).count == 59)
        #expect(labels[0] == 0 && labels[1] == 1 && labels[2] == 2 && labels[3] == 3 && labels[4] == 4)
        #expect(labels[5] == 58 && labels[255] == 57 && labels[254] == 56 && labels[0b1010_1010] == 58)
        let uniform = labels.filter { $0 < 58 }
        #expect(uniform == uniform.sorted() && uniform.count == 58)
    }

    @Test("histograms are shares of each cell; brightness and contrast change nothing")
    func histograms() {
        var random = SeededRandom(seed: 2)
        let picture = GreyPicture(
            width: 32, height: 25, pixels: (0..<800).map { _ in UInt8.random(in: 0...100, using: &random) })
        let lbp = LocalBinaryPatterns(grid: (columns: 3, rows: 2))
        let h = lbp.histograms(picture)
        #expect(h.count == 6 * 59)
        for cell in 0..<6 { #expect(abs(h[cell * 59..<(cell + 1) * 59].reduce(0, +) - 1) < 1e-5) }
        let brighter = GreyPicture(width: 32, height: 25, pixels: picture.pixels.map { 2 * $0 + 30 })
        #expect(lbp.histograms(brighter) == h)
        #expect(
            lbp.histograms(GreyPicture(width: 3, height: 3, pixels: [UInt8](repeating: 1, count: 9))).allSatisfy {
                $0 == 0
            })
    }

    @Test("patches lie where the grid says and have mean 0")
    func patches() {
        var random = SeededRandom(seed: 5)
        let picture = GreyPicture(
            width: 10, height: 8, pixels: (0..<80).map { _ in UInt8.random(in: 0...255, using: &random) })
        let (patches, cells) = PatchGrid(side: 4, step: 2, cells: 2).patches(of: picture)
        #expect(patches.rows == 4 * 3 && patches.columns == 16)
        #expect(cells == [0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3])
        for i in 0..<patches.rows {
            let row = patches.row(i)
            #expect(abs(row.reduce(0, +)) < 1e-4)
            #expect(abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 0.02)
        }
    }

    private let greymap = Array("P5 # comment\n3\t2\n255\n".utf8) + [0, 10, 20, 30, 40, 255]

    @Test("greymaps with comments and other maxima; hostile ones are errors at every length")
    func greymaps() throws {
        let picture = try PortableGreymap.read(greymap[...], name: "x")
        #expect(picture == GreyPicture(width: 3, height: 2, pixels: [0, 10, 20, 30, 40, 255]))
        let low = try PortableGreymap.read(Array("P5 2 1 100 ".utf8) + [50, 100], name: "x")
        #expect(low.pixels == [128, 255])
        for length in 0..<greymap.count {
            #expect(throws: LikenessError.self) { try PortableGreymap.read(greymap[..<length], name: "x") }
        }
        for text in [
            "P6 1 1 255\n0", "P5 -1 1 255\n0", "P5 999999999 999999999 255\n0", "P5 1 1 65535\n00", "P5 0 1 255\n",
        ] {
            #expect(throws: LikenessError.self) { try PortableGreymap.read(Array(text.utf8)[...], name: "x") }
        }
    }

    @Test("members of an archive made by tar; cut and changed archives are errors")
    func archive() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.tar")
        var bytes = member("s1/1.pgm", Array("first".utf8)) + member("s1/2.pgm", [UInt8](repeating: 7, count: 600))
        bytes += [UInt8](repeating: 0, count: 1024)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let archive = try TarArchive(path)
        #expect(archive.members.map(\.name) == ["s1/1.pgm", "s1/2.pgm"])
        #expect(try archive.bytes(archive.members[0]) == Array("first".utf8))
        #expect(try archive.bytes(archive.members[1]).count == 600)
        for (change, length) in [(0, bytes.count), (-1, 1100), (-1, 300), (-1, 0)] {
            var hostile = Array(bytes[..<length])
            if change >= 0 { hostile[change] ^= 1 }
            let other = folder.file("h-\(change)-\(length).tar")
            try Data(hostile).write(to: URL(fileURLWithPath: other))
            #expect(throws: LikenessError.self) { try TarArchive(other) }
        }
    }

    private func member(_ name: String, _ content: [UInt8]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ at: Int) {
            header.replaceSubrange(at..<at + text.utf8.count, with: Array(text.utf8))
        }
        put(name, 0)
        put(String(content.count, radix: 8), 124)
        put("ustar\u{0}00", 257)
        header[156] = UInt8(ascii: "0")
        put("        ", 148)
        put(String(header.reduce(0) { $0 + Int($1) }, radix: 8), 148)
        header[155] = 0
        return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
}

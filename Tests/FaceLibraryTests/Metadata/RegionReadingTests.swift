import FaceCore
import FaceLibrary
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite("Face regions of other programs")
struct RegionReadingTests {
    private let box = Box(x: 0.25, y: 0.125, width: 0.125, height: 0.25)

    @Test("both schemas and all spellings are read, each face once, animals not")
    func digiKam() throws {
        let folder = try TemporaryFolder()
        let photo = folder.file("a.jpg")
        try PhotoFixture.write(PhotoFixture.jpeg(Raster(width: 80, height: 60)), photo)
        try PhotoFixture.write(Array(XMPSamples.digiKam(width: 80, height: 60).utf8), photo + ".xmp")
        let evidence = try PhotoEvidence(photo: photo)
        #expect(evidence.problems.isEmpty)
        #expect(evidence.regions.map(\.name) == ["Anna & Co", nil, "Bea"])
        #expect(evidence.regions.map(\.schema) == [.metadataWorkingGroup, .metadataWorkingGroup, .microsoft])
        #expect(close(evidence.regions[0].box, Box(x: 0.2, y: 0.35, width: 0.2, height: 0.1)))
        #expect(close(evidence.regions[1].box, Box(x: 0.7, y: 0.4, width: 0.1, height: 0.2)))
        #expect(evidence.regions[0].file == photo + ".xmp")
    }

    @Test("a box marks the same pixels as the upright photo shows, for every orientation", arguments: 1...8)
    func orientations(orientation: Int) throws {
        let folder = try TemporaryFolder()
        let photo = folder.file("a.jpg")
        let stored = PhotoFixture.raster(width: 160, height: 96, mark: box)
        let (x, y) = (Double(box.centre.x), Double(box.centre.y))
        let rectangle = "\(box.x), \(box.y), \(box.width), \(box.height)"
        let microsoft = XMPSamples.digiKam(width: 0, height: 0)
            .replacingOccurrences(of: "mwg-rs:RegionList", with: "mwg-rs:X")
            .replacingOccurrences(of: "0.2, 0.35, 0.2, 0.1", with: rectangle)
        let packets = [
            XMPSamples.one("A", x: x, y: y, w: 0.125, h: 0.25, sides: (160, 96)),
            XMPSamples.one("A", x: x, y: y, w: 0.125, h: 0.25), microsoft,
        ]
        for xmp in packets {
            let bytes = try PhotoFixture.jpeg(
                stored, exif: PhotoFixture.exif(orientation: orientation), app1: [PhotoFixture.packet(xmp)])
            try PhotoFixture.write(bytes, photo)
            let evidence = try PhotoEvidence(photo: photo)
            #expect(evidence.orientation == orientation)
            let upright = try PhotoDecoder().decode(path: photo).raster
            let seen = PhotoFixture.mark(in: upright)
            #expect(close(try #require(evidence.regions.first).box, seen, 0.021), "\(seen)")
        }
    }

    @Test("regions written for the upright picture, as old digiKam did, are known by their sides", arguments: 5...8)
    func uprightSides(orientation: Int) throws {
        let folder = try TemporaryFolder()
        let photo = folder.file("a.jpg")
        let xmp = XMPSamples.one("A", x: 0.5, y: 0.25, w: 0.1, h: 0.1, sides: (96, 160))
        let bytes = try PhotoFixture.jpeg(
            Raster(width: 160, height: 96), exif: PhotoFixture.exif(orientation: orientation),
            app1: [PhotoFixture.packet(xmp)])
        try PhotoFixture.write(bytes, photo)
        let region = try #require(try PhotoEvidence(photo: photo).regions.first)
        #expect(close(region.box, Box(x: 0.45, y: 0.2, width: 0.1, height: 0.1)))
    }

    @Test("turning to stored and back gives the box again", arguments: 1...8)
    func inverse(orientation: Int) {
        let turn = StoredOrientation(exif: orientation)
        #expect(close(turn.upright(turn.stored(box)), box, 1e-6))
        #expect(close(turn.stored(turn.upright(box)), box, 1e-6))
    }

    @Test("the packet is found in every format that carries one")
    func formats() throws {
        let folder = try TemporaryFolder()
        let xmp = XMPSamples.one("Zoë", x: 0.5, y: 0.5, w: 0.25, h: 0.5)
        let png = try PNGWithXMP.insert(xmp, into: RasterEncoder.encode(Raster(width: 20, height: 10), as: .png))
        try PhotoFixture.write(png, folder.file("a.png"))
        let tiff = TIFFWithXMP.make(xmp, width: 20, height: 10)
        try PhotoFixture.write(tiff, folder.file("b.tif"))
        let plain = try Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/fmt.webp")))
        try PhotoFixture.write(WebPWithXMP.insert(xmp, into: [UInt8](plain)), folder.file("c.webp"))
        for name in ["a.png", "b.tif", "c.webp"] {
            let evidence = try PhotoEvidence(photo: folder.file(name))
            #expect(evidence.regions.map(\.name) == ["Zoë"], "\(name): \(evidence.problems)")
            #expect(evidence.storedWidth > 0)
        }
    }

    @Test("an extended packet is put together, and left out when a part is missing")
    func extended() throws {
        let folder = try TemporaryFolder()
        let photo = folder.file("a.jpg")
        let guid = "0123456789ABCDEF0123456789ABCDEF"
        let main = """
            <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about=''
             xmlns:xmpNote='http://ns.adobe.com/xmp/note/' xmpNote:HasExtendedXMP='\(guid)'/></rdf:RDF>
            """
        let long = Array(XMPSamples.one("Far", x: 0.5, y: 0.5, w: 0.2, h: 0.2).utf8)
        func part(_ range: Range<Int>) -> [UInt8] {
            func big(_ n: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(n >> $0 & 0xFF) } }
            return Array("http://ns.adobe.com/xmp/extension/\0\(guid)".utf8) + big(long.count) + big(range.lowerBound)
                + long[range]
        }
        let parts = [part(300..<long.count), part(0..<300)]
        let raster = Raster(width: 16, height: 16)
        try PhotoFixture.write(PhotoFixture.jpeg(raster, app1: [PhotoFixture.packet(main)] + parts), photo)
        #expect(try PhotoEvidence(photo: photo).regions.map(\.name) == ["Far"])
        try PhotoFixture.write(PhotoFixture.jpeg(raster, app1: [PhotoFixture.packet(main), parts[0]]), photo)
        #expect(try PhotoEvidence(photo: photo).regions.isEmpty)
    }

    @Test("the sidecar comes before the photo, and photo.jpg.xmp before photo.xmp")
    func precedence() throws {
        let folder = try TemporaryFolder()
        let photo = folder.file("a.jpg")
        let inside = XMPSamples.one("Inside", x: 0.5, y: 0.5, w: 0.2, h: 0.2)
        try PhotoFixture.write(
            PhotoFixture.jpeg(Raster(width: 16, height: 16), app1: [PhotoFixture.packet(inside)]), photo)
        #expect(try PhotoEvidence(photo: photo).regions.map(\.name) == ["Inside"])
        try PhotoFixture.write(
            Array(XMPSamples.one("Shared", x: 0.51, y: 0.5, w: 0.2, h: 0.2).utf8), folder.file("a.xmp"))
        #expect(try PhotoEvidence(photo: photo).regions.map(\.name) == ["Shared"])
        try PhotoFixture.write(
            Array(XMPSamples.one("Exact", x: 0.5, y: 0.51, w: 0.2, h: 0.2).utf8), photo + ".xmp")
        #expect(try PhotoEvidence(photo: photo).regions.map(\.name) == ["Exact"])
        // a broken sidecar is a problem with its reason, and hides nothing
        try PhotoFixture.write(Array("<rdf:RDF".utf8), photo + ".xmp")
        let evidence = try PhotoEvidence(photo: photo)
        #expect(evidence.regions.map(\.name) == ["Shared"])
        #expect(evidence.problems.map(\.code.description) == ["metadata-broken"])
    }

    @Test("boxes of nonsense are dropped, boxes at the edge are cut")
    func nonsense() throws {
        let folder = try TemporaryFolder()
        let photo = folder.file("a.jpg")
        try PhotoFixture.write(PhotoFixture.jpeg(Raster(width: 16, height: 16)), photo)
        for (x, w) in [(Double.nan, 0.1), (0.5, -0.1), (7, 0.1), (0.5, 0), (1e300, 1e300)] {
            try PhotoFixture.write(Array(XMPSamples.one("A", x: x, y: 0.5, w: w, h: 0.1).utf8), photo + ".xmp")
            #expect(try PhotoEvidence(photo: photo).regions.isEmpty, "\(x) \(w)")
        }
        try PhotoFixture.write(Array(XMPSamples.one("A", x: 0, y: 1, w: 0.5, h: 0.5).utf8), photo + ".xmp")
        let cut = try #require(try PhotoEvidence(photo: photo).regions.first)
        #expect(close(cut.box, Box(x: 0, y: 0.75, width: 0.25, height: 0.25)))
    }
}

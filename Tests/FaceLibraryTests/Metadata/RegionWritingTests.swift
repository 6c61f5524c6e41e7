import FaceCore
import FaceLibrary
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite("Named faces written to sidecars")
struct RegionWritingTests {
    private let faces = [
        NamedFace(name: "Anna <Müller> & \"Co\"", box: Box(x: 0.1, y: 0.2, width: 0.3, height: 0.25)),
        NamedFace(name: "李雷", box: Box(x: 0.6, y: 0.5, width: 0.2, height: 0.3)),
    ]

    private func photo(in folder: TemporaryFolder, orientation: Int = 1, named name: String = "a.jpg") throws -> String
    {
        let path = folder.file(name)
        try PhotoFixture.write(
            PhotoFixture.jpeg(Raster(width: 160, height: 96), exif: PhotoFixture.exif(orientation: orientation)), path)
        return path
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }

    @Test("what is written is read again, for every orientation, and a second time changes nothing", arguments: 1...8)
    func roundTrip(orientation: Int) throws {
        let folder = try TemporaryFolder()
        let photo = try photo(in: folder, orientation: orientation)
        let before = try Data(contentsOf: URL(fileURLWithPath: photo))
        let change = try SidecarChange(photo: photo, faces: faces)
        #expect(!FileManager.default.fileExists(atPath: photo + ".xmp"), "a dry run writes nothing")
        #expect(change.path == photo + ".xmp")
        try change.apply()
        let regions = try PhotoEvidence(photo: photo).regions
        #expect(regions.map(\.name) == faces.map(\.name))
        for (a, b) in zip(regions, faces) { #expect(close(a.box, b.box, 2e-6)) }
        let again = try SidecarChange(photo: photo, faces: faces)
        #expect(again.isNothing && again.diff == "")
        try again.apply()
        #expect(try text(photo + ".xmp") == String(decoding: change.after, as: UTF8.self))
        #expect(try Data(contentsOf: URL(fileURLWithPath: photo)) == before, "the photo is never touched")
        if orientation == 6 {
            // the first face, upright at x 0.1…0.4, y 0.2…0.45, lies in the stored picture at x 0.2…0.45, y 0.6…0.9
            #expect(String(decoding: change.after, as: UTF8.self).contains("<stArea:x>0.325000</stArea:x>"))
        }
    }

    @Test("an existing sidecar keeps every line that is not concerned")
    func keepsTheRest() throws {
        let folder = try TemporaryFolder()
        let photo = try photo(in: folder)
        let old = XMPSamples.digiKam(width: 160, height: 96)
        try PhotoFixture.write(Array(old.utf8), photo + ".xmp")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: photo + ".xmp")
        let named = [
            NamedFace(name: "Anna Renamed", box: Box(x: 0.21, y: 0.35, width: 0.2, height: 0.1)),
            NamedFace(name: "Second", box: Box(x: 0.7, y: 0.4, width: 0.1, height: 0.2)),
            NamedFace(name: "Third", box: Box(x: 0.0, y: 0.6, width: 0.2, height: 0.2)),
        ]
        let change = try SidecarChange(photo: photo, faces: named)
        try change.apply()
        let new = try text(photo + ".xmp")
        let oldLines = old.split(separator: "\n", omittingEmptySubsequences: false)
        let newLines = Set(new.split(separator: "\n", omittingEmptySubsequences: false))
        let lost = oldLines.filter { !newLines.contains($0) }
        // the renamed line; the other face's line is also that of the new one
        #expect(lost.count == 1 && lost[0].contains("mwg-rs:Name=\"Anna"), "\(lost)")
        #expect(new.contains("mwg-rs:Name=\"Anna Renamed\""))
        #expect(new.contains("<rdf:li>People/Anna &amp; Co</rdf:li>"))
        #expect(new.contains("<mwg-rs:Name>Rex</mwg-rs:Name>"))
        let names = try PhotoEvidence(photo: photo).regions.map(\.name)
        #expect(names == ["Anna Renamed", "Second", "Third", "Bea"])
        #expect(try SidecarChange(photo: photo, faces: named).isNothing)
        #expect(change.diff.contains("+ ") && change.diff.contains("Third"))
        let mode = try FileManager.default.attributesOfItem(atPath: photo + ".xmp")[.posixPermissions] as? Int
        #expect(mode == 0o640)
    }

    @Test(
        "every shape of sidecar takes faces, and the result is read again",
        arguments: [
            "<rdf:RDF xmlns:rdf='R'/>", "<rdf:RDF xmlns:rdf='R'></rdf:RDF>",
            "<r:RDF xmlns:r='R'><r:Description r:about='urn:uuid:1'/></r:RDF>",
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='R'><rdf:Description rdf:about=\"a&amp;b\">"
                + "<q:Regions xmlns:q='M' rdf:parseType='Resource'><q:RegionList><rdf:Bag/></q:RegionList></q:Regions>"
                + "</rdf:Description></rdf:RDF></x:xmpmeta>",
            "<rdf:RDF xmlns:rdf='R'><rdf:Description rdf:about=''><q:Regions xmlns:q='M'/></rdf:Description></rdf:RDF>",
            "<RDF xmlns='R'><Description/></RDF>",
            "<rdf:RDF xmlns:rdf='R' xmlns:mwg-rs='something:else' xmlns:stArea='other'><rdf:Description/></rdf:RDF>",
            "<rdf:RDF xmlns:rdf='R'><rdf:Description rdf:about='' xmlns:q='M' xmlns:s='A'><q:Regions><rdf:Description>"
                + "<q:RegionList><rdf:Bag><rdf:li><rdf:Description q:Type='Face'><q:Area s:x='0.25' s:y='0.325' s:w='0.3'"
                + " s:h='0.25'/></rdf:Description></rdf:li></rdf:Bag></q:RegionList></rdf:Description></q:Regions>"
                + "</rdf:Description></rdf:RDF>",
            "<rdf:RDF xmlns:rdf='R'><rdf:Description rdf:about='' xmlns:q='M' xmlns:s='A'><q:Regions><rdf:Description>"
                + "<q:RegionList><rdf:Bag><rdf:li><rdf:Description q:Type='Face'><q:Name/><q:Area s:x='0.25' s:y='0.325'"
                + " s:w='0.3' s:h='0.25'/></rdf:Description></rdf:li></rdf:Bag></q:RegionList></rdf:Description>"
                + "</q:Regions></rdf:Description></rdf:RDF>",
        ])
    func shapes(sidecar: String) throws {
        let folder = try TemporaryFolder()
        let photo = try photo(in: folder)
        let old = sidecar.replacingOccurrences(of: "'R'", with: "'http://www.w3.org/1999/02/22-rdf-syntax-ns#'")
            .replacingOccurrences(of: "'M'", with: "'http://www.metadataworkinggroup.com/schemas/regions/'")
            .replacingOccurrences(of: "'A'", with: "'http://ns.adobe.com/xmp/sType/Area#'")
        try PhotoFixture.write(Array(old.utf8), photo + ".xmp")
        let change = try SidecarChange(photo: photo, faces: faces)
        try change.apply()
        let evidence = try PhotoEvidence(photo: photo)
        #expect(evidence.problems.isEmpty, "\(evidence.problems)")
        #expect(evidence.regions.map(\.name) == faces.map(\.name))
        #expect(try SidecarChange(photo: photo, faces: faces).isNothing)
    }

    @Test("the shared sidecar is used where it is the photo's own, not where a raw file has the same name")
    func sharedSidecar() throws {
        let folder = try TemporaryFolder()
        let photo = try photo(in: folder)
        try PhotoFixture.write(Array(XMPSamples.digiKam(width: 160, height: 96).utf8), folder.file("a.xmp"))
        #expect(try SidecarChange(photo: photo, faces: faces).path == folder.file("a.xmp"))
        try PhotoFixture.write([1], folder.file("a.CR2"))
        #expect(try SidecarChange(photo: photo, faces: faces).path == photo + ".xmp")
    }

    @Test("a sidecar that changed after the look, is broken, is a link, or cannot be written is left alone")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let photo = try photo(in: folder)
        func code(_ faces: [NamedFace]) -> String? {
            do throws(LikenessError) { _ = try SidecarChange(photo: photo, faces: faces) } catch {
                return error.code.description
            }
            return nil
        }
        let change = try SidecarChange(photo: photo, faces: faces)
        try PhotoFixture.write([0x20], photo + ".xmp")
        do { try change.apply() } catch { #expect(error.code == .fileChanged) }
        #expect(try text(photo + ".xmp") == " ")
        #expect(code(faces) == "metadata-broken")
        try PhotoFixture.write(Array("<a/>".utf8), photo + ".xmp")
        #expect(code(faces) == "metadata-broken")
        try FileManager.default.removeItem(atPath: photo + ".xmp")
        try FileManager.default.createSymbolicLink(atPath: photo + ".xmp", withDestinationPath: "/etc/hostname")
        #expect(code(faces) == "file-format")
        let bad = [
            NamedFace(name: " \n", box: faces[0].box), NamedFace(name: "A", box: Box(x: 2, y: 0, width: 1, height: 1)),
            NamedFace(name: "A", box: Box(x: .nan, y: 0, width: 1, height: 1)),
        ]
        for face in bad {
            #expect(code([face]) == "bad-data")
        }
    }

    @Test("names of any letters stay one line of valid XML")
    func names() throws {
        let folder = try TemporaryFolder()
        let photo = try photo(in: folder)
        let names = ["]]>", "<!--", "a\u{0}b\u{1F}c", "&amp;", "'\"", "\u{FFFE}x", "👩‍👧 Ö"]
        for name in names + [String(repeating: "x", count: 400)] {
            try? FileManager.default.removeItem(atPath: photo + ".xmp")
            try SidecarChange(photo: photo, faces: [NamedFace(name: name, box: faces[0].box)]).apply()
            let evidence = try PhotoEvidence(photo: photo)
            #expect(evidence.problems.isEmpty && evidence.regions.count == 1, "\(name)")
            #expect(try SidecarChange(photo: photo, faces: [NamedFace(name: name, box: faces[0].box)]).isNothing)
        }
    }
}

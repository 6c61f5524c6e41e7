import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Testing

private func detector(_ options: ViolaJonesDetector.Options = .init()) throws -> ViolaJonesDetector {
    try ViolaJonesDetector(file: try TestData.model("haar-frontalface.xml"), options: options, threads: 2)
}

/// A cascade of one stage with one tree on a 20×20 window: left half minus right half.
private func cascade(
    nodes: String = "0 -1 0 0.", leaves: String = "1. -1.", rects: String = "<_>0 0 20 20 -1.</_><_>0 0 10 20 2.</_>",
    stage: String = "0.5", extra: String = "", kind: String = "HAAR"
) -> String {
    """
    <?xml version="1.0"?>
    <!-- a comment -- with dashes -->
    <opencv_storage>
    <cascade type_id="opencv-cascade-classifier"><stageType>BOOST</stageType>
      <featureType>\(kind)</featureType><height>20</height><width>20</width>
      <stages><_><stageThreshold>\(stage)</stageThreshold><weakClassifiers>
        <_><internalNodes>\(nodes)</internalNodes><leafValues>\(leaves)</leafValues></_></weakClassifiers></_></stages>
      <features><_><rects>\(rects)</rects>\(extra)</_></features></cascade>
    </opencv_storage>
    """
}

private func code(_ text: String) -> String {
    let bytes = Data(text.utf8)
    let folder = try? TemporaryFolder()
    do {
        let path = folder?.file("cascade.xml") ?? ""
        try bytes.write(to: URL(filePath: path))
        _ = try ViolaJonesDetector(file: path)
        return "good"
    } catch let e as LikenessError { return e.code.description } catch { return "\(error)" }
}

@Suite struct ViolaJonesTests {
    @Test func findsFrontalFaces() throws {
        let names = ["obama-1.jpg", "obama-2.jpg", "biden-2.jpg", "lacamoire-1.jpg", "noface-galaxies.jpg"]
        let found = try detector().detect(names.map(photo))
        #expect(found.map(\.count) == [1, 1, 1, 1, 0])
        #expect(found.joined().allSatisfy { $0.landmarks == nil && $0.score > 0 && $0.score < 1 })
    }

    /// Boxes of OpenCV 4.14 (`detectMultiScale(grey, 1.1, 3)`) on the same files and the same cascade.
    @Test(arguments: [
        ("obama-1.jpg", [[200, 58, 155, 155]]),
        ("three-people.jpg", [[100, 148, 90, 90], [223, 204, 78, 78], [339, 135, 116, 116]]),
        ("group-1.jpg", [[93, 193, 38, 38], [158, 116, 35, 35], [178, 213, 36, 36], [191, 90, 39, 39]]),
        (
            "group-large-2.jpg",
            [
                [137, 5, 56, 56], [215, 241, 66, 66], [224, 65, 55, 55], [292, 6, 52, 52], [318, 231, 62, 62],
                [352, 42, 64, 64], [434, 236, 70, 70], [436, 71, 53, 53], [489, 1, 50, 50], [513, 82, 59, 59],
                [562, 203, 70, 70], [576, 26, 53, 53], [587, 93, 62, 62], [644, 62, 55, 55], [656, 259, 83, 83],
                [687, 150, 72, 72], [696, 76, 53, 53], [846, 85, 63, 63],
            ]
        ),
        ("harington-and-leslie.jpg", [[75, 117, 87, 87], [244, 89, 106, 106]]),
        (
            "group-4.jpg",
            [
                [105, 131, 59, 59], [132, 73, 52, 52], [191, 107, 51, 51], [220, 53, 48, 48], [258, 122, 45, 45],
                [310, 114, 46, 46], [360, 124, 49, 49],
            ]
        ),
    ])
    func agreesWithOpenCV(name: String, boxes: [[Float]]) throws {
        var options = ViolaJonesDetector.Options()
        options.threshold = 0.28  // four windows: OpenCV drops groups of three
        let found = try detector(options).detect([try photo(name)])[0]
        #expect(found.count == boxes.count, "\(name)")
        for b in boxes {
            let box = Box(x: b[0], y: b[1], width: b[2], height: b[3])
            #expect(found.contains { $0.box.overlap(box) > 0.85 }, "\(name): \(b) in \(found.map(\.box))")
        }
    }

    @Test func resultsDoNotDependOnBatchOrThreads() throws {
        let pictures = try ["obama-1.jpg", "three-people.jpg"].map(photo)
        let file = try TestData.model("haar-frontalface.xml")
        let alone = try ViolaJonesDetector(file: file, threads: 1)
        let many = try ViolaJonesDetector(file: file, threads: 5)
        let together = try many.detect(pictures + pictures)
        for k in pictures.indices {
            let one = try alone.detect([pictures[k]])[0]
            #expect(!one.isEmpty && together[k] == one && together[k + 2] == one)
        }
    }

    @Test func minimumFaceAndThresholdLeaveOut() throws {
        let picture = try photo("group-large-1.jpg")
        var options = ViolaJonesDetector.Options()
        options.threshold = 0
        let all = try detector(options).detect([picture])[0]
        options.minimumFace = 60
        #expect(try detector(options).detect([picture])[0].allSatisfy { $0.box.width >= 60 })
        options.minimumFace = 20
        options.threshold = 0.5
        let sure = try detector(options).detect([picture])[0]
        #expect(!sure.isEmpty && sure.count < all.count && sure.allSatisfy { $0.score >= 0.5 })
    }

    @Test func smallAndEmptyPicturesHaveNoFaces() throws {
        let pictures = [(0, 0), (0, 7), (1, 1), (19, 500), (20, 20), (2000, 19), (21, 20)].map {
            Raster(width: $0.0, height: $0.1, grey: 100)
        }
        #expect(try detector().detect(pictures) == pictures.map { _ in [] })
    }

    @Test func aCascadeIsReadAndRun() throws {
        #expect(code(cascade()) == "good")
        let folder = try TemporaryFolder()
        try Data(cascade().utf8).write(to: URL(filePath: folder.file("halves.xml")))
        var options = ViolaJonesDetector.Options()
        options.threshold = 0
        let halves = try ViolaJonesDetector(file: folder.file("halves.xml"), options: options)
        var darkLeft = Raster(width: 20, height: 20)
        for y in 0..<20 { for x in 10..<20 { darkLeft[x, y] = (200, 200, 200) } }
        var darkRight = Raster(width: 20, height: 20)
        for y in 0..<20 { for x in 0..<10 { darkRight[x, y] = (200, 200, 200) } }
        #expect(try halves.detect([darkLeft, darkRight]).map(\.count) == [1, 0])
    }

    @Test func everyTruncationIsATypedError() {
        let text = Array(cascade().utf8)
        for n in stride(from: 0, to: text.count - 1, by: 7) {
            #expect(["file-truncated", "file-format"].contains(code(String(decoding: text[..<n], as: UTF8.self))))
        }
    }

    @Test(arguments: [
        cascade(nodes: "0 1 0 0."), cascade(nodes: "0 -2 0 0."), cascade(nodes: "0 -1 1 0."),
        cascade(nodes: "0 -1 -1 0."),
        cascade(nodes: "0 -1 0"), cascade(nodes: "1 -1 0 0. 0 -2 0 0.", leaves: "1 2 3 4"),
        cascade(nodes: "1 -1 0 0. 1 -2 0 0.", leaves: "1 2 3"), cascade(nodes: "0 -1 0 nan"),
        cascade(nodes: "0.5 -1 0 0"),
        cascade(nodes: "0 -1 0 1e300"), cascade(leaves: "1"), cascade(rects: "<_>0 0 21 20 1</_>"),
        cascade(rects: "<_>-1 0 5 5 1</_>"), cascade(rects: "<_>0 0 9223372036854775807 20 1</_>"), cascade(rects: ""),
        cascade(rects: "<_>0 0 0 5 1</_>"), cascade(rects: "<_>0 0 5 5</_>"), cascade(stage: "inf"), cascade(stage: ""),
        cascade(extra: "<tilted>1</tilted>"), cascade(kind: "LBP"), cascade(extra: "&lt;"),
        cascade(extra: "<![CDATA[x]]>"), cascade(extra: "<x>"), cascade(extra: "</x>"), cascade(extra: "<x/>"),
        "<!DOCTYPE x><opencv_storage></opencv_storage>", "<opencv_storage></opencv_storage>",
        "text", "<a>" + String(repeating: "<a>", count: 1000), "<>", "<opencv_storage",
        "<opencv_storage><haarcascade type_id=\"opencv-haar-classifier\"></haarcascade></opencv_storage>",
    ])
    func hostileCascadesAreTypedErrors(text: String) {
        #expect(["file-truncated", "file-format"].contains(code(text)))
    }

    @Test func badOptionsAndFilesAreTypedErrors() throws {
        expectError(.fileMissing) { _ = try ViolaJonesDetector(file: "/nowhere/cascade.xml") }
        let folder = try TemporaryFolder()
        expectError(.fileUnreadable) { _ = try ViolaJonesDetector(file: folder.path) }
        for change: (inout ViolaJonesDetector.Options) -> Void in [
            { $0.factor = 1 }, { $0.factor = .nan }, { $0.minimumFace = 0 }, { $0.minimumFace = .infinity },
            { $0.threshold = 1 }, { $0.threshold = -0.1 },
        ] {
            var options = ViolaJonesDetector.Options()
            change(&options)
            expectError(.usage) { _ = try detector(options) }
        }
    }
}

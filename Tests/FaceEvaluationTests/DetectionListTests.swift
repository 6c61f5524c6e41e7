import FaceCore
import FaceEvaluation
import FaceTestSupport
import Foundation
import Testing

private let good = """
    0--Parade/a.jpg
    2
    10 20 30 40 0 0 0 0 0 0 
    5 6 7 0 1 1 1 1 2 1 
    1--Other/b.jpg
    0
    0 0 0 0 0 0 0 0 0 0 
    1--Other/c.jpg
    1
    1 2 3 60 2 0 1 1 0 1 
    """

private func code(_ body: () throws -> Void) -> String? {
    do { try body() } catch let e as LikenessError { return e.code.description } catch { return "\(error)" }
    return nil
}

@Suite struct DetectionListTests {
    @Test func readsPicturesAndSkipsEmptyBoxes() throws {
        for text in [good, good + "\n", good.replacing("\n", with: "\r\n"), good + "\n\n\n"] {
            let read = try WiderAnnotations(file: "list", text: text)
            #expect(read.pictures.map(\.name) == ["0--Parade/a.jpg", "1--Other/b.jpg", "1--Other/c.jpg"])
            #expect(read.pictures.map(\.faces.count) == [1, 0, 1])
            #expect(read.skippedBoxes == 1)
            let last = try #require(read.pictures[2].faces.first)
            #expect(last.box == Box(x: 1, y: 2, width: 3, height: 60))
            #expect(last.blur == 2 && last.invalid && last.extremeIllumination && last.atypicalPose)
            #expect(!last.exaggeratedExpression && last.occlusion == 0)
        }
    }

    @Test func everyPrefixIsReadOrRefused() throws {
        let whole = try WiderAnnotations(file: "list", text: good)
        for n in 0..<good.unicodeScalars.count {
            let text = String(String.UnicodeScalarView(good.unicodeScalars.prefix(n)))
            let outcome = Result { try WiderAnnotations(file: "list", text: text) }
            switch outcome {
            case .success(let part): #expect(whole.pictures.starts(with: part.pictures.dropLast()))
            case .failure(let error): #expect((error as? LikenessError)?.code == .fileFormat)
            }
        }
    }

    @Test(arguments: [
        "", "\n\n", "a.jpg", "a.jpg\n-1\n", "a.jpg\n9223372036854775808\n", "a.jpg\n1000000\n1 2 3 4 0 0 0 0 0 0",
        "a.jpg\n1\n1 2 3 nan 0 0 0 0 0 0", "a.jpg\n1\n1 2 3 inf 0 0 0 0 0 0", "a.jpg\n1\n1 2 3 1e30 0 0 0 0 0 0",
        "a.jpg\n1\n1 2 3 -4 0 0 0 0 0 0", "a.jpg\n1\n1 2 3 4 3 0 0 0 0 0", "a.jpg\n1\n1 2 3 4 0 0.5 0 0 0 0",
        "a.jpg\n1\n1 2 3 4 0 0 0 0 0", "a.jpg\n1\n1 2 3 4 0 0 0 0 0 0 0", "a.jpg\n0\n1 2 3 4 0 0 0 0 0 0",
        "../a.jpg\n0\n0 0 0 0 0 0 0 0 0 0", "/etc/passwd\n0\n0 0 0 0 0 0 0 0 0 0", "x/../../a\n0\n0 0 0 0 0 0 0 0 0 0",
        "a//b.jpg\n0\n0 0 0 0 0 0 0 0 0 0", "a.jpg\n1\n1 2 3 4 0 0 0 0 0 0\n1 2 3 4 0 0 0 0 0 0\n",
        "12\n0\n0 0 0 0 0 0 0 0 0 0", "a.jpg\n1.5\n", "\u{0}\n0\n0 0 0 0 0 0 0 0 0 0",
    ])
    func hostileTextIsRefused(text: String) {
        #expect(code { _ = try WiderAnnotations(file: "list", text: text) } == "file-format")
    }

    @Test func filesThatCannotBeReadAreNamed() throws {
        let folder = try TemporaryFolder()
        #expect(code { _ = try WiderAnnotations(file: folder.file("nothing")) } == "file-missing")
        #expect(code { _ = try WiderAnnotations(file: folder.path) } == "file-format")
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: folder.file("binary")))
        #expect(code { _ = try WiderAnnotations(file: folder.file("binary")) } == "file-format")
        try good.write(toFile: folder.file("good"), atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: folder.file("good"))
        #expect(try WiderAnnotations(file: folder.file("link")).pictures.count == 3)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("loop"), withDestinationPath: folder.file("loop"))
        #expect(code { _ = try WiderAnnotations(file: folder.file("loop")) } != nil)
    }

    @Test func detectionsAreWrittenAndReadBack() throws {
        let list = DetectionList([
            .init(
                name: "event/a.jpg",
                detections: [
                    ScoredBox(box: Box(x: -1.5, y: 2, width: 3.25, height: 4), score: 0.1),
                    ScoredBox(box: Box(x: 0, y: 0, width: 1e-7, height: 100_000), score: 1 / 3),
                ]),
            .init(name: "event/b.jpg", detections: []),
        ])
        #expect(try DetectionList(file: "list", text: list.text) == list)
        #expect(code { _ = try DetectionList(file: "list", text: "a.jpg\n2\n1 2 3 4 .5\n") } == "file-format")
        #expect(code { _ = try DetectionList(file: "list", text: "a.jpg\n1\n1 2 -3 4 .5\n") } == "file-format")
    }

    @Test func ellipsesAreRead() throws {
        let text = "2002/08/11/big/img_591\n1\n123.583300 85.549500 1.265839 269.693400 161.781200  1\n"
        let read = try FDDBAnnotations(file: "list", text: text)
        #expect(read.pictures.map(\.name) == ["2002/08/11/big/img_591"])
        #expect(
            read.pictures[0].faces == [
                FDDBEllipse(majorRadius: 123.5833, minorRadius: 85.5495, angle: 1.265839, x: 269.6934, y: 161.7812)
            ])
        #expect(code { _ = try FDDBAnnotations(file: "list", text: "a\n1\n0 5 0 1 1 1\n") } == "file-format")
        #expect(code { _ = try FDDBAnnotations(file: "list", text: "a\n2\n5 5 0 1 1 1\n") } == "file-format")
    }

    /// The classes of the test set, by the rule that its own list states.
    @Test func classesOfPicturesFollowTheirHeights() throws {
        let face = { (height: Float, invalid: Int) in "1 2 10 \(height) 0 0 0 \(invalid) 0 0\n" }
        let class_ = { (faces: [String]) throws in
            WiderSubset.ofPicture(
                try WiderAnnotations(file: "l", text: "a.jpg\n\(faces.count)\n" + faces.joined()).pictures[0])
        }
        #expect(try class_([face(50, 0), face(90, 0), face(3, 1)]) == .easy)
        #expect(try class_([face(49, 0), face(90, 0), face(20, 0)]) == .medium)
        #expect(try class_([face(20, 0), face(40, 0)]) == .medium)
        #expect(try class_([face(20, 0), face(39, 0)]) == .hard)
        #expect(try class_([face(20, 1)]) == nil)
        let mixed = try WiderAnnotations(
            file: "l", text: "a.jpg\n4\n" + face(60, 0) + face(35, 0) + face(12, 0) + face(80, 1)
        ).pictures[0]
        #expect(WiderSubset.easy.keep(mixed) == [0])
        #expect(WiderSubset.medium.keep(mixed) == [0, 1])
        #expect(WiderSubset.hard.keep(mixed) == [0, 1, 2])
    }
}

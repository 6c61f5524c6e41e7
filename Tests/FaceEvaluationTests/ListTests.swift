import FaceCore
import FaceEvaluation
import FaceTestSupport
import Foundation
import Testing

/// Readers of lists: the published files, their variants, and what must be refused.
@Suite struct ListTests {
    @Test func view2HasTenFolds() throws {
        let list = try LFWPairs.read(path: TestData.file("lfw-pairs.txt"))
        #expect(list.comparisons.count == 6000)
        #expect(list.folds == (0..<10).map { $0 * 600..<($0 + 1) * 600 })
        #expect(list.comparisons.count { $0.same } == 3000)
        #expect(list.comparisons[0].left == "Abel_Pacheco/Abel_Pacheco_0001.jpg")
        #expect(list.comparisons[0].right == "Abel_Pacheco/Abel_Pacheco_0004.jpg")
        #expect(list.comparisons[300].right == "Dean_Barker/Dean_Barker_0001.jpg")
        #expect(Set(list.comparisons.flatMap { [$0.left, $0.right] }).count == 7701)
    }

    @Test func view1HasNoFolds() throws {
        let test = try LFWPairs.read(path: TestData.file("lfw-view1-pairsDevTest.txt"))
        #expect(test.comparisons.count == 1000 && test.folds.isEmpty)
        let train = try LFWPairs.read(path: TestData.file("lfw-view1-pairsDevTrain.txt"))
        #expect(train.comparisons.count == 2200 && train.comparisons.count { $0.same } == 1100)
    }

    @Test func namesAndPeople() throws {
        let (photos, people) = try LFWPairs.readNames(path: TestData.file("lfw-names.txt"))
        #expect(photos.count == 13_233 && Set(people).count == 5749)
        let sets = try LFWPairs.readPeople(path: TestData.file("lfw-people.txt"))
        #expect(sets.count == 10)
        #expect(sets.flatMap { $0 }.reduce(0) { $0 + $1.photos } == 13_233)
        let index = try ItemIndex(path: TestData.file("lfw-mobilefacenet-y1.names.txt"))
        #expect(index.names == photos)
    }

    @Test func variantsOfLFW() throws {
        let plain = try LFWPairs.parse("2\t1\nA\t1\t2\nB\t1\tC\t3\nD\t1\t2\nE\t1\tF\t12345\n")
        #expect(try LFWPairs.parse("2 1\r\nA 1 2\r\nB 1 C 3\r\nD 1 2\r\nE  1 F 12345") == plain)
        #expect(try LFWPairs.parse("\u{FEFF}2 1\nA 1 2\nB 1 C 3\nD 1 2\nE 1 F 12345\n\n") == plain)
        #expect(plain.comparisons[3].right == "F/F_12345.jpg")
    }

    @Test(arguments: [
        "", "\n", "2", "x", "1 2 3", "-1\nA 1 2\nB 1 C 1", "1\nA 1 2", "1\nA 1 2\nB 1 C 1\nD 1 E 1", "1\nA 1\nB 1 C 1",
        "1\nA 0 2\nB 1 C 1", "1\nA 1 2\nB 1 B 2", "1\nB 1 C 1\nA 1 2", "9223372036854775807 9223372036854775807\nA 1 2",
        "999999999999 999999999999\nA 1 2", "1\nA 1 99999999999999999999\nB 1 C 1", "1\nA 1 +2\nB 1 C 1", "0\n",
        "0 5\nA 1 2",
    ])
    func malformedLFWIsRefused(_ text: String) {
        #expect(errorCode { _ = try LFWPairs.parse(text) } == "file-format", "\(text.debugDescription)")
    }

    @Test func csvVariants() throws {
        let want = try CSVPairs.parse("a.jpg,b.jpg,1\nc.jpg,d.jpg,0\n")
        #expect(want.comparisons.map(\.same) == [true, false])
        for text in [
            "left,right,label\na.jpg,b.jpg,Yes\nc.jpg,d.jpg,No", "a.jpg;b.jpg;TRUE\r\nc.jpg;d.jpg;false\r\n",
            "a.jpg\tb.jpg\tsame\nc.jpg\td.jpg\tDifferent", "\"a.jpg\", b.jpg ,1\n\"c.jpg\",\"d.jpg\",\"0\"\n\n",
        ] {
            #expect(try CSVPairs.parse(text) == want, "\(text.debugDescription)")
        }
        let cohorts = try CSVPairs.parse("l,r,same?,age,camera\na,b,1,child,\"x,\"\"y\"\"\"\nc,d,0,adult,")
        #expect(cohorts.columns == ["age", "camera"])
        #expect(cohorts.comparisons.map(\.attributes) == [["child", "x,\"y\""], ["adult", ""]])
    }

    @Test(arguments: [
        "", "a", "a,b", "left,right,label", "a,b,1\nc,d", "a,b,1\nc,d,2", "a,b,1\n,d,0", "\"a,b,1", "\"a\"x,b,1",
        "a,b,1\n\"c,d,0",
    ])
    func malformedCSVIsRefused(_ text: String) {
        #expect(errorCode { _ = try CSVPairs.parse(text) } == "file-format", "\(text.debugDescription)")
    }

    @Test func itemsAreFoundByAnyOfTheirNames() throws {
        let index = try ItemIndex(names: ["A/A_0001.jpg", "B/B_0001.jpg", "x/1.jpg", "y/1.jpg"])
        for name in ["A/A_0001.jpg", "A_0001.jpg", "A_0001", "lfw/A/A_0001.png"] { #expect(try index.row(name) == 0) }
        #expect(errorCode { _ = try index.row("other/A_0001.jpg") } == "item-missing")
        #expect(errorCode { _ = try index.row("z/1.jpg") } == "item-missing")
        #expect(try ItemIndex(names: ["A_0001"]).row("A/A_0001.jpg") == 0)
        #expect(try index.row("y/1.jpg") == 3)
        #expect(errorCode { _ = try index.row("1.jpg") } == "bad-data")
        #expect(errorCode { _ = try index.row("C_0001") } == "item-missing")
        #expect(errorCode { _ = try ItemIndex(names: ["a", "a"]) } == "bad-data")
    }

    @Test func filesThatAreNoLists() throws {
        let folder = try TemporaryFolder()
        #expect(errorCode { _ = try LFWPairs.read(path: folder.file("none")) } == "file-missing")
        #expect(errorCode { _ = try LFWPairs.read(path: folder.path) } == "file-format")
        try Data([0x31, 0x0A, 0xFF, 0xFE]).write(to: URL(filePath: folder.file("binary")))
        #expect(errorCode { _ = try LFWPairs.read(path: folder.file("binary")) } == "file-format")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("loop"), withDestinationPath: folder.file("loop"))
        #expect(errorCode { _ = try CSVPairs.read(path: folder.file("loop")) } == "file-unreadable")
    }
}

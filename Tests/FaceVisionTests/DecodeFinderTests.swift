import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Glibc
import Testing

/// Paths, folders and patterns to photos.
@Suite struct DecodeFinderTests {
    let folder: TemporaryFolder
    let jpeg: Data

    init() throws {
        folder = try TemporaryFolder()
        jpeg = try Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/small-face.jpg")))
        let files = [
            "b.jpg", "a.png", "A.JPG", "é.jpg", "photo", "sub/c.jpg", "sub/deep/d.jpg", "sub/.hidden.jpg",
            ".secret/e.jpg",
            "with [brackets].jpg", "zz/f.jpg",
        ]
        for file in files { try write(file, jpeg) }
        try write("notes.txt", Data("text".utf8))
        try write("sub/README", Data("text".utf8))
    }

    func write(_ name: String, _ data: Data) throws {
        let url = URL(fileURLWithPath: folder.file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }

    /// Names below the folder; errors as code and name.
    func find(_ names: [String], hidden: Bool = false) -> [String] {
        PhotoFinder(followHidden: hidden).find(names.map { $0.hasPrefix("/") ? $0 : folder.file($0) }).map {
            switch $0 {
            case .success(let path): String(path.dropFirst(folder.path.count + 1))
            case .failure(let e): "\(e.code) \((e.subject ?? "?").dropFirst(folder.path.count + 1))"
            }
        }
    }

    static let all = [
        "A.JPG", "a.png", "b.jpg", "photo", "sub/c.jpg", "sub/deep/d.jpg", "with [brackets].jpg", "zz/f.jpg", "é.jpg",
    ]

    @Test func walksFoldersInOrder() {
        #expect(find([folder.path]) == Self.all)
        #expect(find([folder.path + "/"]) == Self.all)
        #expect(find([folder.path, folder.path, "b.jpg"]) == Self.all)
        #expect(find(["sub", "b.jpg", "A.JPG"]) == ["sub/c.jpg", "sub/deep/d.jpg", "b.jpg", "A.JPG"])
        let hidden = find([folder.path], hidden: true)
        #expect(
            hidden.contains(".secret/e.jpg") && hidden.contains("sub/.hidden.jpg") && hidden.count == Self.all.count + 2
        )
        #expect(find([".secret"]) == [".secret/e.jpg"])
        #expect(find([]) == [])
    }

    @Test func namedFilesCountWhateverTheyHold() {
        #expect(find(["notes.txt", "sub/.hidden.jpg"]) == ["notes.txt", "sub/.hidden.jpg"])
        #expect(find(["none.jpg", "none/x.jpg"]) == ["file-missing none.jpg", "file-missing none/x.jpg"])
        let empty = PhotoFinder().find([""])
        #expect(empty.count == 1)
        #expect(throws: LikenessError.self) { try empty[0].get() }
    }

    @Test func emptyFilesNamedLikePhotosAreListed() throws {
        try write("sub/empty.jpeg", Data())
        try write("sub/text.heic", Data("text".utf8))
        try write("sub/empty", Data())
        #expect(find(["sub"]) == ["sub/c.jpg", "sub/deep/d.jpg", "sub/empty.jpeg", "sub/text.heic"])
    }

    @Test func patterns() {
        #expect(find(["*.jpg"]) == ["b.jpg", "with [brackets].jpg", "é.jpg"])
        #expect(find(["?.jpg"]) == ["b.jpg", "é.jpg"])
        #expect(find(["[a-c].*"]) == ["a.png", "b.jpg"])
        #expect(find(["[!a-c].*"]) == ["A.JPG", "é.jpg"])
        #expect(find(["*/c.jpg"]) == ["sub/c.jpg"])
        #expect(find(["s*"]) == ["sub/c.jpg", "sub/deep/d.jpg"])
        #expect(find(["**/d.jpg"]) == ["sub/deep/d.jpg"])
        #expect(find(["**/*.jpg"]).sorted() == Self.all.filter { $0.hasSuffix(".jpg") }.sorted())
        #expect(find(["*.txt"]) == [])
        #expect(find(["x*.jpg"]) == ["file-missing x*.jpg"])
        // a name with brackets exists as it stands
        #expect(find(["with [brackets].jpg"]) == ["with [brackets].jpg"])
        // a decomposed letter is the same letter
        #expect(find(["e\u{301}*"]) == ["é.jpg"])
    }

    @Test(.timeLimit(.minutes(1))) func linksAndSpecialFiles() throws {
        symlink("..", folder.file("sub/up"))
        symlink("self", folder.file("self"))
        symlink("sub", folder.file("other"))
        symlink("../b.jpg", folder.file("zz/link.jpg"))
        symlink("gone.jpg", folder.file("zz/broken.jpg"))
        symlink("gone", folder.file("zz/broken"))
        #expect(mkfifo(folder.file("zz/pipe.jpg"), 0o600) == 0)
        let found = find([folder.path])
        // "other" is the folder "sub" and comes first; nothing is listed twice
        let expected =
            Self.all.map { $0.replacingOccurrences(of: "sub/", with: "other/") } + ["file-missing zz/broken.jpg"]
        #expect(found.sorted() == expected.sorted())
        #expect(find(["self"]) == ["file-unreadable self"])
    }

    @Test func namesThatAreNoText() throws {
        let bytes = Array(folder.file("sub/").utf8) + [0x66, 0xFF, 0x2E, 0x6A, 0x70, 0x67, 0]
        let descriptor = bytes.withUnsafeBufferPointer {
            $0.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600) }
        }
        try #require(descriptor >= 0)
        close(descriptor)
        #expect(find(["sub"]).filter { $0.hasPrefix("file-unreadable sub/f") }.count == 1)
        #expect(find(["sub"]).count == 3)
    }

    @Test func deepFoldersAreWalked() throws {
        var path = folder.path
        while path.utf8.count < 1500 { path += "/d" }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try jpeg.write(to: URL(fileURLWithPath: path + "/x.jpg"))
        #expect(find(["d"]).count == 1)
    }

    @Test func unreadableFolderIsAnItem() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let closed = folder.file("closed")
            #expect(mkdir(closed, 0) == 0)
            if getuid() == 0 { #expect(seteuid(65534) == 0) }
            let found = PhotoFinder().find([folder.path])
            if getuid() == 0 { #expect(seteuid(0) == 0) }
            #expect(found.count == 1)
            #expect(throws: LikenessError.self) { try found[0].get() }
        }
    }

    @Test func recognisesByContent() {
        func kind(_ head: [UInt8]) -> ImageFormat.Recognised? { ImageFormat.recognise(head) }
        func box(_ brands: String) -> [UInt8] { [0, 0, 0, 32] + Array("ftyp\(brands)".utf8) }
        #expect(kind(Array(jpeg)) == .format(.jpeg))
        #expect(kind(box("heic\0\0\0\0mif1heic")) == .format(.heic))
        #expect(kind(box("mif1\0\0\0\0mif1avif")) == .format(.avif))
        #expect(kind(box("mif1\0\0\0\0mif1")) == .format(.heic))
        #expect(kind(box("isom\0\0\0\0isomavc1")) == .other("a film (ISO media)"))
        #expect(kind(box("crx \0\0\0\0")) == .unsupported("Canon raw"))
        #expect(kind(Array("BMW is a car, not a bitmap".utf8)) == nil)
        #expect(kind(Array("%PDF-1.7".utf8)) == .other("PDF"))
        #expect(kind([]) == nil)
        for n in 0..<32 { _ = kind(Array(box("heic\0\0\0\0mif1heic").prefix(n))) }
    }
}

import FaceCore
import FaceLibrary
import FaceServer
import FaceTestSupport
import FaceVision
import Foundation
import HTTPTypes
import Testing

/// Photos that are sent to the library.
@Suite struct InboxTests {
    private static func jpeg(_ seed: UInt64) throws -> [UInt8] {
        try RasterEncoder.encode(NamedFaces.picture(seed: seed), as: .jpeg(quality: 90))
    }

    private static func form(_ files: [(String, [UInt8])]) -> (bytes: [UInt8], type: String) {
        var bytes: [UInt8] = []
        for (name, content) in files {
            let head = "--XX\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"\(name)\"\r\n\r\n"
            bytes += Array(head.utf8) + content + Array("\r\n".utf8)
        }
        return (bytes + Array("--XX--\r\n".utf8), "multipart/form-data; boundary=XX")
    }

    @Test(arguments: [
        ("IMG_0001.JPG", "IMG_0001"), ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot"), ("", "photo"),
        (".bashrc", "photo"), ("...", "photo"), ("a b;rm -rf *.jpg", "a-b-rm--rf"), ("Öma am See.jpeg", "Öma-am-See"),
        ("\u{0}\u{1}\n.png", "photo"), ("-rf.jpg", "rf"),
        (String(repeating: "ä", count: 300), String(repeating: "ä", count: 30)),
    ])
    func namesOnTheDiskAreOurs(_ given: String, _ stem: String) { #expect(PhotoInbox.stem(given) == stem) }

    @Test func whatIsNoPhotoNeverReachesTheDisk() throws {
        let folder = try TemporaryFolder()
        let intake = InboxIntake(folder: folder.path)
        let photo = try Self.jpeg(3)
        for (name, pieces) in [
            ("a.jpg", [Array(photo[..<5]), Array(photo[5..<40]), Array(photo[40...])]),
            ("script.jpg", [Array("#!/bin/sh\nrm -rf /\n".utf8) + [UInt8](repeating: 10, count: 100)]),
            ("empty.jpg", []), ("b.png", [photo]), ("page.jpg", [Array("<html><script>".utf8)]),
        ] {
            try intake.take(.begin(name: "photo", file: name))
            for piece in pieces { try intake.take(.bytes(piece)) }
            try intake.take(.end)
        }
        #expect(
            intake.received.map(\.name) == ["a.jpg", "b.png"] && intake.received.allSatisfy { $0.bytes == photo.count })
        #expect(intake.refused.map(\.name) == ["script.jpg", "empty.jpg", "page.jpg"])
        let hash = SHA256.hex(of: photo).prefix(16)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        // the ending says what the bytes are, not what the name said
        #expect(files == ["a-\(hash).jpg", "b-\(hash).jpg"])
        #expect(FileManager.default.contents(atPath: folder.file(files[0])).map(Array.init) == photo)
    }

    @Test func aPhotoBeyondTheLimitIsRefusedAndLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let intake = InboxIntake(folder: folder.path)
        try intake.take(.begin(name: "photo", file: "huge.jpg"))
        let piece = try Self.jpeg(1) + [UInt8](repeating: 7, count: 1 << 20)
        for _ in 0..<(PhotoInbox.photoLimit >> 20) { try intake.take(.bytes(piece)) }
        try intake.take(.end)
        #expect(intake.received.isEmpty && intake.refused.first?.code == "too-large")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        for _ in 1..<PhotoInbox.mostPhotos {
            try intake.take(.begin(name: "photo", file: nil))
            try intake.take(.end)
        }
        #expect(throws: FaceServer.Problem.self) { try intake.take(.begin(name: "photo", file: nil)) }
    }

    @Test func leftoversOfBrokenUploadsGoAndOthersStay() throws {
        let folder = try TemporaryFolder()
        let inbox = PhotoInbox(folder.file("inbox"))
        try inbox.prepare()
        for name in [".sent-old", "..sent-old.123.part", ".sent-new", "photo.jpg"] {
            try Data().write(to: URL(fileURLWithPath: folder.file("inbox/\(name)")))
            guard name != ".sent-new" else { continue }
            try FileManager.default.setAttributes(
                [.modificationDate: Date().addingTimeInterval(-7200)], ofItemAtPath: folder.file("inbox/\(name)"))
        }
        try inbox.prepare()
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("inbox")).sorted()
        #expect(left == [".sent-new", "photo.jpg"])
    }

    @Test func sentPhotosAreImportedOnceHoweverOftenTheyCome() async throws {
        try await TestSession.run { session in
            let form = Self.form([
                ("anna.77.jpg", try Self.jpeg(77)), ("notes.txt", Array("no photo at all, only some words".utf8)),
            ])
            var names: Set<String> = []
            for _ in 0..<2 {
                let answer = try await session.send(.post, "/v1/uploads", bytes: form.bytes, type: form.type)
                #expect(answer.status == 202, "\(answer.text)")
                #expect(broken(answer, "uploadPhotos", in: session.server.table) == [])
                guard case .array(let refused)? = answer.json["refused"] else { return #expect(Bool(false)) }
                #expect(refused.compactMap { $0["name"]?.string } == ["notes.txt"])
                for _ in 0..<400 {
                    let state = try await session.get("/v1/jobs/\(answer.json["job"]?.id ?? "")").json["state"]?.string
                    if state == "done" { break }
                    try await Task.sleep(for: .milliseconds(50))
                }
                let inbox = try FileManager.default.contentsOfDirectory(atPath: session.folder.file("library/inbox"))
                names.formUnion(inbox)
                #expect(inbox.count == 1, "\(inbox)")
            }
            #expect(names.count == 1)
            let found = try await session.get("/v1/photos?q=inbox/anna-77")
            #expect(found.items.count == 1 && found.items[0]["state"]?.string == "faces")
            // raw bytes are one photo without a name
            let raw = try await session.send(.post, "/v1/uploads", bytes: try Self.jpeg(78), type: "image/jpeg")
            #expect(raw.status == 202)
            for (bytes, type, slug) in [
                (Array("words".utf8), "image/jpeg", "unreadable-image"),
                (form.bytes, "text/plain", "unsupported-media-type"),
                (Array(form.bytes.dropLast(9)), form.type, "invalid-input"),
                (Array("--XX--".utf8), form.type, "invalid-input"),
            ] as [([UInt8], String, String)] {
                let answer = try await session.send(.post, "/v1/uploads", bytes: bytes, type: type)
                #expect(answer.slug == slug, "\(type) \(answer.text)")
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: session.folder.file("library/inbox"))
            #expect(!left.contains { $0.hasPrefix(".") }, "\(left)")
        }
    }

    @Test func whatComesInDuringAnImportIsLookedAtByAnother() throws {
        let folder = try TestLibrary.copy()
        let library = try PhotoLibrary.open(folder.file("library"))
        let photos = folder.file("photos")
        #expect(
            try library.enqueueImport([photos], unseen: true).id == library.enqueueImport([photos], unseen: true).id)
        try Data(try Self.jpeg(99)).write(to: URL(fileURLWithPath: folder.file("photos/bo.99.jpg")))
        let gate = DispatchSemaphore(value: 0)
        let runner = JobRunner(library, threads: 1) { () throws(LikenessError) in
            gate.wait()
            return NamedFaces()
        }
        runner.start()
        let first = try library.enqueueImport([photos])
        for _ in 0..<200 where try library.job(first.id).state != .running { Thread.sleep(forTimeInterval: 0.02) }
        let second = try library.enqueueImport([photos], unseen: true)
        #expect(second.id != first.id && second.state == .queued)
        #expect(try library.enqueueImport([photos], unseen: true).id == second.id)
        gate.signal()
        for _ in 0..<400 where try library.job(second.id).state != .done { Thread.sleep(forTimeInterval: 0.05) }
        #expect(try library.job(second.id).state == .done)
        runner.stop()
    }
}

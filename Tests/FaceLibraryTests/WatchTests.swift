import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Watching folders")
struct WatchTests {
    @Test("a new file ends the wait, in a new folder too")
    func notice() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("photos")
        try FileManager.default.createDirectory(atPath: path + "/sub", withIntermediateDirectories: true)
        let watcher = FolderWatcher([path])
        let writer = Thread {
            Thread.sleep(forTimeInterval: 0.5)
            try? Data("x".utf8).write(to: URL(fileURLWithPath: path + "/sub/new.jpg"))
        }
        writer.start()
        let started = ContinuousClock.now
        watcher.wait(seconds: 60, cancellation: Cancellation())
        #expect(ContinuousClock.now - started < .seconds(30))
    }

    @Test("a change that nobody noticed is found by the next comparison")
    func missed() throws {
        let f = try LibraryFixture(people: 2, pictures: 3)
        let watcher = FolderWatcher([f.photos.folder])
        // written before the watcher has entered the folder: no notice comes
        try f.photos.write("unnoticed", [.init(person: 0, variant: 50)])
        let started = ContinuousClock.now
        watcher.wait(seconds: 1, cancellation: Cancellation())
        #expect(ContinuousClock.now - started >= .seconds(0.9), "the wait lasts as long as it may")
        let before = try f.library.overview().photos.total
        try f.importAll()
        #expect(try f.library.overview().photos.total == before + 1)
        try f.expectHealthy()
    }

    @Test("a cancelled wait ends")
    func cancelled() throws {
        let folder = try TemporaryFolder()
        let cancellation = Cancellation()
        cancellation.cancel()
        let started = ContinuousClock.now
        FolderWatcher([folder.path]).wait(seconds: 60, cancellation: cancellation)
        #expect(ContinuousClock.now - started < .seconds(10))
    }
}

import ArgumentParser
import FaceCore
import FaceLibrary
import Foundation

struct LibraryWatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Keeps a library current: imports what changes in its folders.",
        discussion: """
            likeness library watch people/ ~/Pictures --every 600

            The system's notices of changed files are taken as a hint; every so many seconds the folders are compared anyway.
            """)

    @OptionGroup var options: LibraryOptions
    @Argument(help: "Folders; none: those that were imported before.") var paths: [String] = []
    @Option(help: ArgumentHelp("Compare the folders at least this often.", valueName: "seconds")) var every = 600.0
    @OptionGroup var models: LibraryModels
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(every >= 1) { throw ValidationError("--every takes 1 second or more") }
    }

    func run() throws {
        let library = try options.open(.write)
        let given = paths.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
        let folders = try given.isEmpty ? library.imports().map(\.path) : given
        guard !folders.isEmpty else {
            throw LikenessError(
                .usage, subject: "paths", "no folder was imported yet", remedy: "name the folders to watch")
        }
        let runner = models.runner(library, common)
        let cancellation = Cancellation()
        let interrupt = Interrupt(cancellation)
        defer { interrupt.end() }
        let watcher = FolderWatcher(folders)
        while !cancellation.isCancelled {
            _ = try library.enqueueImport(folders)
            do throws(LikenessError) { try runner.runUntilIdle(cancellation: cancellation) } catch {
                if error.code == .cancelled { return }
                throw error
            }
            let photos = try library.overview().photos
            common.console.note("\(photos.total) photos, \(photos.withFaces) with faces, \(photos.missing) missing")
            watcher.wait(seconds: every, cancellation: cancellation)
        }
    }
}

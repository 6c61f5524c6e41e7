import ArgumentParser
import FaceCore
import FaceLibrary
import Foundation

struct LibraryBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies a library into a folder and verifies the copy.",
        discussion: "likeness library backup people/ /mnt/disk/people-2026-11")

    @OptionGroup var options: LibraryOptions
    @Argument(help: "A missing or empty folder.") var folder: String
    @Flag(help: "Copy the pictures of faces too; they can be cut from the photos again.") var crops = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let manifest = try options.open(.read).backUp(to: folder, crops: crops)
        if common.json { return try common.console.json(manifest) }
        common.console.result(
            "\(folder): \(manifest.files.count) files, \(manifest.bytes) bytes, \(manifest.decisions) decisions, verified"
        )
    }
}

struct LibraryVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads a backup and says whether it is true.",
        discussion: "likeness library verify /mnt/disk/people-2026-11")

    @Argument(help: "Folder of the backup.") var backup: String
    @OptionGroup var common: CommonOptions

    private struct Found: Encodable {
        let sound: Bool
        let files: Int
        let bytes: Int
        let faults: [String]
    }

    func run() throws {
        let found = BackupFolder(backup).verify()
        let faults = found.faults.map(\.description)
        if common.json {
            try common.console.json(Found(sound: found.isSound, files: found.files, bytes: found.bytes, faults: faults))
        } else {
            common.console.result(
                "\(backup): \(found.files) files, \(found.bytes) bytes, \(found.isSound ? "sound" : "DAMAGED")")
            for fault in faults { common.console.result("  \(fault)") }
        }
        if !found.isSound { throw ExitCode(65) }
    }
}

struct LibraryRestore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Makes a library of a backup, in a missing or empty folder.",
        discussion: "likeness library restore /mnt/disk/people-2026-11 people/")

    @Argument(help: "Folder of the backup.") var backup: String
    @Argument(help: "Folder of the new library.") var library: String
    @OptionGroup var sealing: LibraryKeyOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        let manifest = try BackupFolder(backup).restore(to: library)
        let report = try PhotoLibrary.open(library, key: sealing.key(outside: library)).examine(replay: true)
        if common.json {
            try common.console.json(report)
        } else {
            common.console.result("\(library): \(manifest.decisions) decisions, made \(manifest.createdAt)")
            for check in report.checks where !check.ok { common.console.result("  \(check.name): \(check.detail)") }
        }
        if !report.isHealthy { throw ExitCode(65) }
    }
}

struct LibraryReEmbed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "re-embed", abstract: "Changes the embedding model of a library; names and corrections stay.",
        discussion: """
            likeness library re-embed people/ --model sface-2021dec

            The old groups stay in use until every vector of the new model is there. What was forgotten is not looked at.
            """)

    @OptionGroup var options: LibraryOptions
    @OptionGroup var models: LibraryModels
    @OptionGroup var common: CommonOptions

    func run() throws {
        let library = try options.open(.write)
        let job = try library.enqueueModelChange()
        let ended = try LibraryJobs(library: library, runner: models.runner(library, common), console: common.console)
            .run(job)
        if common.json { return try common.console.json(ended) }
        try common.console.json(ended.detail)
    }
}

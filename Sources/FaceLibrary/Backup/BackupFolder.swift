public import FaceCore
internal import Foundation
internal import GRDB
internal import Glibc

/// A backup on the disk: what state it is in, whether it is true, and the way back.
public struct BackupFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

    /// What can be said of a backup without reading all of it.
    public enum State: Sendable, Hashable {
        /// Every hash and count was found to be true at this time (RFC 3339).
        case verified(at: String)
        /// Complete, but nobody looked whether it is true: to be shown as failed.
        case unverified
        /// No manifest, or none that can be read: interrupted, or no backup at all.
        case failed(LikenessError)
    }

    /// O(1). A verification counts for the manifest that it was made for only.
    public var state: State {
        do throws(LikenessError) {
            let (_, digest) = try readManifest()
            guard let data = FileManager.default.contents(atPath: "\(path)/\(BackupManifest.verifiedName)"),
                let mark = try? JSONDecoder().decode(Mark.self, from: data), mark.manifest == digest
            else { return .unverified }
            return .verified(at: mark.at)
        } catch { return .failed(error) }
    }

    /// Throws `backup-damaged` where there is none, or none that can be read.
    public func manifest() throws(LikenessError) -> BackupManifest { try readManifest().manifest }

    /// What a verification found.
    public struct Verification: Sendable {
        public var files = 0
        public var bytes = 0
        public var faults: [LikenessError] = []
        public var isSound: Bool { faults.isEmpty }
    }

    private struct Mark: Codable {
        var manifest: String
        var at: String
    }

    /// Reads everything: each file's size and digest, the database's integrity and counts, each segment's checksums. O(bytes).
    ///
    /// A sound backup is marked as verified; a mark of earlier times is removed from one that is not.
    public func verify(cancellation: Cancellation = Cancellation()) -> Verification {
        var out = Verification()
        do throws(LikenessError) {
            let (manifest, digest) = try readManifest()
            for file in manifest.files {
                try cancellation.check()
                do throws(LikenessError) {
                    try check(file)
                    out.bytes += file.bytes
                } catch { out.faults.append(error) }
                out.files += 1
            }
            out.faults += try strangers(manifest)
            if out.isSound { try checkContents(manifest, &out) }
            let mark = "\(path)/\(BackupManifest.verifiedName)"
            if out.isSound {
                let text = try BackupFolder.json(Mark(manifest: digest, at: Date.now.formatted(.iso8601)))
                try AtomicFile.write(text, to: mark, force: true)
            } else {
                try removeFile(mark)
            }
        } catch { out.faults.append(error) }
        return out
    }

    /// Verifies the backup and makes a library of it at `target`, which must be missing or an empty folder.
    ///
    /// The library's folder gets its name when all of it is there. Throws `backup-damaged`, `file-exists`, `file-unwritable`.
    @discardableResult
    public func restore(
        to target: String, cancellation: Cancellation = Cancellation()
    ) throws(LikenessError) -> BackupManifest {
        try requireEmpty(target)
        if let fault = verify(cancellation: cancellation).faults.first { throw fault }
        let manifest = try manifest()
        let partial = "\(target).partial-\(UInt32.random(in: 0 ... .max))"
        try makeFolder(partial)
        do throws(LikenessError) {
            var copy = BackupCopy(partial)
            for file in manifest.files where file.path != BackupManifest.decisionsName {
                try cancellation.check()
                try copy.copy("\(path)/\(file.path)", to: file.path)
                guard copy.files.last == file else { throw damaged(file.path, "it changed while it was copied") }
            }
            chmod("\(partial)/\(BackupManifest.databaseName)", 0o600)
            try putFolder(partial, at: target)
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error
        }
        return manifest
    }

    // MARK: looking

    private func readManifest() throws(LikenessError) -> (manifest: BackupManifest, digest: String) {
        let file = "\(path)/\(BackupManifest.name)"
        do throws(LikenessError) {
            let input = try InputFile(file)
            guard input.size <= 256 << 20 else { throw damaged(BackupManifest.name, "it is too large to be one") }
            let bytes = try input.bytes(at: 0, count: input.size)
            let digest = SHA256.hex(of: bytes)
            let written = try InputFile("\(path)/\(BackupManifest.digestName)")
            guard try written.bytes(at: 0, count: written.size) == Array((digest + "\n").utf8) else {
                throw damaged(BackupManifest.name, "its digest is another")
            }
            guard let manifest = try? JSONDecoder().decode(BackupManifest.self, from: Data(bytes)) else {
                throw damaged(BackupManifest.name, "it cannot be read")
            }
            guard manifest.format == 1 else {
                throw damaged(BackupManifest.name, "format \(manifest.format) is not known")
            }
            // a manifest must not lead out of its folder
            let parts = (manifest.files.map(\.path) + manifest.vectors.map(\.path)).flatMap {
                $0.split(separator: "/", omittingEmptySubsequences: false)
            }
            guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
                throw damaged(BackupManifest.name, "it names a file outside of the backup")
            }
            return (manifest, digest)
        } catch  where error.code == .fileMissing {
            throw LikenessError(
                .backupDamaged, subject: path, "there is no manifest: the backup was interrupted, or this is none",
                remedy: "make a new backup")
        }
    }

    private func check(_ file: BackupManifest.File) throws(LikenessError) {
        do throws(LikenessError) {
            let input = try InputFile("\(path)/\(file.path)")
            guard input.size == file.bytes else {
                throw damaged(file.path, "it has \(input.size) of \(file.bytes) bytes")
            }
            guard try SHA256.hex(of: input) == file.sha256 else { throw damaged(file.path, "its digest is another") }
        } catch  where error.code == .fileMissing { throw damaged(file.path, "it is missing") }
    }

    /// Files that the manifest does not name: they would not come back.
    private func strangers(_ manifest: BackupManifest) throws(LikenessError) -> [LikenessError] {
        let known = Set(manifest.files.map(\.path)).union([
            BackupManifest.name, BackupManifest.digestName, BackupManifest.verifiedName,
        ])
        return try BackupCopy.files(below: path).filter { !known.contains($0) }.map {
            damaged($0, "the manifest does not name it")
        }
    }

    private func checkContents(_ manifest: BackupManifest, _ out: inout Verification) throws(LikenessError) {
        let database = "\(path)/\(BackupManifest.databaseName)"
        do {
            var configuration = Configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: database, configuration: configuration)
            let (integrity, broken, counts) = try queue.read { db in
                (
                    try String.fetchAll(db, sql: "PRAGMA integrity_check(10)"),
                    try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count, try BackupFolder.counts(db)
                )
            }
            try queue.close()
            if integrity != ["ok"] {
                out.faults.append(damaged(BackupManifest.databaseName, integrity.joined(separator: "; ")))
            }
            if broken > 0 { out.faults.append(damaged(BackupManifest.databaseName, "\(broken) rows refer to nothing")) }
            if counts != manifest.counts {
                out.faults.append(damaged(BackupManifest.databaseName, "its counts differ"))
            }
        } catch { out.faults.append(damaged(BackupManifest.databaseName, "it does not open: \(error)")) }
        for vectors in manifest.vectors {
            out.faults += VectorSegments.faults(in: "\(path)/\(vectors.path)", committed: vectors.rows)
        }
        let lines = try InputFile("\(path)/\(BackupManifest.decisionsName)")
        let count = try lines.bytes(at: 0, count: lines.size).reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        if count != manifest.decisions {
            out.faults.append(damaged(BackupManifest.decisionsName, "it has \(count) of \(manifest.decisions) lines"))
        }
    }

    /// Rows of every table.
    static func counts(_ db: Database) throws -> [String: Int] {
        let names = try String.fetchAll(
            db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        var out: [String: Int] = [:]
        for name in names {
            out[name] = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(name.quotedDatabaseIdentifier)") ?? 0
        }
        return out
    }

    /// Writes the manifest's digest, and last of all the manifest.
    package static func write(_ manifest: BackupManifest, to folder: String, force: Bool = false) throws(LikenessError)
    {
        let bytes = try json(manifest)
        let digest = Array((SHA256.hex(of: bytes) + "\n").utf8)
        try AtomicFile.write(digest, to: "\(folder)/\(BackupManifest.digestName)", force: force)
        try AtomicFile.write(bytes, to: "\(folder)/\(BackupManifest.name)", force: force)
    }

    private static func json(_ value: some Encodable) throws(LikenessError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(value)) + [0x0A] } catch {
            throw LikenessError(.defect, "cannot be written as JSON: \(error)")
        }
    }

    private func damaged(_ file: String, _ what: String) -> LikenessError {
        LikenessError(
            .backupDamaged, subject: "\(path)/\(file)", what,
            remedy: "make a new backup, and keep this one until it is verified")
    }
}

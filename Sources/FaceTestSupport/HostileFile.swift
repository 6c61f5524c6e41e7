public import FaceCore
import Foundation

/// Files that lie, for the readers' tests.
public enum HostileFile {
    /// Writes `bytes` and hands the path to `read`; returns the error that it threw, nil when it read the file.
    public static func error(
        _ bytes: [UInt8], in folder: TemporaryFolder, named name: String = "hostile",
        _ read: (String) throws(LikenessError) -> Void
    ) throws -> LikenessError? {
        let path = folder.file(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do throws(LikenessError) { try read(path) } catch { return error }
        return nil
    }

    /// The lengths at which a file of `bytes`, cut there, was read without an error.
    public static func acceptedCuts(
        _ bytes: [UInt8], in folder: TemporaryFolder, step: Int = 1, _ read: (String) throws(LikenessError) -> Void
    ) throws -> [Int] {
        var accepted: [Int] = []
        for length in stride(from: 0, to: bytes.count, by: step) {
            if try error(Array(bytes[..<length]), in: folder, read) == nil { accepted.append(length) }
        }
        return accepted
    }

    /// Everything that is not a readable file: missing, a folder, a loop of links, a pipe without a writer.
    public static func notFiles(in folder: TemporaryFolder) throws -> [String] {
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder.file("folder"), withIntermediateDirectories: true)
        try manager.createSymbolicLink(atPath: folder.file("loop"), withDestinationPath: folder.file("loop"))
        mkfifo(folder.file("pipe"), 0o600)
        return ["missing", "folder", "loop", "pipe"].map(folder.file)
    }
}

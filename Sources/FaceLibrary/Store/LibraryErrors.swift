public import FaceCore
import GRDB

extension LikenessError.Code {
    /// No object of that id.
    public static let notFound = Self("not-found", exitStatus: 66)
    /// The object has changed since it was read; the subject is its id.
    public static let staleVersion = Self("stale-version", exitStatus: 65)
    /// What was asked contradicts what is there.
    public static let conflict = Self("conflict", exitStatus: 65)
    /// A value that makes no sense; the subject is the field.
    public static let invalidInput = Self("invalid-input", exitStatus: 64)
    /// Another process works on this library.
    public static let libraryBusy = Self("library-busy", exitStatus: 73)
    /// The library was written by a newer version of the program.
    public static let schemaTooNew = Self("schema-too-new", exitStatus: 69)
    /// No library in that folder.
    public static let libraryMissing = Self("library-missing", exitStatus: 66)
    /// The database refuses: damaged, read-only, or full.
    public static let databaseFailed = Self("database-failed", exitStatus: 74)
    public static let noFace = Self("no-face", exitStatus: 65)
    public static let severalFaces = Self("several-faces", exitStatus: 65)
    /// A worker whose lease has ended wanted to write.
    public static let leaseLost = Self("lease-lost", exitStatus: 75)
    /// The disk is full.
    public static let diskFull = Self("disk-full", exitStatus: 74)
}

extension LikenessError {
    static func notFound(_ id: String, _ what: String) -> LikenessError {
        LikenessError(.notFound, subject: id, "there is no \(what) of this id")
    }

    static func invalid(_ field: String, _ message: String) -> LikenessError {
        LikenessError(.invalidInput, subject: field, message)
    }

    /// Whatever a database call threw, in our shape. Statements and their values stay out of the text.
    static func of(_ error: any Error, _ subject: String) -> LikenessError {
        if let own = error as? LikenessError { return own }
        guard let database = error as? DatabaseError else {
            return LikenessError(.defect, subject: subject, "\(error)")
        }
        let text = database.message ?? "\(database.resultCode)"
        switch database.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return LikenessError(.libraryBusy, subject: subject, text, remedy: "end the other process, or wait for it")
        case .SQLITE_FULL: return LikenessError(.diskFull, subject: subject, text, remedy: "make room on the disk")
        default:
            return LikenessError(.databaseFailed, subject: subject, text, remedy: "`likeness library doctor` says more")
        }
    }
}

import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Store of the library")
struct StoreTests {
    private func code(_ body: () throws -> Void) -> LikenessError.Code? {
        do { try body() } catch { return (error as? LikenessError)?.code }
        return nil
    }

    @Test("a second writer is refused, readers are not")
    func lock() throws {
        let f = try LibraryFixture(people: 2, pictures: 3)
        #expect(code { _ = try PhotoLibrary.open(f.library.folder) } == .libraryBusy)
        let reader = try PhotoLibrary.open(f.library.folder, access: .read)
        #expect(try reader.people().items.count == 2)
        #expect(code { try reader.update(try f.people()[0].id, PersonUpdate(name: .some("A")), by: f.owner) } == .usage)
        #expect(code { _ = try PhotoLibrary.create(f.library.folder) } == .fileExists)
        #expect(code { _ = try PhotoLibrary.open(f.folder.file("nowhere")) } == .libraryMissing)
    }

    @Test("a newer schema is refused clearly")
    func newer() throws {
        let folder = try TemporaryFolder()
        do {
            let library = try PhotoLibrary.create(folder.file("l"))
            try library.execute("INSERT INTO grdb_migrations (identifier) VALUES ('999')")
        }
        #expect(code { _ = try PhotoLibrary.open(folder.file("l")) } == .schemaTooNew)
    }

    @Test("the released schema 2 is what it was")
    func released() throws {
        let folder = try TemporaryFolder()
        let library = try PhotoLibrary.create(folder.file("l"))
        let now = try library.schema().joined(separator: ";\n") + ";\n"
        let path = "\(TestData.packageFolder)/Tests/Fixtures/library-schema-2.sql"
        if ProcessInfo.processInfo.environment["LIKENESS_WRITE_FIXTURES"] != nil {
            try now.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == now)
    }

    @Test("only the owner may read the database")
    func permissions() throws {
        let folder = try TemporaryFolder()
        let library = try PhotoLibrary.create(folder.file("l"))
        let attributes = try FileManager.default.attributesOfItem(atPath: library.folder + "/likeness.sqlite")
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
    }

    @Test("keys: shown once, checked, expiring, deleted")
    func keys() throws {
        let folder = try TemporaryFolder()
        let library = try PhotoLibrary.create(folder.file("l"))
        let made = try library.createKey(name: "phone", scopes: ["search"], expiresAt: nil)
        #expect(try library.authenticate(key: made.secret)?.id == made.key.id)
        #expect(try library.authenticate(key: made.secret + "x") == nil)
        #expect(try library.authenticate(key: "lk__") == nil)
        #expect(code { _ = try library.createKey(name: "k", scopes: [], expiresAt: "2001-01-01") } == .invalidInput)
        try library.execute("UPDATE access_key SET expiresAt = 1000")
        #expect(try library.authenticate(key: made.secret) == nil)
        try library.deleteKey(made.key.id)
        #expect(code { try library.deleteKey(made.key.id) } == .notFound)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: library.folder + "/likeness.sqlite-wal"))
        #expect(bytes.range(of: Data(made.secret.utf8)) == nil)
    }

    @Test("the audit log shows a changed row")
    func audit() throws {
        let folder = try TemporaryFolder()
        let library = try PhotoLibrary.create(folder.file("l"))
        for k in 0..<5 { try library.audit(AuditRecord(actor: "a", action: "search", objects: ["fac_\(k)"])) }
        #expect(try library.verifyAudit() == nil)
        #expect(try library.auditLog(page: PageRequest(limit: 2)).items.map(\.seq) == [5, 4])
        try library.execute("UPDATE audit SET actor = 'b' WHERE seq = 3")
        #expect(try library.verifyAudit() == 3)
    }

    @Test("the journal cannot be changed or shortened")
    func appendOnly() throws {
        let f = try LibraryFixture(people: 2, pictures: 3)
        try f.library.update(try f.people()[0].id, PersonUpdate(name: .some("A")), by: f.owner)
        #expect(code { try f.library.execute("DELETE FROM decision") } == .databaseFailed)
        #expect(code { try f.library.execute("UPDATE decision SET kind = 'merge'") } == .databaseFailed)
    }

    @Test("times are read and written")
    func times() throws {
        for text in ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "1899-12-31T12:00:00Z", "2100-03-01T00:00:00Z"] {
            #expect(Timestamp.seconds(text).map { Timestamp.text($0) } == text)
        }
        #expect(Timestamp.seconds("2024-05-01T12:33:10+02:00").map { Timestamp.text($0) } == "2024-05-01T10:33:10Z")
        for text in ["", "2024", "2024-13-01", "abcd-01-01", "2024-01-01T25:00:00"] {
            #expect(Timestamp.seconds(text) == nil)
        }
    }
}

import FaceCore
import FaceServer
import FaceTestSupport
import Foundation
import Synchronization
import Testing

@Suite struct AccessTests {
    @Test func scopesIncludeWhatTheyImply() {
        #expect(Scope.faceRead.isGranted(by: [.faceWrite]))
        #expect(Scope.personRead.isGranted(by: [.personWrite]))
        #expect(!Scope.personWrite.isGranted(by: [.personRead]))
        #expect(Scope.jobRead.isGranted(by: [.job]))
        #expect(Scope.allCases.filter { !$0.isGranted(by: [.admin]) } == [.embeddingRead])
        #expect(Scope.allCases.allSatisfy { !$0.isGranted(by: []) })
    }

    @Test func rolesGrowFromViewerToOwner() {
        #expect(Role.viewer.scopes.isSubset(of: Role.editor.scopes))
        #expect(Role.editor.scopes.isSubset(of: Role.owner.scopes))
        #expect(!Role.viewer.scopes.contains { $0.rawValue.hasSuffix(":write") || $0 == .admin || $0 == .job })
        #expect(!Role.editor.scopes.contains(.admin))
    }

    @Test func linksSignInAndNothingElseDoes() throws {
        let folder = try TemporaryFolder()
        let accounts = try Accounts(path: folder.file("accounts.json"), ownerToken: "right")
        #expect(try accounts.signIn(token: "wrong") == nil)
        #expect(try accounts.signIn(token: "") == nil)
        let cookie = try #require(try accounts.signIn(token: "right"))
        #expect(accounts.principal(cookie: cookie)?.role == .owner)
        #expect(accounts.principal(cookie: cookie + "x") == nil)
        #expect(accounts.principal(cookie: "right") == nil)
        try accounts.signOut(cookie: cookie)
        #expect(accounts.principal(cookie: cookie) == nil)
    }

    @Test func pagesStayOpenOverARestartAndTheFileHoldsNoSecretOfTheirs() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("accounts.json")
        let first = try Accounts(path: path, ownerToken: "one")
        let cookie = try #require(try first.signIn(token: "one"))
        let guest = try first.invite(name: "Anna", role: .viewer)
        let second = try Accounts(path: path, ownerToken: "two")
        #expect(second.principal(cookie: cookie) == first.principal(cookie: cookie))
        #expect(try second.signIn(token: "one") == nil)
        #expect(try second.signIn(token: guest.token) != nil)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for secret in [cookie, guest.token, "one", "two"] { #expect(!text.contains("\"\(secret)\"")) }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
    }

    @Test func guestsCanBeRemovedAndOldPagesEnd() throws {
        let folder = try TemporaryFolder()
        let now = Mutex(Date())
        let accounts = try Accounts(path: folder.file("a.json"), ownerToken: "t", clock: { now.withLock { $0 } })
        let (user, token) = try accounts.invite(name: "Bo", role: .editor)
        let cookie = try #require(try accounts.signIn(token: token))
        #expect(accounts.principal(cookie: cookie)?.id == user.id)
        #expect(try accounts.remove(user: user.id))
        #expect(try !accounts.remove(user: user.id))
        #expect(accounts.principal(cookie: cookie) == nil)
        let owner = try #require(try accounts.signIn(token: "t"))
        now.withLock { $0 += 29 * 86_400 }
        #expect(accounts.principal(cookie: owner) != nil)
        now.withLock { $0 += 31 * 86_400 }
        #expect(accounts.principal(cookie: owner) == nil)
    }

    @Test func damagedAccountsAreATypedError() throws {
        let folder = try TemporaryFolder()
        try Data("{".utf8).write(to: URL(fileURLWithPath: folder.file("a.json")))
        let error = #expect(throws: LikenessError.self) {
            try Accounts(path: folder.file("a.json"), ownerToken: "t")
        }
        #expect(error?.code == .fileFormat)
    }

    @Test func cursorsOpenOnlyTheListThatGaveThem() {
        let cursor = Cursor(key: "secret")
        let sealed = cursor.seal("a\u{1F}7", list: "people named")
        #expect(cursor.open(sealed, list: "people named") == "a\u{1F}7")
        #expect(cursor.open(sealed, list: "people hidden") == nil)
        #expect(Cursor(key: "other").open(sealed, list: "people named") == nil)
        for k in sealed.indices {
            var changed = sealed
            changed.replaceSubrange(k...k, with: sealed[k] == "A" ? "B" : "A")
            if changed != sealed {
                #expect(
                    cursor.open(changed, list: "people named") != "a\u{1F}7"
                        || changed.dropLast(1) == sealed.dropLast(1))
            }
        }
        for text in ["", "-", "abc", String(repeating: "A", count: 40)] { #expect(cursor.open(text, list: "x") == nil) }
    }

    @Test(arguments: [
        ("127.0.0.1:8321", true), ("localhost", true), ("LOCALHOST:1", true), ("[::1]:80", true), ("[::1]", true),
        ("photos.example", true), ("evil.example", false), ("127.0.0.1.evil.example", false),
        ("localhost:80:90", false),
        ("localhost:x", false), ("", false), ("[::1]x", false), ("evil@localhost", false), ("localhost.", false),
    ])
    func onlyOwnNamesAreAnswered(_ authority: String, _ isAllowed: Bool) {
        let hosts = AllowedHosts(extra: ["photos.example"])
        #expect(hosts.allows(authority: authority) == isAllowed)
        #expect(hosts.allows(origin: "http://\(authority)") == isAllowed)
    }

    @Test func originsWithoutANameAreRefused() {
        #expect(!AllowedHosts().allows(origin: "null"))
        #expect(!AllowedHosts().allows(authority: nil))
    }

    @Test(
        arguments: [
            ("\"7\"", 7), ("  \"0\"", 0), ("7", nil), ("\"\"", nil), ("W/\"7\"", nil), ("*", nil),
            ("\"7\", \"8\"", nil),
            ("\"-1\"", nil), ("\"99999999999999999999\"", nil),
        ] as [(String, Int?)])
    func versionsAreOneStrongTag(_ text: String, _ version: Int?) {
        #expect(EntityTag(ifMatch: text)?.version == version)
    }

    @Test func secretsAreLongAndDiffer() {
        let made = Set((0..<100).map { _ in Secret.make() })
        #expect(made.count == 100)
        #expect(made.allSatisfy { $0.utf8.count == 43 })
        #expect(Secret.bytes(Secret.text([1, 2, 3, 255])) == [1, 2, 3, 255])
        #expect(ConstantTime.areEqual("abc", "abc"))
        #expect(!ConstantTime.areEqual("abc", "abd") && !ConstantTime.areEqual("abc", "ab"))
    }
}

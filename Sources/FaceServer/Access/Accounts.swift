package import FaceCore
package import Foundation
import Synchronization

/// People who may open the pages, and the pages that are open.
///
/// Kept in one small file of the library's folder (mode 0600), hashes only, so that an open page survives a restart of the
/// server. Keys of programs belong to the library itself.
package final class Accounts: Sendable {
    /// A person who was invited; the owner of the machine needs no entry.
    package struct User: Codable, Sendable, Equatable {
        package let id: String
        package let name: String
        package let role: Role
        package let createdAt: Date
        /// SHA-256 of the token in the link.
        let tokenHash: String
    }

    /// A browser that opened a link.
    struct Session: Codable, Sendable, Equatable {
        /// Nil for the owner of the machine.
        let user: String?
        let createdAt: Date
        var usedAt: Date
    }

    private struct Content: Codable {
        var secret: String
        var users: [User] = []
        /// By the hash of the cookie.
        var sessions: [String: Session] = [:]
    }

    /// A page that is not used for so long is signed out.
    static let lifetime: TimeInterval = 30 * 86_400
    /// Browsers at once; the one that was used longest ago has to sign in again.
    static let mostSessions = 200

    private let path: String
    private let content: Mutex<Content>
    /// SHA-256 of the token in the link that the program prints; a new one each start.
    private let ownerHash: String
    private let clock: @Sendable () -> Date

    /// Reads the file, or makes it. Throws `file-unreadable`, `file-format` or `file-unwritable`.
    package init(
        path: String, ownerToken: String, clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(LikenessError) {
        self.path = path
        self.clock = clock
        ownerHash = Secret.digest(ownerToken)
        if FileManager.default.fileExists(atPath: path) {
            content = Mutex(try Self.read(path))
        } else {
            let fresh = Content(secret: Secret.make())
            try Self.write(fresh, path)
            content = Mutex(fresh)
        }
    }

    /// The key of signatures: of cursors and of CSRF tokens.
    package var secret: String { content.withLock { $0.secret } }

    /// A new session for the token of a link; nil for an unknown one. The value is that of the cookie.
    package func signIn(token: String) throws(LikenessError) -> String? {
        let hash = Secret.digest(token)
        let now = clock()
        let cookie = Secret.make()
        let isKnown = try change { content in
            let user = content.users.first { ConstantTime.areEqual($0.tokenHash, hash) }
            guard user != nil || ConstantTime.areEqual(hash, ownerHash) else { return false }
            content.sessions = content.sessions.filter { now.timeIntervalSince($0.value.usedAt) < Self.lifetime }
            if content.sessions.count >= Self.mostSessions,
                let oldest = content.sessions.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                content.sessions[oldest.key] = nil
            }
            content.sessions[Secret.digest(cookie)] = Session(user: user?.id, createdAt: now, usedAt: now)
            return true
        }
        return isKnown ? cookie : nil
    }

    /// Who the cookie belongs to; nil when nobody, or no longer.
    package func principal(cookie: String) -> Principal? {
        let hash = Secret.digest(cookie)
        let now = clock()
        return content.withLock { content in
            guard var session = content.sessions[hash], now.timeIntervalSince(session.usedAt) < Self.lifetime else {
                return nil
            }
            session.usedAt = now  // written with the next change; exact to a restart
            content.sessions[hash] = session
            let csrf = Secret.sign("csrf\u{0}\(hash)", with: content.secret)
            guard let id = session.user else {
                return Principal(
                    kind: .session(csrf: csrf), id: "usr_owner", name: "owner", role: .owner,
                    scopes: Role.owner.scopes)
            }
            guard let user = content.users.first(where: { $0.id == id }) else { return nil }
            return Principal(
                kind: .session(csrf: csrf), id: user.id, name: user.name, role: user.role, scopes: user.role.scopes)
        }
    }

    package func signOut(cookie: String) throws(LikenessError) {
        let hash = Secret.digest(cookie)
        _ = try change { content in content.sessions.removeValue(forKey: hash) != nil }
    }

    package var users: [User] { content.withLock { $0.users } }

    /// Invites somebody; the token goes into a link and is not kept.
    package func invite(name: String, role: Role) throws(LikenessError) -> (user: User, token: String) {
        let token = Secret.make()
        let user = User(
            id: "usr_\(Secret.makeID())", name: name, role: role, createdAt: clock(), tokenHash: Secret.digest(token))
        _ = try change { content in
            content.users.append(user)
            return true
        }
        return (user, token)
    }

    /// Removes a person, whose pages are closed at once; false when there is none of this id.
    package func remove(user id: String) throws(LikenessError) -> Bool {
        try change { content in
            guard content.users.contains(where: { $0.id == id }) else { return false }
            content.users.removeAll { $0.id == id }
            content.sessions = content.sessions.filter { $0.value.user != id }
            return true
        }
    }

    /// Changes the content and writes it when `body` says that it did.
    private func change(_ body: (inout Content) -> Bool) throws(LikenessError) -> Bool {
        try content.withLock { content throws(LikenessError) in
            var copy = content
            guard body(&copy) else { return false }
            try Self.write(copy, path)
            content = copy
            return true
        }
    }

    private static func read(_ path: String) throws(LikenessError) -> Content {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw LikenessError(.fileUnreadable, subject: path, "cannot be read")
        }
        do { return try JSONDecoder().decode(Content.self, from: data) } catch {
            throw LikenessError(
                .fileFormat, subject: path, "is damaged",
                remedy: "delete it: open pages have to be opened again with the printed link, guests invited again")
        }
    }

    private static func write(_ content: Content, _ path: String) throws(LikenessError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(content) else {
            throw LikenessError(.defect, subject: path, "cannot be encoded")
        }
        let mask = umask(0o077)
        defer { umask(mask) }
        try AtomicFile.write(Array(data), to: path, force: true)
    }
}

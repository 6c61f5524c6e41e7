import FaceCore
import FaceLibrary
import FaceVision
import Foundation
import HTTPTypes
import Hummingbird

/// What the handlers of all routes share.
package final class Services: Sendable {
    let library: PhotoLibrary
    let vision: VisionService
    let accounts: Accounts
    let hub: EventHub
    let metrics: Metrics
    /// For calls of the library, which block.
    let pool: WorkPool
    /// For its changes: they wait for each other, and not behind those who only look.
    let changes: WorkPool
    /// For looking up who asks: that waits for nobody.
    let keys = WorkPool("likeness-keys", threads: 2, waiting: 512)
    let options: ServerOptions
    let pages: WebFiles
    /// For answers that are written while they are read.
    let exports = WorkPool("likeness-exports", threads: 2, waiting: 2)
    let trials = GroupingTrials()
    let pictures: PictureService
    let inbox: PhotoInbox
    /// Cards of the models that are known, for their terms.
    let cards: [ModelCard]
    let cookieName: String
    private let cursor: Cursor
    /// The document of the API, once somebody asked for it.
    let madeDocument = Locked<[UInt8]?>(nil)

    init(
        library: PhotoLibrary, vision: VisionService, accounts: Accounts, hub: EventHub, metrics: Metrics,
        pool: WorkPool, changes: WorkPool, options: ServerOptions, pages: WebFiles, cards: [ModelCard] = []
    ) {
        self.library = library
        self.vision = vision
        self.accounts = accounts
        self.hub = hub
        self.metrics = metrics
        self.pool = pool
        self.changes = changes
        self.options = options
        self.pages = pages
        self.cards = cards
        pictures = PictureService(library)
        inbox = PhotoInbox(options.inbox ?? "\(library.folder)/inbox")
        // cookies do not know ports: two libraries served on one machine must not sign each other out
        cookieName = "likeness_\(Secret.digest(library.id).prefix(8))"
        cursor = Cursor(key: accounts.secret)
    }

    /// Calls the library off the threads of the connections.
    func ask<R: Sendable>(_ body: @escaping @Sendable (PhotoLibrary) throws -> R) async throws -> R {
        let library = library
        return try await pool.run { try body(library) }
    }

    /// As ``ask(_:)`` for what changes something.
    func alter<R: Sendable>(_ body: @escaping @Sendable (PhotoLibrary) throws -> R) async throws -> R {
        let library = library
        return try await changes.run { try body(library) }
    }

    /// One page of a list, with sealed cursors.
    func page<Item>(
        _ call: Call, _ body: @escaping @Sendable (PhotoLibrary, PageRequest) throws -> Page<Item>
    ) async throws -> Reply {
        let list = Self.list(call)
        var position: String?
        if let given = call.query["cursor"], !given.isEmpty {
            position = cursor.open(given, list: list)
            if position == nil { throw Problem.invalid("?cursor", "does not belong to this list") }
        }
        let request = PageRequest(
            limit: call.integer("limit") ?? 100, cursor: position, includesTotal: call.query["include"] == "total")
        var page = try await ask { try body($0, request) }
        page.next = page.next.map { cursor.seal($0, list: list) }
        return try .json(page)
    }

    /// What a cursor is bound to: the route and everything that chooses or orders its list.
    private static func list(_ call: Call) -> String {
        let ignored: Set<String> = ["cursor", "limit", "include"]
        let filters = call.query.filter { !ignored.contains($0.key) }.sorted { $0.key < $1.key }
        let parts = call.parameters.sorted { $0.key < $1.key } + filters
        return ([call.route.operation] + parts.map { "\($0.key)=\($0.value)" }).joined(separator: "\u{0}")
    }

    /// A change of people or faces: its answer, its ETag, and what a stale version or a conflict needs to be understood.
    func change(
        _ call: Call, _ body: @escaping @Sendable (PhotoLibrary, Author) throws -> PersonChange
    ) async throws -> Reply {
        var author = author(call)
        let (made, fingerprint) = (Locked<Reply?>(nil), Repetition.fingerprint(call))
        author.record = { change in
            var reply = try Reply.json(
                change, version: change.person?.version, subjects: [change.decision.id] + change.decision.subjects)
            reply.isRecorded = true
            made.change { $0 = reply }
            return RequestRecord(
                audit: call.auditRecord(of: reply), answer: Repetition.answer(call, reply, fingerprint))
        }
        let recorded = author
        try await explained { _ = try await alter { try body($0, recorded) } }
        guard let reply = made.value else { throw LikenessError(.defect, "a change had no answer") }
        return reply
    }

    /// The author of a decision; a request that is repeated with its key is one decision even if the server died between.
    func author(_ call: Call) -> Author {
        let key = call.request.headers[SecurityHeaders.field("Idempotency-Key")]
        guard let key, call.route.idempotency == .keyed else { return Author(call.actor) }
        // the same key with another body or for another object is another request
        let request = "\(call.principal?.id ?? "-") \(call.route.operation) \(key) \(Repetition.fingerprint(call))"
        return Author(call.actor, requestKey: request)
    }

    /// Adds the present object to `stale-version`.
    func explained<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        do { return try await body() } catch let error as LikenessError where error.code == .staleVersion {
            var problem = Problem(error)
            let id = error.subject ?? ""
            let current: StrictJSON? = try? await ask { library in
                id.hasPrefix("per_")
                    ? try Self.json(try library.person(id)) : try Self.json(try library.settings())
            }
            if let current { problem.members.append(.init("current", current)) }
            throw problem
        }
    }

    /// A value as one line of JSON.
    static func line(_ value: some Encodable) throws(LikenessError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
            throw LikenessError(.defect, "a line cannot be encoded")
        }
    }

    static func json(_ value: some Encodable) throws -> StrictJSON {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return try StrictJSON(Array(try encoder.encode(value))) } catch {
            throw LikenessError(.defect, "an answer cannot be encoded")
        }
    }
}

public import FaceCore
public import FaceLibrary
public import FaceVision
import Foundation
import HTTPTypes
package import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import ServiceLifecycle
import Synchronization
import UnixSignals

/// `likeness serve`: the library's pages and its API on one address, with the library's jobs in the same process.
public final class LikenessServer: Sendable {
    private let library: PhotoLibrary
    private let options: ServerOptions
    private let services: Services
    private let responder: Responder
    private let runner: JobRunner
    private let token: String

    /// Opens nothing yet; `run` does.
    ///
    /// - Parameter models: where the networks' files are looked for.
    /// Throws `usage` for an address that others could reach without a proxy, and what reading the accounts throws.
    public convenience init(
        library: PhotoLibrary, models: ModelCatalogue, options: ServerOptions
    ) throws(LikenessError) {
        let threads = options.threads
        let model = options.model
        try self.init(library: library, options: options, cards: models.cards) { () throws(LikenessError) in
            try LibraryVision(models: models, model: model, threads: threads)
        }
    }

    /// `token`: that of the owner's link; tests choose theirs, and an analyser for imports that needs no networks.
    package init(
        library: PhotoLibrary, options: ServerOptions, token: String = Secret.make(), log: RequestLog? = nil,
        analyser: JobRunner.AnalyserMaker? = nil, cards: [ModelCard] = [],
        vision load: @escaping @Sendable () throws(LikenessError) -> LibraryVision
    ) throws(LikenessError) {
        guard options.isLoopback || options.behindProxy else {
            throw LikenessError(
                .usage, subject: "--host \(options.host)", "others could reach the library there without encryption",
                remedy: "put a proxy with TLS in front and say --behind-proxy, or leave --host out")
        }
        self.library = library
        self.options = options
        self.token = token
        let metrics = Metrics()
        let accounts = try Accounts(path: "\(library.folder)/accounts.json", ownerToken: token)
        let vision = try VisionService(threads: options.threads, metrics: metrics, load: load)
        // changes wait for each other, and only one is made at a time: those who look must not slow them down as well
        let pool = WorkPool(
            "likeness-library", threads: Self.libraryThreads, waiting: Self.mostWaiting, nice: Self.libraryNice)
        let changes = WorkPool("likeness-changes", threads: Self.changing, waiting: Self.mostWaiting)
        let pages = (options.pages ?? WebFiles.installedFolder()).map { WebFiles(folder: $0) } ?? WebFiles([:])
        let hub = EventHub(first: Int(Date().timeIntervalSince1970 * 1000))
        services = Services(
            library: library, vision: vision, accounts: accounts, hub: hub, metrics: metrics, pool: pool,
            changes: changes, options: options, pages: pages, cards: cards)
        let lines = log ?? RequestLog(RequestLog.Form(rawValue: options.log) ?? .text)
        let gate = Gate(
            table: RouteTable(Routes.all(services)), components: Components.all,
            hosts: AllowedHosts(extra: options.allowedHosts + (options.isLoopback ? [] : [options.host])),
            accounts: accounts, limiter: RateLimiter(Self.rates(options.rateFactor)), library: library,
            repetition: Repetition(library: library, pool: changes), keys: services.keys, records: changes,
            cookieName: services.cookieName,
            behindProxy: options.behindProxy, metrics: metrics, log: lines)
        responder = Responder(gate: gate, metrics: metrics, log: lines)
        // not by `??`: Swift 6.3.1 crashes on a closure with typed throws there
        if let analyser {
            runner = JobRunner(library, threads: options.threads, analyser: analyser)
        } else {
            runner = JobRunner(library, threads: options.threads) { () throws(LikenessError) in try vision.networks() }
        }
    }

    /// Looks into the library at once: SQLite reads in parallel, and searches at once share a pass over the vectors.
    private static let libraryThreads = 6
    private static let libraryNice: Int32 = 8
    /// Changes that may wait for the disk together: it is synced once for all of them.
    private static let changing = 32
    /// Requests that may wait for one of them; more are told to come back.
    private static let mostWaiting = 512

    private static func rates(_ factor: Double) -> [Route.LimitClass: RateLimiter.Rate] {
        guard factor > 0 else { return [:] }
        return RateLimiter.usual.mapValues { .init($0.rate * factor, burst: max(1, $0.burst * factor)) }
    }

    /// Serves until SIGINT or SIGTERM; then open requests are finished and running jobs handed back.
    ///
    /// - Parameter started: gets the address to open, with the token of this start, once the server listens.
    public func run(started: @escaping @Sendable (String) -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [application(started: started)], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Self.quiet))
        try await group.run()
    }

    /// The application without the waiting for signals, as tests use it.
    package func application(
        started: @escaping @Sendable (String) -> Void = { _ in }
    ) -> Application<Responder> {
        let (host, token, scheme) = (options.host, token, "http")
        var server = HTTP1Channel.Configuration(idleTimeout: .seconds(75))
        server.additionalChannelHandlers = { [ContinueHandler()] }
        return Application(
            responder: responder, server: .http1(configuration: server),
            configuration: .init(
                address: .hostname(options.host, port: options.port), serverName: nil,
                availableConnectionsDelegate: .maximum(Self.mostConnections, logger: Self.quiet)),
            services: [Background(services: services, runner: runner)],
            onServerRunning: { channel in
                let shown = host.contains(":") ? "[\(host)]" : host
                started("\(scheme)://\(shown):\(channel.localAddress?.port ?? 0)/?token=\(token)")
            }, logger: Self.quiet)
    }

    /// All routes, for tests that each keeps what it promises.
    package var table: RouteTable { responder.gate.table }

    private static let mostConnections = 1024

    /// Hummingbird's own words; requests have their line elsewhere.
    private static var quiet: Logger {
        var logger = Logger(label: "likeness.server")
        logger.logLevel = .error
        return logger
    }
}

/// What runs beside the connections: the jobs, the events of the library and the loading of the networks.
private struct Background: Service {
    let services: Services
    let runner: JobRunner

    func run() async throws {
        let changes = services.publishChanges()
        // in the background, so that the first page does not wait for the networks
        async let loading: Void = onThread { _ = try? services.vision.networks() }
        runner.start()
        // services are shut down in reverse: this one after the connections
        try? await gracefulShutdown()
        services.hub.close()
        changes.cancel()
        // networks that are still being loaded must not be freed under the loader
        await loading
        await onThread {
            services.trials.close()
            runner.stop()
            services.exports.close()
            services.pictures.close()
            services.pool.close()
            services.changes.close()
            services.keys.close()
            services.vision.close()
        }
    }

    /// Does what blocks on a thread of its own.
    private func onThread(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            Thread.detachNewThread {
                body()
                continuation.resume()
            }
        }
    }
}

/// Answers `Expect: 100-continue`, for which clients wait before they send a large body.
private final class ContinueHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), head.headerFields[.expect]?.lowercased() == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        context.fireChannelRead(data)
    }
}

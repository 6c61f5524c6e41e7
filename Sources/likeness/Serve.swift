import ArgumentParser
import FaceCore
import FaceLibrary
import FaceServer
import FaceVision
import Foundation

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves a photo library's pages and API on this machine.",
        discussion: """
            likeness serve ~/Faces                 prints one address; open it in a browser
            likeness serve ~/Faces --port 0        any free port

            The address holds a token that is new each start. Nobody else on the network can reach it: it listens on \
            127.0.0.1 unless --host and --behind-proxy say otherwise.
            """)

    @Argument(help: "The folder of the library (`likeness library create` makes one).") var library: String
    @OptionGroup var sealing: LibraryKeyOptions
    @Option(help: ArgumentHelp("Listen on this port; 0 for any free one.", valueName: "n")) var port = 8321
    @Option(help: ArgumentHelp("Listen on this address.", valueName: "address")) var host = "127.0.0.1"
    @Flag(help: "A proxy with TLS stands in front: allows --host, believes X-Forwarded-For.") var behindProxy = false
    @Option(help: ArgumentHelp("Answer to this name too; may be given several times.", valueName: "name"))
    var allowHost: [String] = []
    @Option(
        help: ArgumentHelp("Photos below this folder may be imported from the pages; several times.", valueName: "dir"))
    var root: [String] = []
    @Option(
        help: ArgumentHelp(
            "Keep photos that are sent to the server here (default: inbox in the library).", valueName: "dir"))
    var inbox: String?
    @Option(help: ArgumentHelp("Embedder of new photos (default: dlib-resnet29).", valueName: "id")) var model: String?
    @Option(help: ArgumentHelp("Multiple of the usual limits of requests; 0: no limits.", valueName: "x"))
    var rate = 1.0
    @Option(help: ArgumentHelp("One line a request on standard error: text, json or off.", valueName: "form"))
    var log = "off"
    @Option(help: ArgumentHelp("Serve the pages from this folder (for those who write them).", valueName: "dir"))
    var pages: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port takes 0…65535, not \(port)") }
        if !["text", "json", "off"].contains(log) {
            throw ValidationError("--log takes text, json or off, not \(log)")
        }
        if !(rate >= 0 && rate.isFinite) { throw ValidationError("--rate takes 0 or more, not \(rate)") }
    }

    func run() async throws {
        let opened = try PhotoLibrary.open(library, key: try sealing.key(outside: library))
        let options = ServerOptions(
            host: host, port: port, behindProxy: behindProxy, allowedHosts: allowHost, roots: root, pages: pages,
            rateFactor: rate, log: log, threads: common.threadCount, model: model, inbox: inbox)
        let server = try LikenessServer(library: opened, models: try Models.catalogue(), options: options)
        let console = common.console
        do {
            try await server.run { address in
                console.result(address)
                console.note("open this address in a browser; Ctrl-C ends the server")
            }
        } catch let error as LikenessError {
            throw error
        } catch {
            throw LikenessError(
                .addressUnavailable, subject: "\(host):\(port)", "the server cannot listen there: \(error)",
                remedy: "name another with --port, or --port 0 for any free one")
        }
    }
}

extension LikenessError.Code {
    static let addressUnavailable = Self("address-unavailable", exitStatus: 69)
}

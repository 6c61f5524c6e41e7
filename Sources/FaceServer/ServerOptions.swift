/// How a server is run.
public struct ServerOptions: Sendable {
    /// Where it listens. Anything but the loopback interface needs ``behindProxy``.
    public var host: String
    /// 0: any free port.
    public var port: Int
    /// A proxy of ours stands in front: it speaks TLS, and its `X-Forwarded-For` is believed.
    public var behindProxy: Bool
    /// Names besides those of the loopback interface under which the server answers.
    public var allowedHosts: [String]
    /// Folders from which photos may be imported by the pages, besides those that were imported before.
    public var roots: [String]
    /// Where photos that are uploaded are kept; nil: `inbox` in the library's folder.
    public var inbox: String?
    /// Where the files of the pages lie; nil: beside the program.
    public var pages: String?
    /// Requests that a client may make, as a multiple of the usual figures; 0: any number.
    public var rateFactor: Double
    /// `text`, `json` or `off`: the line a request.
    public var log: String
    /// How long a stream of events may be silent.
    package var heartbeat = Duration.seconds(15)
    /// Threads for the networks.
    public var threads: Int
    /// Embedder of uploads and imports; nil: the library's own.
    public var model: String?

    public init(
        host: String = "127.0.0.1", port: Int = 8321, behindProxy: Bool = false, allowedHosts: [String] = [],
        roots: [String] = [], pages: String? = nil, rateFactor: Double = 1, log: String = "text", threads: Int = 1,
        model: String? = nil, inbox: String? = nil
    ) {
        self.host = host
        self.port = port
        self.behindProxy = behindProxy
        self.allowedHosts = allowedHosts
        self.roots = roots
        self.pages = pages
        self.rateFactor = rateFactor
        self.log = log
        self.threads = threads
        self.model = model
        self.inbox = inbox
    }

    /// Whether it is reached from this machine only.
    var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }
}

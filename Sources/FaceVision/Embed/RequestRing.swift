internal import FaceCore

/// Requests of one network that one thread keeps in flight, oldest first.
final class RequestRing {
    private let network: Network
    private(set) var running: [(request: Request, items: Range<Int>)] = []
    private var filling: Request?

    init(network: Network) { self.network = network }

    /// A request to fill; ``start(_:items:)`` must follow.
    func next() throws(LikenessError) -> Request {
        let request = try network.borrow()
        filling = request
        return request
    }

    func start(_ request: Request, items: Range<Int>) throws(LikenessError) {
        try request.start()
        filling = nil
        running.append((request, items))
    }

    /// Waits for the oldest run and hands it to `body`.
    func awaitOldest(_ body: (Request, Range<Int>) throws(LikenessError) -> Void) throws(LikenessError) {
        let (request, items) = running.removeFirst()
        defer { network.giveBack(request) }
        try request.wait()
        try body(request, items)
    }

    /// Ends what still runs after an error, so that no request is used again or freed while it runs.
    func drain() {
        if let filling { network.giveBack(filling) }
        filling = nil
        while !running.isEmpty { try? awaitOldest { _, _ in } }
    }
}

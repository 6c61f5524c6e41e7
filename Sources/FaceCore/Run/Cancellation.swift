import Synchronization

/// A flag by which one thread asks a long job of other threads to end.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    /// Asks for the end; may be called from a signal handler's thread.
    public func cancel() { flag.store(true, ordering: .relaxed) }

    public var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// Throws `cancelled` when the end was asked for.
    public func check() throws(LikenessError) {
        if isCancelled { throw LikenessError(.cancelled, "the job was cancelled") }
    }
}

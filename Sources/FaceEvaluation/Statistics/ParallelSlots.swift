import Synchronization

/// Results of a parallel loop by index.
final class ParallelSlots<T: Sendable>: Sendable {
    private let slots: Mutex<[T?]>

    init(_ count: Int) { slots = Mutex([T?](repeating: nil, count: count)) }

    func set(_ i: Int, _ value: T?) { slots.withLock { $0[i] = value } }
    var values: [T?] { slots.withLock { $0 } }
}

import Dispatch
import FoundationEssentials
import Synchronization

/// Cores that this process may run on.
public func availableThreads() -> Int { ProcessInfo.processInfo.activeProcessorCount }

/// Calls `body` once for each index in 0..<count from at most `threads` threads; returns when all are done.
///
/// Indices are handed out in rising order, `grain` at a time. The body must not touch what another index writes.
public func parallelFor(
    _ count: Int, threads: Int = availableThreads(), grain: Int = 1, _ body: @Sendable (Int) -> Void
) {
    let workers = max(1, min(threads, (count + grain - 1) / max(1, grain)))
    guard workers > 1 else {
        for i in 0..<max(0, count) { body(i) }
        return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while true {
            let start = next.wrappingAdd(grain, ordering: .relaxed).oldValue
            if start >= count { return }
            for i in start..<min(start + grain, count) { body(i) }
        }
    }
}

/// As ``parallelFor(_:threads:grain:_:)``, for a body that can fail and a job that can be cancelled.
///
/// After a failure or the cancellation no further index is begun. Throws the failure of the lowest index that failed,
/// or `cancelled`.
public func parallelFor(
    _ count: Int, threads: Int = availableThreads(), grain: Int = 1, cancellation: Cancellation?,
    _ body: @Sendable (Int) throws(LikenessError) -> Void
) throws(LikenessError) {
    let stop = Atomic<Bool>(false)
    let failure = Mutex<(index: Int, error: LikenessError)?>(nil)
    parallelFor(count, threads: threads, grain: grain) { i in
        if stop.load(ordering: .relaxed) || cancellation?.isCancelled == true { return }
        do throws(LikenessError) {
            try body(i)
        } catch {
            stop.store(true, ordering: .relaxed)
            failure.withLock { first in
                if first == nil || i < first!.index { first = (i, error) }
            }
        }
    }
    if let (_, error) = failure.withLock({ $0 }) { throw error }
    try cancellation?.check()
}

internal import Foundation

/// Runs the body on a thread each, all at once, and waits for all: clients that wait for each other, where a pool
/// (``parallelFor(_:threads:grain:_:)``) lets only as many run as there are cores.
package func atOnce(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let done = DispatchGroup()
    for k in 0..<count {
        done.enter()
        Thread.detachNewThread {
            body(k)
            done.leave()
        }
    }
    done.wait()
}

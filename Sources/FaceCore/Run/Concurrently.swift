internal import Synchronization

/// Does two independent things side by side and waits for both. Throws the first one's error before the second one's.
public func concurrently<A: Sendable, B: Sendable>(
    _ first: @Sendable () throws(LikenessError) -> A, _ second: @Sendable () throws(LikenessError) -> B
) throws(LikenessError) -> (A, B) {
    let a = Mutex<Result<A, LikenessError>?>(nil)
    let b = Mutex<Result<B, LikenessError>?>(nil)
    parallelFor(2, threads: 2) { k in
        if k == 0 {
            let result = Result { () throws(LikenessError) in try first() }
            a.withLock { $0 = result }
        } else {
            let result = Result { () throws(LikenessError) in try second() }
            b.withLock { $0 = result }
        }
    }
    guard let a = a.withLock({ $0 }), let b = b.withLock({ $0 }) else {
        preconditionFailure("parallelFor runs every index")
    }
    return (try a.get(), try b.get())
}

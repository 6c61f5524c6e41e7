import FaceCore
import FaceServer
import Foundation
import HTTPTypes
import Synchronization
import Testing

@Suite struct LimitTests {
    @Test func aBucketGivesItsBurstAndThenItsRate() {
        var bucket = TokenBucket(rate: 2, size: 3, now: 0)
        func take(_ now: Double) -> Bool { bucket.take(now: now) }
        let burst = (0..<5).map { _ in take(0) }
        #expect(burst == [true, true, true, false, false])
        #expect(abs(bucket.wait - 0.5) < 1e-9)
        let later = [take(0.5), take(0.6), take(100)]
        #expect(later == [true, false, true])
        #expect(bucket.remaining == 2)
        // a clock that goes back gives nothing
        let back = [take(50), take(50), take(50)]
        #expect(back == [true, true, false])
    }

    @Test func clientsHaveBucketsOfTheirOwn() {
        let now = Mutex(0.0)
        let limiter = RateLimiter([.login: .init(1.0 / 6, burst: 2)], clock: { now.withLock { $0 } })
        #expect(limiter.take(.login, who: "a")?.isAllowed == true)
        #expect(limiter.take(.login, who: "a")?.isAllowed == true)
        let refused = limiter.take(.login, who: "a")
        #expect(refused?.isAllowed == false)
        #expect(limiter.take(.login, who: "b")?.isAllowed == true)
        #expect(limiter.take(.read, who: "a") == nil)
        var headers = HTTPFields()
        refused?.add(to: &headers)
        #expect(headers[.retryAfter] == "6")
        #expect(headers[SecurityHeaders.field("RateLimit-Remaining")] == "0")
        now.withLock { $0 = 6.1 }
        #expect(limiter.take(.login, who: "a")?.isAllowed == true)
    }

    @Test func workBeyondTheQueueIsRefusedAtOnce() async throws {
        let pool = WorkPool("test", threads: 2, waiting: 3)
        defer { pool.close() }
        let gate = DispatchSemaphore(value: 0)
        let answers = await withTaskGroup(of: String.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        return try await pool.run {
                            gate.wait()
                            return "done"
                        }
                    } catch { return (error as? Problem)?.kind.slug ?? "?" }
                }
            }
            var all: [String] = []
            for await answer in group {
                all.append(answer)
                // the refusals come first; then the accepted work is let go
                if all.count >= 15 { for _ in 0..<20 { gate.signal() } }
            }
            return all
        }
        #expect(answers.filter { $0 == "busy" }.count == 15)
        #expect(answers.filter { $0 == "done" }.count == 5)
        #expect(try await pool.run { 7 } == 7)
    }

    @Test func workThrowsWhatItThrows() async {
        let pool = WorkPool("test", threads: 1, waiting: 1)
        defer { pool.close() }
        await #expect(throws: LikenessError.self) { try await pool.run { throw LikenessError(.badData, "x") } }
    }
}

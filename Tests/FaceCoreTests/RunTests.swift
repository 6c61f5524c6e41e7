import FaceCore
import Synchronization
import Testing

@Suite struct RunTests {
    @Test func everyIndexOnce() throws {
        for (n, threads, grain) in [(0, 2, 1), (1, 8, 4), (1000, 3, 7), (1000, 1, 1)] {
            let seen = (0..<n).map { _ in Counter() }
            try parallelFor(n, threads: threads, grain: grain, cancellation: nil) { (i) throws(LikenessError) in
                seen[i].add()
            }
            #expect(seen.allSatisfy { $0.value == 1 })
        }
    }

    @Test func theFirstFailureIsThrownAndTheRestLeft() {
        let ran = Counter()
        let error = #expect(throws: LikenessError.self) {
            try parallelFor(100_000, threads: 2, cancellation: nil) { (i) throws(LikenessError) in
                ran.add()
                if i >= 10 { throw LikenessError(.badData, subject: "\(i)", "bad") }
            }
        }
        #expect(["10", "11"].contains(error?.subject))
        #expect(ran.value < 1000)
    }

    @Test func cancellationEndsTheLoop() {
        let (ran, cancellation) = (Counter(), Cancellation())
        let error = #expect(throws: LikenessError.self) {
            try parallelFor(100_000, threads: 2, cancellation: cancellation) { (i) throws(LikenessError) in
                ran.add()
                if i == 50 { cancellation.cancel() }
            }
        }
        #expect(error?.code == .cancelled)
        #expect(ran.value < 1000)
    }

    @Test func progressIsTolledAtMostOnceAnInterval() {
        let reports = Mutex<[ProgressMeter.Report]>([])
        let clock = Clock()
        let meter = ProgressMeter("count", total: 1000, interval: .milliseconds(250), clock: { clock.read() }) { r in
            reports.withLock { $0.append(r) }
        }
        for _ in 0..<1000 {
            clock.pass(1_000_000)
            meter.advance()
        }
        meter.finish()
        meter.finish()
        meter.advance()
        let got = reports.withLock { $0 }
        #expect(got.map(\.done) == [250, 500, 750, 1000, 1000])
        #expect(got.map(\.isFinished) == [false, false, false, false, true])
        #expect(got[0].rate == 1000)
        #expect(got[0].remaining == 0.75)
        #expect(got[0].stage == "count")
    }
}

private final class Counter: Sendable {
    private let n = Atomic<Int>(0)
    func add() { n.wrappingAdd(1, ordering: .relaxed) }
    var value: Int { n.load(ordering: .relaxed) }
}

private final class Clock: Sendable {
    private let now = Atomic<Int64>(0)
    func pass(_ n: Int64) { now.wrappingAdd(n, ordering: .relaxed) }
    func read() -> Int64 { now.load(ordering: .relaxed) }
}

import FaceCore
import FaceLibrary
import FaceServer
import FaceTestSupport
import Foundation
import HTTPTypes
import Synchronization
import Testing

private final class Count: Sendable {
    private let n = Atomic(0)
    var value: Int { n.load(ordering: .relaxed) }
    func add() { n.add(1, ordering: .relaxed) }
}

/// Work that takes long stands in nobody's way, and ends when nobody wants it.
@Suite struct WorkTests {
    @Test func aPoolThatIsClosedHasEnded() async throws {
        let pool = WorkPool("test", threads: 2, waiting: 10)
        let done = Count()
        for _ in 0..<6 {
            Task {
                try? await pool.run {
                    Thread.sleep(forTimeInterval: 0.1)
                    done.add()
                }
            }
        }
        while pool.load < 6 { try await Task.sleep(for: .milliseconds(1)) }
        await Self.onThread { pool.close() }
        #expect(done.value == 6)
        await #expect(throws: FaceServer.Problem.self) { try await pool.run { 1 } }
        await Self.onThread { pool.close() }
    }

    private static func onThread(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                body()
                continuation.resume()
            }
        }
    }

    @Test func oneDryRunAtATimeAndTheLastWishOfAPersonCounts() async throws {
        let trials = GroupingTrials()
        let begun = Count()
        @Sendable func endless(_ cancellation: Cancellation) throws -> Int {
            begun.add()
            let end = Date().addingTimeInterval(120)
            while Date() < end {
                try cancellation.check()
                Thread.sleep(forTimeInterval: 0.01)
            }
            return 0
        }
        async let first = Self.code { _ = try await trials.run(who: "a", call: nil, endless) }
        while begun.value == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await Self.code { _ = try await trials.run(who: "b", call: nil) { _ in 1 } } == "busy")
        let second = try await trials.run(who: "a", call: nil) { _ in 2 }
        #expect(second == 2)
        #expect(await first == "cancelled")
        // the server ends
        async let last = Self.code { _ = try await trials.run(who: "c", call: nil, endless) }
        while begun.value == 1 { try await Task.sleep(for: .milliseconds(5)) }
        await Self.onThread { trials.close() }
        #expect(await last == "cancelled")
    }

    private static func code(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "done"
        } catch let problem as FaceServer.Problem {
            return problem.kind.slug
        } catch { return (error as? LikenessError)?.code.description ?? "?" }
    }

    @Test func aDryRunCanBeEnded() throws {
        let folder = try TestLibrary.copy()
        let library = try PhotoLibrary.open(folder.file("library"))
        let cancellation = Cancellation()
        cancellation.cancel()
        let error = #expect(throws: LikenessError.self) {
            try library.previewGrouping(GroupingParameters(), threads: 1, cancellation: cancellation)
        }
        #expect(error?.code == .cancelled)
    }

    @Test func theCacheHoldsItsLimitAndForgetsOnDemand() {
        let cache = ByteCache(limit: 1000)
        for k in 0..<50 {
            cache.keep([UInt8](repeating: UInt8(k), count: 100), for: "\(k)", madeIn: cache.generation)
            _ = cache["0"]
            #expect(cache.bytes <= 1000)
        }
        // what is used stays, what was not goes first
        #expect(cache["0"] != nil && cache["49"] != nil && cache["1"] == nil)
        cache.keep([UInt8](repeating: 1, count: 900), for: "large", madeIn: cache.generation)
        #expect(cache["large"] == nil)
        let before = cache.generation
        cache.removeAll()
        #expect(cache.bytes == 0 && cache["0"] == nil)
        // made before, finished after: it may show what was forgotten
        cache.keep([1], for: "late", madeIn: before)
        #expect(cache["late"] == nil)
    }

    @Test func picturesAreNotSentToThoseWhoHaveThem() async throws {
        try await TestSession.run { session in
            let photo = try await session.get("/v1/photos?q=anna.1&limit=1").items[0]
            let small = "/v1/photos/\(photo.id)/image?size=320"
            let first = try await session.get(small)
            let tag = try #require(first.headers[.eTag])
            #expect(first.status == 200)
            let large = try await session.get("/v1/photos/\(photo.id)/image?size=1440")
            #expect(large.headers[.eTag] != tag)
            #expect(try await session.get(small).bytes == first.bytes)
            #expect(try await session.get(small, [.ifNoneMatch: tag]).status == 304)
            let face = try await session.faces(of: try await session.people(1)[0])[0]
            let crop = try await session.get("/v1/faces/\(face)/crop")
            #expect(crop.status == 200)
            #expect(
                try await session.get("/v1/faces/\(face)/crop", [.ifNoneMatch: crop.headers[.eTag] ?? ""]).status == 304
            )
        }
    }
}

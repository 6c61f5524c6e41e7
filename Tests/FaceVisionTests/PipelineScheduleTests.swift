import FaceCore
import FaceVision
import Foundation
import Synchronization
import Testing

@Suite("Pipeline schedule")
struct PipelineScheduleTests {
    /// Runs the schedule with real threads on photos with 0…5 faces; returns the delivered order and the extremes.
    private func run(
        photos: Int, workers: Int, window: Int, detectBatch: Int, embedBatch: Int, seed: UInt64,
        failAt: Int? = nil
    ) throws -> (order: [Int], underWay: Int, largestDetect: Int) {
        let schedule = PipelineSchedule(
            count: photos, window: window, detectBatch: detectBatch, embedBatch: embedBatch, workers: workers)
        let delivered = Atomic<Int>(0)
        let extremes = Mutex((underWay: 0, detect: 0))
        let group = DispatchGroup()
        for w in 0..<workers {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                var random = SeededRandom(seed: seed &+ UInt64(w))
                while let work = schedule.next() {
                    if random.next() % 4 == 0 { usleep(UInt32(random.next() % 300)) }
                    switch work {
                    case .decode(let index):
                        if index == failAt { schedule.fail(LikenessError(.defect, "planted")) }
                        let item = PipelineItem(PhotoResult(index: index, path: "\(index)"))
                        item.raster = index % 7 == 3 ? nil : Raster(width: 1, height: 1)
                        extremes.withLock {
                            $0.underWay = max($0.underWay, index + 1 - delivered.load(ordering: .relaxed))
                        }
                        schedule.decoded(item)
                    case .detect(let items):
                        extremes.withLock { $0.detect = max($0.detect, items.count) }
                        for item in items {
                            let face = Detection(
                                box: Box(x: 0, y: 0, width: 1, height: 1), landmarks: nil, score: 1)
                            item.detections = Array(repeating: face, count: item.result.index % 6)
                        }
                        schedule.detected(items)
                    case .embed(let items):
                        schedule.embedded(items)
                    }
                }
            }
        }
        var order: [Int] = []
        defer {
            schedule.fail(LikenessError(.cancelled, "end"))
            group.wait()
        }
        while let item = try schedule.deliver() {
            order.append(item.result.index)
            delivered.store(order.count, ordering: .relaxed)
        }
        return extremes.withLock { (order, $0.underWay, $0.detect) }
    }

    @Test("delivers every photo once, in order, whatever the workers and batches", arguments: [1, 2, 7])
    func order(workers: Int) throws {
        for (window, detect, embed) in [(1, 1, 1), (4, 8, 3), (24, 4, 32), (100, 16, 1000)] {
            let r = try run(
                photos: 200, workers: workers, window: window, detectBatch: detect, embedBatch: embed, seed: 5)
            #expect(r.order == Array(0..<200), "window \(window), detect \(detect), embed \(embed)")
            #expect(r.largestDetect <= detect)
            // The delivered count is read a little late, so it may be one window behind.
            #expect(r.underWay <= 2 * (max(window, detect + 1) + workers))
        }
    }

    @Test("an empty list ends at once")
    func empty() throws {
        #expect(try run(photos: 0, workers: 2, window: 4, detectBatch: 2, embedBatch: 2, seed: 1).order.isEmpty)
    }

    @Test("a failing worker ends the run with its error and leaves no thread waiting")
    func failure() {
        #expect(throws: LikenessError(.defect, "planted")) {
            _ = try run(photos: 50, workers: 3, window: 8, detectBatch: 2, embedBatch: 4, seed: 2, failAt: 20)
        }
    }

    @Test("a slow consumer holds decoding back")
    func backPressure() throws {
        let schedule = PipelineSchedule(count: 100, window: 6, detectBatch: 2, embedBatch: 4, workers: 1)
        var decoded = 0
        // Finish all that is offered without delivering: decoding stops at the window.
        for _ in 0..<6 {
            guard case .decode(let index)? = schedule.next() else { break }
            decoded += 1
            schedule.decoded(PipelineItem(PhotoResult(index: index, path: "")))
        }
        #expect(decoded == 6)
        #expect(try schedule.deliver()?.result.index == 0)
        guard case .decode(6)? = schedule.next() else {
            Issue.record("delivery opens a place")
            return
        }
    }
}

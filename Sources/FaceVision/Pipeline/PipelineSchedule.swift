package import FaceCore
import Foundation

/// Decides what an idle worker does next: the rule that keeps batches full, memory bounded and results in order.
///
/// Every photo moves decode → detect → embed → delivery. At most `window` photos are between the start of decoding and
/// delivery, so a slow consumer holds everything back. Workers prefer full batches downstream, then decoding, then
/// partial batches; so there are never more busy threads than workers.
package final class PipelineSchedule: @unchecked Sendable {
    // @unchecked: all state is guarded by `condition`.
    package enum Work {
        case decode(Int)
        case detect([PipelineItem])
        case embed([PipelineItem])
    }

    private let condition = NSCondition()
    private let count: Int
    private let window: Int
    private let detectBatch: Int
    private let embedBatch: Int
    private let workers: Int
    /// Photos that detection has not been given yet.
    private var undetected: Int
    private var nextToDecode = 0
    private var nextToDeliver = 0
    private var decoding = 0
    private var detecting = 0
    private var decoded: [PipelineItem] = []
    private var detected: [PipelineItem] = []
    private var finished: [Int: PipelineItem] = [:]
    private var failure: LikenessError?

    package init(count: Int, window: Int, detectBatch: Int, embedBatch: Int, workers: Int) {
        self.count = count
        undetected = count
        self.workers = workers
        self.window = max(window, detectBatch + 1)
        self.detectBatch = detectBatch
        self.embedBatch = embedBatch
    }

    /// What to do next; blocks while there is nothing, nil when everything is done or the run was stopped.
    package func next() -> Work? {
        condition.lock()
        defer { condition.unlock() }
        while failure == nil {
            if let work = choose() { return work }
            if nextToDecode == count, decoding == 0, detecting == 0, decoded.isEmpty, detected.isEmpty { return nil }
            condition.wait()
        }
        return nil
    }

    private func choose() -> Work? {
        if detected.reduce(0, { $0 + $1.faceCount }) >= embedBatch { return takeDetected() }
        if decoded.count >= nextDetectBatch { return takeDecoded() }
        if nextToDecode < count, nextToDecode - nextToDeliver < window {
            nextToDecode += 1
            decoding += 1
            return .decode(nextToDecode - 1)
        }
        if !decoded.isEmpty { return takeDecoded() }
        if !detected.isEmpty { return takeDetected() }
        return nil
    }

    /// Batches shrink towards the end, so that no worker is left with a full one while the others have nothing to do.
    private var nextDetectBatch: Int { max(1, min(detectBatch, undetected / (2 * workers))) }

    private func takeDecoded() -> Work {
        let batch = Array(decoded.prefix(nextDetectBatch))
        decoded.removeFirst(batch.count)
        undetected -= batch.count
        detecting += 1
        return .detect(batch)
    }

    private func takeDetected() -> Work {
        var faces = 0
        var n = 0
        while n < detected.count, n == 0 || faces + detected[n].faceCount <= embedBatch {
            faces += detected[n].faceCount
            n += 1
        }
        let batch = Array(detected.prefix(n))
        detected.removeFirst(n)
        return .embed(batch)
    }

    /// A decoded photo goes on to detection; one with an error or without pixels is finished.
    package func decoded(_ item: PipelineItem) {
        update {
            decoding -= 1
            if item.raster == nil {
                finished[item.result.index] = item
                undetected -= 1
            } else {
                decoded.append(item)
            }
        }
    }

    /// Photos with faces go on to embedding; the others are finished.
    package func detected(_ items: [PipelineItem]) {
        update {
            detecting -= 1
            for item in items {
                if item.faceCount == 0 { finished[item.result.index] = item } else { detected.append(item) }
            }
        }
    }

    package func embedded(_ items: [PipelineItem]) {
        update { for item in items { finished[item.result.index] = item } }
    }

    /// Ends the run: workers stop at their next question, the consumer gets the error.
    package func fail(_ error: LikenessError) {
        update { failure = failure ?? error }
    }

    /// The next photo in order; blocks until it is finished, nil after the last one.
    package func deliver() throws(LikenessError) -> PipelineItem? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let failure { throw failure }
            if nextToDeliver == count { return nil }
            if let item = finished.removeValue(forKey: nextToDeliver) {
                nextToDeliver += 1
                condition.broadcast()
                return item
            }
            condition.wait()
        }
    }

    private func update(_ change: () -> Void) {
        condition.lock()
        change()
        condition.broadcast()
        condition.unlock()
    }
}

/// A photo on its way; used by one thread at a time.
package final class PipelineItem: @unchecked Sendable {
    // @unchecked: the schedule hands an item to one worker at a time.
    package var result: PhotoResult
    package var raster: Raster?
    /// Full-size pixels for one pixel of `raster`.
    package var scale: Float = 1
    package var detections: [Detection] = []

    package init(_ result: PhotoResult) { self.result = result }

    package var faceCount: Int { detections.count }
}

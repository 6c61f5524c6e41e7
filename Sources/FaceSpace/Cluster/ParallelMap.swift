internal import FaceCore

/// An array whose element i is `value(i)`, computed by several threads.
func parallelMap<T>(_ count: Int, threads: Int, grain: Int = 256, _ value: @Sendable (Int) -> T) -> [T] {
    [T](unsafeUninitializedCapacity: count) { buffer, initialised in
        nonisolated(unsafe) let buffer = buffer
        parallelFor(count, threads: threads, grain: grain) { buffer.initializeElement(at: $0, to: value($0)) }
        initialised = count
    }
}

/// The median, the mean of the two in the middle where there are two; 0 of nothing.
func median(_ values: [Float]) -> Float {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

public import FaceCore

extension SyntheticIdentities {
    /// The files that ``write(to:threads:force:progress:cancellation:)`` makes for `V.npy`.
    public struct Files: Sendable, Hashable, Codable {
        public var vectors: String
        /// The side-car with the space.
        public var card: String
        public var labels: String
        public var truth: String
        public var times: String
        public var kinds: String

        public init(_ path: String) {
            let stem = path.hasSuffix(".npy") ? String(path.dropLast(4)) : path
            vectors = path
            card = VectorFile.cardPath(path)
            labels = stem + ".labels.npy"
            truth = stem + ".truth.npy"
            times = stem + ".times.npy"
            kinds = stem + ".kinds.npy"
        }

        public var all: [String] { [vectors, card, labels, truth, times, kinds] }
    }

    /// Streams the vectors to `path` and writes beside them labels, truth (without label noise), times and kinds
    /// (``SyntheticSet/Kind`` as int32). Memory: 20 bytes a row. Throws as ``FaceCore/AtomicFile``, or `cancelled`.
    @discardableResult
    public func write(
        to path: String, threads: Int = availableThreads(), force: Bool = false, progress: ProgressMeter? = nil,
        cancellation: Cancellation? = nil
    ) throws(LikenessError) -> Files {
        let files = Files(path)
        let width = recipe.dimension * MemoryLayout<Float>.stride
        let details = try VectorFile.write(rows: rows, space: space, to: path, force: force) {
            (room) throws(LikenessError) in
            try paintAll(threads: threads, progress: progress, cancellation: cancellation) {
                (place, row) throws(LikenessError) in
                try room.fill(row: place, UnsafeRawBufferPointer(start: row.values, count: width))
            }
        }
        try NPY.write(labels: details.labels, to: files.labels, force: force)
        try NPY.write(labels: details.truth, to: files.truth, force: force)
        try NPY.write(reals: details.times, to: files.times, force: force)
        try NPY.write(labels: details.kinds.map(\.rawValue), to: files.kinds, force: force)
        return files
    }
}

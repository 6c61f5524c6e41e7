#if Training
    public import FaceCore
    public import FaceSpace

    /// Small graphs side by side, filled up to the largest with places that have no links and no weight in a loss.
    public struct GraphBatch {
        /// Graphs, and places of each.
        public let count: Int
        public let places: Int
        /// count×places×numbers: rows in a frame (gcn-d), with a mark at the seed (gcn-s), vectors less the pivot's (gcn-e).
        let x: Tensor
        /// count×places×places, rows of sum 1 or 0.
        let adjacency: Tensor
        /// What a network should tell: count×scores (gcn-d), or one class a place with its weight in the loss.
        let worths: Tensor
        let classes: [Int]
        let known: [Bool]

        /// `pivots` names the place of the seed or pivot of each sample; gcn-d has none. `rotation`: d×d.
        public init(
            _ samples: [GraphSample], of sets: [GraphSet], kind: GraphNetworkKind, frame: GraphFrame = .space,
            pivots: [Int] = [], rotation: Tensor? = nil, threads: Int = 1
        ) throws(LikenessError) {
            precondition(!samples.isEmpty, "a batch holds at least one sample")
            let (b, m) = (samples.count, samples.map(\.members.count).max() ?? 0)
            let d = frame.numbers(dimension: sets[samples[0].set].vectors.columns)
            let pages = Pages(count: b, places: m, numbers: d)
            let algebra = try DenseAlgebra.load()
            try parallelFor(b, threads: threads, cancellation: nil) { (t) throws(LikenessError) in
                let (members, set) = (samples[t].members, sets[samples[t].set])
                let x = try frame.rows(
                    of: members, vectors: set.vectors, graph: set.graph,
                    seed: kind == .segmentation ? pivots[t] : nil, algebra)
                let adjacency = MeanAdjacency(of: members, in: set.graph)
                pages.fill(t, x, adjacency, centre: kind == .connectivity ? pivots[t] : nil)
            }
            (count, places) = (b, m)
            var x = try Tensor(pages.x, [b * m, d])
            if let rotation { x = try x.product(rotation) }
            if kind == .segmentation {
                var marks = [Float](repeating: 0, count: b * m)
                for (t, pivot) in pivots.enumerated() { marks[t * m + pivot] = 1 }
                x = try Tensor.concatenated([x, Tensor(marks, [b * m, 1])], along: 1)
            }
            self.x = try x.reshaped([b, m, kind == .segmentation ? d + 1 : d])
            adjacency = try Tensor(pages.adjacency, [b, m, m])
            worths = try Tensor(samples.flatMap(\.worths), [b, samples[0].worths.count])
            var classes = [Int](repeating: 0, count: b * m)
            var known = [Bool](repeating: false, count: b * m)
            if !pivots.isEmpty {
                for (t, sample) in samples.enumerated() {
                    let truth = sets[sample.set].truth
                    for (place, label) in sample.labels(pivots[t], truth).enumerated() {
                        classes[t * m + place] = label
                        // gcn-e is never asked about the pivot itself
                        let isAsked = kind == .segmentation || place != pivots[t]
                        known[t * m + place] = isAsked && truth[sample.members[place]] >= 0
                    }
                }
            }
            (self.classes, self.known) = (classes, known)
        }
    }

    /// Buffers that several threads fill, a graph each.
    private final class Pages: @unchecked Sendable {
        private let values: UnsafeMutableBufferPointer<Float>
        private let links: UnsafeMutableBufferPointer<Float>
        private let places: Int
        private let numbers: Int

        init(count: Int, places: Int, numbers: Int) {
            values = .allocate(capacity: count * places * numbers)
            values.initialize(repeating: 0)
            links = .allocate(capacity: count * places * places)
            links.initialize(repeating: 0)
            (self.places, self.numbers) = (places, numbers)
        }

        deinit {
            values.deallocate()
            links.deallocate()
        }

        var x: [Float] { Array(values) }
        var adjacency: [Float] { Array(links) }

        /// One graph: its rows, less that of `centre`, and their links.
        func fill(_ page: Int, _ x: Matrix, _ adjacency: MeanAdjacency, centre: Int?) {
            let origin = centre.map { x.row($0) } ?? [Float](repeating: 0, count: numbers)
            let dense = adjacency.dense
            for place in 0..<x.rows {
                let start = (page * places + place) * numbers
                x.withRow(place) { v in
                    for c in 0..<numbers { values[start + c] = v[c] - origin[c] }
                }
                let first = (page * places + place) * places
                for other in 0..<x.rows { links[first + other] = dense[place * x.rows + other] }
            }
        }
    }
#endif

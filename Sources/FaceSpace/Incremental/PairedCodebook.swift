import FaceCore

/// Names a cell for each direction by two code words, one nearest its even values and one nearest its odd ones: w² cells for
/// the price of w comparisons of whole rows (an inverted multi-index, Babenko and Lempitsky, CVPR 2012).
struct PairedCodebook: Sendable {
    let dimension: Int
    /// Code words of the even values, then of the odd ones, each of unit length.
    let halves: [Half]

    struct Half: Sendable {
        /// Values of a word.
        let width: Int
        /// words×width.
        private(set) var words: [Float]

        var count: Int { words.count / max(1, width) }

        init(width: Int, words: [Float]) { (self.width, self.words) = (width, words) }

        /// The product of part of a row with each word.
        func scores(_ x: UnsafePointer<Float>, into out: inout [Float]) {
            words.withUnsafeBufferPointer { words in
                guard let base = words.baseAddress else { return }
                for w in out.indices { out[w] = RowKernels.dot(x, base + w * width, width) }
            }
        }

        /// The word nearest part of a row, the lower of equals.
        func nearest(_ x: UnsafePointer<Float>) -> Int {
            var best = (word: 0, score: -Float.infinity)
            words.withUnsafeBufferPointer { words in
                guard let base = words.baseAddress else { return }
                for w in 0..<count {
                    let s = RowKernels.dot(x, base + w * width, width)
                    if s > best.score { best = (w, s) }
                }
            }
            return best.word
        }
    }

    /// A word is a mean of at least so many rows that it learnt from: no word stands for one face.
    static let fewestRowsOfWord = 8
    private static let rowsOfWord = 64
    private static let rounds = 5

    /// Words for a number of rows: 256 up to a million, then as many as hold sixteen rows a cell.
    static func words(for rows: Int) -> Int {
        min(rows / 32, max(256, Int(Double(rows / 16).squareRoot())))
    }

    var cells: Int { halves[0].count * halves[1].count }
    /// Whole rows that naming a cell costs, in comparisons.
    var cost: Int { (halves[0].count + halves[1].count) / 2 }

    init(dimension: Int, halves: [Half]) { (self.dimension, self.halves) = (dimension, halves) }

    /// Learns the words from some rows by spherical k-means of each half.
    init(_ rows: RowBlocks.View, _ known: [Int32], dimension: Int, seed: UInt64, threads: Int) {
        var random = SeededRandom(seed: seed)
        let wanted = Self.words(for: known.count)
        let sample =
            known.count <= Self.rowsOfWord * wanted
            ? known : Array(known.shuffled(using: &random)[..<(Self.rowsOfWord * wanted)]).sorted()
        let starts = sample.indices.shuffled(using: &random)[..<wanted].sorted()
        let widths = Self.widths(dimension)
        self.dimension = dimension
        halves = (0..<2).map { h in
            let parts = sample.map { row in Self.parts(rows.address(row), dimension)[h] }
            return Self.learn(parts, starts, width: widths[h], threads)
        }
    }

    private static func widths(_ dimension: Int) -> [Int] { [(dimension + 1) / 2, dimension / 2] }

    /// The even and the odd values of a row.
    private static func parts(_ x: UnsafePointer<Float>, _ dimension: Int) -> [[Float]] {
        (0..<2).map { h in stride(from: h, to: dimension, by: 2).map { x[$0] } }
    }

    private static func learn(_ parts: [[Float]], _ starts: [Int], width: Int, _ threads: Int) -> Half {
        var half = Half(width: width, words: starts.flatMap { normalised(parts[$0]) })
        for round in 1...rounds {
            let now = half
            let nearest = parallelMap(parts.count, threads: threads, grain: 64) { k in
                parts[k].withUnsafeBufferPointer { x in x.baseAddress.map { now.nearest($0) } ?? 0 }
            }
            var sums = [Float](repeating: 0, count: half.words.count)
            var sizes = [Int](repeating: 0, count: half.count)
            for (part, word) in zip(parts, nearest) {
                sizes[word] += 1
                for (t, v) in part.enumerated() { sums[word * width + t] += v }
            }
            let least = round == rounds ? fewestRowsOfWord : 1
            var kept = sizes.indices.filter { sizes[$0] >= least }
            if kept.isEmpty { kept = sizes.indices.max { sizes[$0] < sizes[$1] }.map { [$0] } ?? [] }
            half = Half(width: width, words: kept.flatMap { normalised(Array(sums[$0 * width..<($0 + 1) * width])) })
        }
        return half
    }

    private static func normalised(_ x: [Float]) -> [Float] {
        var x = x
        x.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { RowKernels.normalise(base, $0.count) } }
        return x
    }

    // MARK: Cells

    /// The cell of a row.
    func cell(of x: UnsafePointer<Float>) -> Int32 {
        let parts = Self.parts(x, dimension)
        let words = (0..<2).map { h in
            parts[h].withUnsafeBufferPointer { p in p.baseAddress.map { halves[h].nearest($0) } ?? 0 }
        }
        return Int32(words[0] * halves[1].count + words[1])
    }

    /// The words of either half near a row.
    func order(near x: UnsafePointer<Float>) -> CellOrder {
        let parts = Self.parts(x, dimension)
        let ranked = (0..<2).map { h in
            var scores = [Float](repeating: 0, count: halves[h].count)
            parts[h].withUnsafeBufferPointer { p in
                if let base = p.baseAddress { halves[h].scores(base, into: &scores) }
            }
            return RankedWords(scores)
        }
        return CellOrder(even: ranked[0], odd: ranked[1], columns: Int32(halves[1].count))
    }
}

/// The cells near a row, by the nearest words of either half.
struct CellOrder: Sendable {
    let even: RankedWords
    let odd: RankedWords
    /// Words of the odd half.
    let columns: Int32

    /// The nearest cell.
    var cell: Int32 { even.words[0] * columns + odd.words[0] }

    /// Hands on the cells from the nearest on, by the sum of the two products (ties: the nearer even word), until `visit`
    /// says false.
    func visit(_ visit: (Int32) -> Bool) {
        var frontier = CellFrontier(even, odd)
        while let (a, b) = frontier.next() { if !visit(a * columns + b) { return } }
    }
}

/// The nearest words of a half, the most similar first, of equals the lower.
struct RankedWords: Sendable {
    let words: [Int32]
    let scores: [Float]

    /// Cells of words beyond are not searched.
    private static let most = 64

    init(_ scores: [Float]) {
        // whole numbers that fall as the scores rise, with the word below: sorted much faster than pairs
        var keys = scores.enumerated().map { word, score in
            let bits = score.bitPattern
            return UInt64(bits >> 31 == 0 ? ~(bits | 1 << 31) : bits) << 32 | UInt64(word)
        }
        keys.sort()
        words = keys.prefix(Self.most).map { Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF) }
        self.scores = words.map { scores[Int($0)] }
    }
}

/// Walks the pairs of two ranked lists by falling sum: a pair waits until those before it in either list are out.
struct CellFrontier {
    private let first: RankedWords
    private let second: RankedWords
    /// Of each place in the first list, how many of the second are out; falling, so that one place a column waits.
    private var taken: [Int] = [0]

    init(_ first: RankedWords, _ second: RankedWords) { (self.first, self.second) = (first, second) }

    /// The next pair of words; nil when all are out.
    mutating func next() -> (Int32, Int32)? {
        var best: (row: Int, sum: Float)?
        for row in taken.indices where taken[row] < second.words.count {
            // the pair above it comes first
            if row > 0, taken[row] >= taken[row - 1] { continue }
            let sum = first.scores[row] + second.scores[taken[row]]
            if best.map({ sum > $0.sum }) ?? true { best = (row, sum) }
        }
        guard let best else { return nil }
        defer {
            taken[best.row] += 1
            if best.row == taken.count - 1, taken.count < first.words.count { taken.append(0) }
        }
        return (first.words[best.row], second.words[taken[best.row]])
    }
}

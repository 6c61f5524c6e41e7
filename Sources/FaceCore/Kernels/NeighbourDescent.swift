import CKernels
import Synchronization

/// Completes lists of near rows by the lists of their members: a neighbour of a neighbour is likely a neighbour
/// (NN-descent: Dong, Charikar, Li 2011).
///
/// In every round each row asks some rows that it lists and some that list it, and meets what their lists hold; a pair of
/// which both sides were there a round before has met already. Lists change between rounds only, so that the result is the
/// same for every number of threads.
package struct NeighbourDescent: Sendable {
    package var floor: Float = -.infinity
    /// Rows that list it, and rows that it lists, which a row asks in a round.
    package var sample = 8
    package var rounds = 8
    package var threads: Int = availableThreads()
    package var cancellation: Cancellation?

    package init() {}

    /// It ends when a round changes fewer than this share of all places (the authors' δ).
    private static let enough = 0.001

    /// Lists of k rows, as a join gives them, with nearer ones where they were found. Throws `cancelled`.
    package func refine(
        _ matrix: Matrix, _ lists: NeighbourJoin.Result, k: Int
    ) throws(LikenessError) -> NeighbourJoin.Result {
        let n = matrix.rows
        guard k > 0, n > 1 else { return lists }
        var result = lists
        var isNew = [Bool](repeating: true, count: n * k)
        for round in 0..<rounds {
            let changes = Atomic<Int>(0)
            let before = Snapshot(result, isNew: isNew, k: k, sample: sample, round: round)
            var after = Changes(lists: result, isNew: [Bool](repeating: false, count: n * k))
            try after.edit { (out) throws(LikenessError) in
                nonisolated(unsafe) let out = out
                let chunk = 1024
                try parallelFor((n + chunk - 1) / chunk, threads: threads, cancellation: cancellation) {
                    (c) throws(LikenessError) in
                    var met = Met(rows: n)
                    for row in c * chunk..<min(n, (c + 1) * chunk) {
                        let changed = improve(row, matrix, before, &met, out)
                        if changed > 0 { changes.wrappingAdd(changed, ordering: .relaxed) }
                    }
                }
            }
            (result.indices, result.similarities, isNew) = (after.lists.indices, after.lists.similarities, after.isNew)
            if Double(changes.load(ordering: .relaxed)) < NeighbourDescent.enough * Double(n * k) { break }
        }
        return result
    }

    /// Asks on behalf of one row; returns how many places of its list changed.
    private func improve(
        _ row: Int, _ matrix: Matrix, _ before: Snapshot, _ met: inout Met, _ out: Changes.Pointers
    ) -> Int {
        let k = before.k
        let (indices, similarities, isNew) = (out.indices + row * k, out.similarities + row * k, out.isNew + row * k)
        met.begin(row)
        for t in 0..<k where indices[t] >= 0 { _ = met.insert(Int(indices[t])) }
        var changed = 0
        func offer(_ other: Int) {
            guard met.insert(other) else { return }
            let similarity = matrix.dot(row, matrix, other)
            guard similarity >= floor else { return }
            func precedes(_ t: Int) -> Bool {
                indices[t] < 0 || similarity > similarities[t]
                    || (similarity == similarities[t] && other < Int(indices[t]))
            }
            guard precedes(k - 1) else { return }
            var t = k - 1
            while t > 0, precedes(t - 1) {
                (indices[t], similarities[t], isNew[t]) = (indices[t - 1], similarities[t - 1], isNew[t - 1])
                t -= 1
            }
            (indices[t], similarities[t], isNew[t]) = (Int32(other), similarity, true)
            changed += 1
        }
        before.asked(by: row) { asked, wasNew in
            if wasNew { offer(asked) }
            for at in asked * k..<(asked + 1) * k where before.lists.indices[at] >= 0 {
                if wasNew || before.isNew[at] { offer(Int(before.lists.indices[at])) }
            }
        }
        return changed
    }
}

/// The lists of one round as they stood before it, and whom each row asks.
private struct Snapshot: Sendable {
    let lists: NeighbourJoin.Result
    let isNew: [Bool]
    let k: Int
    private let sample: Int
    private let round: Int
    /// Up to `sample` rows that list a row: place in the lists, −1 where there are fewer.
    private var reverse: [Int]

    init(_ lists: NeighbourJoin.Result, isNew: [Bool], k: Int, sample: Int, round: Int) {
        (self.lists, self.isNew, self.k, self.sample, self.round) = (lists, isNew, k, sample, round)
        let n = lists.indices.count / k
        reverse = [Int](repeating: -1, count: n * sample)
        var count = [Int32](repeating: 0, count: n)
        // places are taken in an order that differs from round to round, so that others are asked
        for t in 0..<k {
            let place = (t + round * sample) % k
            for row in 0..<n {
                let other = Int(lists.indices[row * k + place])
                guard other >= 0, count[other] < sample else { continue }
                reverse[other * sample + Int(count[other])] = row * k + place
                count[other] += 1
            }
        }
    }

    /// Rows of the list, spread over it, and rows that list this one.
    func asked(by row: Int, _ ask: (Int, Bool) -> Void) {
        let length = (0..<k).first { lists.indices[row * k + $0] < 0 } ?? k
        let asked = min(sample, length)
        for s in 0..<asked {
            let at = row * k + (s * length / asked + round) % length
            ask(Int(lists.indices[at]), isNew[at])
        }
        for at in reverse[row * sample..<(row + 1) * sample] where at >= 0 { ask(at / k, isNew[at]) }
    }
}

/// The lists of one round as they become.
private struct Changes {
    struct Pointers {
        let indices: UnsafeMutablePointer<Int32>
        let similarities: UnsafeMutablePointer<Float>
        let isNew: UnsafeMutablePointer<Bool>
    }

    var lists: NeighbourJoin.Result
    var isNew: [Bool]

    mutating func edit(_ body: (Pointers) throws(LikenessError) -> Void) throws(LikenessError) {
        try lists.indices.withUnsafeMutableBufferPointer { (i) throws(LikenessError) in
            try lists.similarities.withUnsafeMutableBufferPointer { (s) throws(LikenessError) in
                try isNew.withUnsafeMutableBufferPointer { (f) throws(LikenessError) in
                    guard let i = i.baseAddress, let s = s.baseAddress, let f = f.baseAddress else { return }
                    try body(Pointers(indices: i, similarities: s, isNew: f))
                }
            }
        }
    }
}

/// The rows that one row has met.
private struct Met {
    private var stamps: [Int32]
    private var stamp: Int32 = 0

    init(rows: Int) { stamps = [Int32](repeating: -1, count: rows) }

    mutating func begin(_ row: Int) {
        stamp = Int32(row)
        stamps[row] = stamp
    }

    /// False where it had met it.
    mutating func insert(_ other: Int) -> Bool {
        guard stamps[other] != stamp else { return false }
        stamps[other] = stamp
        return true
    }
}

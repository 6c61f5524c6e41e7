/// Whether the cores around a hole still hang together: searches from all of them in turns, so that the cost is that of the
/// smaller parts.
struct SplitSearch {
    private var queues: [[Int]]
    private var heads: [Int]
    private var owner: [Int: Int] = [:]
    private var sets: [Int]
    private let cores: Int
    private(set) var visited = 0

    /// `cores`: how many the group has in all.
    init(seeds: [Int], cores: Int) {
        queues = seeds.map { [$0] }
        heads = [Int](repeating: 0, count: seeds.count)
        sets = Array(seeds.indices)
        for (k, seed) in seeds.enumerated() { owner[seed] = k }
        self.cores = cores
    }

    /// The parts that are not the largest one, each with its rows rising; none while all hang together.
    mutating func run(_ neighbours: (Int) -> some Sequence<Int>) -> [[Int]] {
        var open = Array(queues.indices)
        var closed: [Int] = []
        while open.count > 1 || needsMore(open, closed) {
            for search in open where sets[search] == search { step(search, neighbours) }
            closed += open.filter { sets[$0] == $0 && heads[$0] == queues[$0].count }
            open = open.filter { sets[$0] == $0 && heads[$0] < queues[$0].count }
        }
        // a part that was never finished is larger than all others
        if open.isEmpty, let largest = closed.max(by: { order(queues[$0], queues[$1]) }) {
            closed.removeAll { $0 == largest }
        }
        return closed.map { queues[$0].sorted() }
    }

    /// The last open search may stop unless a finished part may be larger than what it stands for.
    private func needsMore(_ open: [Int], _ closed: [Int]) -> Bool {
        guard !open.isEmpty, let largest = closed.map({ queues[$0].count }).max() else { return false }
        return cores - closed.reduce(0) { $0 + queues[$1].count } <= largest
    }

    /// The largest part keeps the group's id; of equal ones that with the lowest row.
    private func order(_ a: [Int], _ b: [Int]) -> Bool {
        a.count != b.count ? a.count < b.count : (a.min() ?? 0) > (b.min() ?? 0)
    }

    private mutating func step(_ search: Int, _ neighbours: (Int) -> some Sequence<Int>) {
        guard heads[search] < queues[search].count else { return }
        let row = queues[search][heads[search]]
        heads[search] += 1
        visited += 1
        for other in neighbours(row) {
            visited += 1
            guard let known = owner[other] else {
                owner[other] = search
                queues[search].append(other)
                continue
            }
            let met = root(known)
            if met != search { join(met, into: search) }
        }
    }

    private mutating func root(_ search: Int) -> Int {
        var k = search
        while sets[k] != k { k = sets[k] }
        return k
    }

    /// Rows that were visited come first in a queue: both heads stay right.
    private mutating func join(_ other: Int, into search: Int) {
        sets[other] = search
        let (a, b) = (queues[search], queues[other])
        let (ha, hb) = (heads[search], heads[other])
        queues[search] = Array(a[..<ha]) + Array(b[..<hb]) + Array(a[ha...]) + Array(b[hb...])
        heads[search] = ha + hb
        queues[other] = []
    }
}

/// Unions waiting for their turn: strongest evidence first, equal ones by group. A binary heap.
struct MergeQueue {
    struct Entry {
        var evidence: Float
        var group: Int32
        /// Which of the group's choices this was; an older one no longer counts.
        var stamp: Int32

        fileprivate func precedes(_ other: Entry) -> Bool {
            evidence > other.evidence || (evidence == other.evidence && group < other.group)
        }
    }

    private var heap: [Entry] = []

    mutating func push(_ entry: Entry) {
        var i = heap.count
        heap.append(entry)
        while i > 0 {
            let up = (i - 1) / 2
            guard heap[i].precedes(heap[up]) else { return }
            heap.swapAt(i, up)
            i = up
        }
    }

    mutating func pop() -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return first }
        heap[0] = last
        var i = 0
        while true {
            var next = i
            for child in [2 * i + 1, 2 * i + 2] where child < heap.count && heap[child].precedes(heap[next]) {
                next = child
            }
            if next == i { return first }
            heap.swapAt(i, next)
            i = next
        }
    }
}

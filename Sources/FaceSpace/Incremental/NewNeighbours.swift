import FaceCore

/// What rows that came together have found, completed by what those among them found that are alike: they have no lists yet.
///
/// Each round reads what the round before it left, so that the result does not depend on the order or the threads.
struct NewNeighbours {
    typealias Neighbour = GrowingVectors.Neighbour

    /// Of each new row, by rising row.
    private(set) var lists: [[Neighbour]]
    private let first: Int

    private static let rounds = 3

    /// `first` is the number of the first new row.
    init(_ found: [[Neighbour]], first: Int) {
        lists = found
        self.first = first
        _ = add([[Neighbour]](repeating: [], count: found.count))
    }

    /// Goes on through the lists of new rows that were found. Returns what it compared.
    mutating func follow(_ search: CellSearch, threads: Int) -> SearchWork {
        var work = SearchWork()
        var grew = [Bool](repeating: true, count: lists.count)
        for _ in 0..<Self.rounds {
            let (lists, first, before) = (lists, first, grew)
            let more = parallelMap(lists.count, threads: threads, grain: 16) { k in
                Self.step(k, lists, first, before, search)
            }
            for m in more { work += m.work }
            grew = add(more.map(\.rows))
            if !grew.contains(true) { break }
        }
        return work
    }

    /// What a row finds in the lists of new rows like it.
    private static func step(
        _ k: Int, _ lists: [[Neighbour]], _ first: Int, _ grew: [Bool], _ search: CellSearch
    ) -> CellSearch.Finds {
        var out = CellSearch.Finds()
        var near = NearestFirst()
        for n in lists[k] where Int(n.row) >= first && (grew[k] || grew[Int(n.row) - first]) { near.push(n) }
        guard var next = near.pop() else { return out }
        var seen = RowNumbers(Int32(first + k))
        for n in lists[k] { _ = seen.insert(n.row) }
        let x = search.view.address(Int32(first + k))
        for _ in 0..<CellSearch.mostLists {
            for n in lists[Int(next.row) - first] where n.closeness >= search.closeness {
                search.compare(x, n.row, &seen, &out)
            }
            guard let other = near.pop() else { break }
            next = other
        }
        return out
    }

    /// Adds what was found, to both of two new rows. Says whose lists are longer now.
    private mutating func add(_ more: [[Neighbour]]) -> [Bool] {
        var fresh = more
        for k in lists.indices {
            // the first time all that was found must be known to both
            for n in lists[k] + more[k] where Int(n.row) >= first {
                let other = Int(n.row) - first
                if !Self.contains(lists[other], Int32(first + k)) {
                    fresh[other].append(Neighbour(row: Int32(first + k), closeness: n.closeness))
                }
            }
        }
        return lists.indices.map { k in
            guard !fresh[k].isEmpty else { return false }
            var all = lists[k] + fresh[k]
            all.sort { $0.row < $1.row }
            var merged: [Neighbour] = []
            merged.reserveCapacity(all.count)
            for n in all where merged.last?.row != n.row { merged.append(n) }
            lists[k] = merged
            return true
        }
    }

    /// Whether a rising list has a row.
    private static func contains(_ list: [Neighbour], _ row: Int32) -> Bool {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle].row < row { low = middle + 1 } else { high = middle }
        }
        return low < list.count && list[low].row == row
    }
}

/// In which cells each row looks for neighbours: its home, the nearest, and those nearly as near.
package struct CellVisits: Sendable {
    /// Most cells of a row.
    package let width: Int
    /// width a row, home first, then `UInt32.max`.
    private let cells: [UInt32]

    package init(_ nearest: CellTree.Nearest, within difference: Float) {
        width = nearest.width
        var kept = nearest.cells
        for at in kept.indices {
            let best = nearest.similarities[at / nearest.width * nearest.width]
            if best - nearest.similarities[at] > difference { kept[at] = .max }
        }
        cells = kept
    }

    /// Of tests: any cells, home first.
    package init(cells: [UInt32], width: Int) { (self.cells, self.width) = (cells, width) }

    package var rows: Int { cells.count / width }

    func copy(_ row: Int, to out: UnsafeMutablePointer<UInt32>) {
        for t in 0..<width { out[t] = cells[row * width + t] }
    }

    /// The rows of each of `count` cells whose home it is, rising, and those that visit it.
    package func rows(of count: Int) -> (members: [[UInt32]], visitors: [[UInt32]]) {
        var members = [[UInt32]](repeating: [], count: count)
        var visitors = members
        for (at, cell) in cells.enumerated() where cell != .max {
            if at % width == 0 {
                members[Int(cell)].append(UInt32(at / width))
            } else {
                visitors[Int(cell)].append(UInt32(at / width))
            }
        }
        return (members, visitors)
    }
}

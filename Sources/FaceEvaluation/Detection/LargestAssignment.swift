/// Weights of the pairs of a one-to-one assignment with the largest total weight.
///
/// `weights[i][j] ≥ 0` of row i and column j, all rows of one length. Shortest augmenting paths with potentials
/// (Kuhn 1955, Munkres 1957; in the form of Jonker & Volgenant 1987), O(rows² · columns) after laying the shorter side down.
func largestAssignment(_ weights: [[Double]]) -> [Double] {
    guard let width = weights.first?.count, width > 0 else { return [] }
    if weights.count > width {
        return largestAssignment((0..<width).map { j in weights.map { $0[j] } })
    }
    // Column 0 stands for "not assigned yet"; rows and columns count from 1.
    var rowPotential = [Double](repeating: 0, count: weights.count + 1)
    var columnPotential = [Double](repeating: 0, count: width + 1)
    var rowOf = [Int](repeating: 0, count: width + 1)
    for row in 1...weights.count {
        rowOf[0] = row
        var column = 0
        var slack = [Double](repeating: .infinity, count: width + 1)
        var previous = [Int](repeating: 0, count: width + 1)
        var done = [Bool](repeating: false, count: width + 1)
        repeat {
            done[column] = true
            let r = rowOf[column]
            var (step, next) = (Double.infinity, 0)
            for j in 1...width where !done[j] {
                let reduced = -weights[r - 1][j - 1] - rowPotential[r] - columnPotential[j]
                if reduced < slack[j] { (slack[j], previous[j]) = (reduced, column) }
                if slack[j] < step { (step, next) = (slack[j], j) }
            }
            for j in 0...width {
                if done[j] {
                    rowPotential[rowOf[j]] += step
                    columnPotential[j] -= step
                } else {
                    slack[j] -= step
                }
            }
            column = next
        } while rowOf[column] != 0
        while column != 0 {
            rowOf[column] = rowOf[previous[column]]
            column = previous[column]
        }
    }
    return (1...width).filter { rowOf[$0] != 0 }.map { weights[rowOf[$0] - 1][$0 - 1] }
}

/// What is left of a single-linkage tree when splits that shed fewer than `minSize` rows only make a branch smaller.
///
/// Campello, Moulavi, Sander 2013; a branch lives from λ = 1 / distance of its birth to those at which its rows leave.
struct CondensedTree {
    /// A row, or a branch, that leaves a branch.
    private struct Leaving {
        let parent: Int
        let child: Int
        let lambda: Double
        let size: Int
    }

    private let rows: Int
    /// Rows that leave, by row; branches that leave, by branch (the root is branch 0 and never leaves).
    private var points: [Leaving?]
    private var branches: [Leaving?] = [nil]

    init(_ tree: Dendrogram, minSize: Int) {
        rows = tree.rows
        points = [Leaving?](repeating: nil, count: tree.rows)
        guard let top = tree.merges.indices.last else { return }
        var stack = [(node: rows + top, branch: 0)]
        while let (node, branch) = stack.popLast() {
            let merge = tree.merges[node - rows]
            // equal rows are 0 apart; a huge λ instead of ∞ keeps sums of λ comparable
            let lambda = 1 / max(merge.height, 1e-9)
            let sides = [merge.a, merge.b].map { (node: $0, size: $0 < rows ? 1 : tree.merges[$0 - rows].size) }
            let isSplit = sides.allSatisfy { $0.size >= minSize }
            for side in sides {
                if isSplit {
                    branches.append(
                        Leaving(parent: branch, child: branches.count, lambda: lambda, size: side.size))
                    stack.append((side.node, branches.count - 1))
                } else if side.size >= minSize {
                    stack.append((side.node, branch))
                } else {
                    shed(side.node, from: branch, lambda, tree)
                }
            }
        }
    }

    /// All rows below a node leave at once.
    private mutating func shed(_ node: Int, from branch: Int, _ lambda: Double, _ tree: Dendrogram) {
        var stack = [node]
        while let node = stack.popLast() {
            if node < rows {
                points[node] = Leaving(parent: branch, child: node, lambda: lambda, size: 1)
            } else {
                stack.append(tree.merges[node - rows].a)
                stack.append(tree.merges[node - rows].b)
            }
        }
    }

    /// The branches of the largest stability, no two of them on one line of descent.
    func groups(allowsSingle: Bool) -> (labels: [Int], membership: [Double]) {
        let chosen = chosenBranches(allowsSingle: allowsSingle)
        // the chosen branch at or above each branch
        var group = [Int](repeating: -1, count: branches.count)
        for branch in branches.indices {
            if chosen[branch] {
                group[branch] = branch
            } else if let leaving = branches[branch] {
                group[branch] = group[leaving.parent]
            }
        }
        var longest = [Double](repeating: 0, count: branches.count)
        for leaving in points + branches {
            if let leaving { longest[leaving.parent] = max(longest[leaving.parent], leaving.lambda) }
        }
        // of a single group only what stays as long as any branch of the root does belongs to it
        let single = chosen[0] ? branches.dropFirst().compactMap { $0?.parent == 0 ? $0?.lambda : nil }.max() : nil
        var membership = [Double](repeating: 0, count: rows)
        let labels = (0..<rows).map { row in
            guard let leaving = points[row], group[leaving.parent] >= 0 else { return -1 }
            let branch = group[leaving.parent]
            if branch == 0, let single, leaving.parent == 0, leaving.lambda < single { return -1 }
            let most = longest[branch]
            membership[row] = most > 0 ? min(leaving.lambda, most) / most : 1
            return branch
        }
        return (Grouping.numbered(labels), membership)
    }

    private func chosenBranches(allowsSingle: Bool) -> [Bool] {
        var stability = [Double](repeating: 0, count: branches.count)
        for leaving in points + branches {
            guard let leaving else { continue }
            let birth = branches[leaving.parent]?.lambda ?? 0
            stability[leaving.parent] += (leaving.lambda - birth) * Double(leaving.size)
        }
        var ofChildren = [Double](repeating: 0, count: branches.count)
        var isBest = [Bool](repeating: true, count: branches.count)
        for branch in branches.indices.reversed() {
            if branch == 0, !allowsSingle {
                isBest[0] = false
            } else if ofChildren[branch] > stability[branch] {
                isBest[branch] = false
                stability[branch] = ofChildren[branch]
            }
            if let leaving = branches[branch] { ofChildren[leaving.parent] += stability[branch] }
        }
        // the topmost of each line
        var isBelow = [Bool](repeating: false, count: branches.count)
        var chosen = isBest
        for branch in branches.indices {
            if let leaving = branches[branch] {
                isBelow[branch] = isBelow[leaving.parent] || chosen[leaving.parent]
            }
            chosen[branch] = isBest[branch] && !isBelow[branch]
        }
        return chosen
    }
}

import FaceCore

/// The way to the nearest of some cells: their centres in groups of at most 64, and a row looks into the groups whose own
/// centres are nearest. Of n cells it meets about n/45 + 45 a group.
struct CellDirectory: Sendable {
    let dimension: Int
    /// cells×d; of unused ones whatever was there.
    private(set) var centres: [Float] = []
    /// The parent of each cell, −1 for unused numbers.
    private(set) var parentOf: [Int32] = []
    private var parents: [Parent] = []
    private(set) var count = 0

    /// Parents into whose cells a row looks for its home.
    static let parentsOfRow = 4
    private static let mostChildren = 64

    private struct Parent: Sendable {
        /// Rising.
        var children: [Int32] = []
        var centre: [Float]
    }

    struct Ranked: Sendable {
        var cell: Int32
        var similarity: Float
    }

    init(dimension: Int) { self.dimension = dimension }

    var isEmpty: Bool { count == 0 }

    /// The lowest number that no cell has.
    var fresh: Int { count == parentOf.count ? count : parentOf.firstIndex(of: -1) ?? parentOf.count }

    /// All cells, rising.
    var members: [Int32] { parentOf.indices.filter { parentOf[$0] >= 0 }.map(Int32.init) }

    /// Centres that a row meets that looks into so many parents, about.
    func cost(parents looked: Int) -> Int {
        let used = parents.count { !$0.children.isEmpty }
        return used + count * min(looked, used) / max(1, used)
    }

    /// The cells of the nearest parents, the nearest cell first; of equally near ones the lower.
    func ranked(_ x: UnsafeBufferPointer<Float>, parents looked: Int) -> [Ranked] {
        guard let x = x.baseAddress else { return [] }
        var near: [Ranked] = []
        for (p, parent) in parents.enumerated() where !parent.children.isEmpty {
            near.append(
                Ranked(cell: Int32(p), similarity: parent.centre.withUnsafeBufferPointer { product(x, $0, 0) }))
        }
        if near.count > looked {
            near.sort(by: CellDirectory.isNearer)
            near.removeLast(near.count - looked)
        }
        var out: [Ranked] = []
        centres.withUnsafeBufferPointer { centres in
            for p in near {
                for cell in parents[Int(p.cell)].children {
                    out.append(Ranked(cell: cell, similarity: product(x, centres, Int(cell))))
                }
            }
        }
        out.sort(by: CellDirectory.isNearer)
        return out
    }

    private static func isNearer(_ a: Ranked, _ b: Ranked) -> Bool {
        a.similarity != b.similarity ? a.similarity > b.similarity : a.cell < b.cell
    }

    private func product(_ x: UnsafePointer<Float>, _ rows: UnsafeBufferPointer<Float>, _ row: Int) -> Float {
        guard let base = rows.baseAddress else { return 0 }
        return RowKernels.dot(x, base + row * dimension, dimension)
    }

    // MARK: Changes

    /// Adds a cell with a number that is ``fresh``, under the parent of `sibling`.
    mutating func add(_ cell: Int, centre: [Float], beside sibling: Int? = nil) {
        if cell == parentOf.count {
            parentOf.append(-1)
            centres += centre
        } else {
            set(cell, centre)
        }
        if parents.isEmpty { parents.append(Parent(centre: centre)) }
        let parent = sibling.map { Int(parentOf[$0]) } ?? 0
        parentOf[cell] = Int32(parent)
        count += 1
        let at = parents[parent].children.firstIndex { $0 > Int32(cell) } ?? parents[parent].children.count
        parents[parent].children.insert(Int32(cell), at: at)
        if parents[parent].children.count > CellDirectory.mostChildren { part(parent) } else { recentre(parent) }
    }

    mutating func move(_ cell: Int, to centre: [Float]) {
        set(cell, centre)
        recentre(Int(parentOf[cell]))
    }

    mutating func remove(_ cell: Int) {
        let parent = Int(parentOf[cell])
        parents[parent].children.removeAll { $0 == Int32(cell) }
        parentOf[cell] = -1
        count -= 1
        recentre(parent)
    }

    private mutating func set(_ cell: Int, _ centre: [Float]) {
        centres.replaceSubrange(cell * dimension..<(cell + 1) * dimension, with: centre)
    }

    private func row(_ cell: Int32) -> [Float] {
        Array(centres[Int(cell) * dimension..<(Int(cell) + 1) * dimension])
    }

    private mutating func recentre(_ parent: Int) {
        guard !parents[parent].children.isEmpty else { return }
        parents[parent].centre = TwoMeans.mean(Matrix(parents[parent].children.map(row)), nil)
    }

    private mutating func part(_ parent: Int) {
        let children = parents[parent].children
        let halves = TwoMeans(Matrix(children.map(row)), Array(children.indices))
        let fresh = parents.firstIndex { $0.children.isEmpty } ?? parents.count
        if fresh == parents.count { parents.append(Parent(centre: halves.centres.1)) }
        for (target, places) in [(parent, halves.places.0), (fresh, halves.places.1)] {
            parents[target].children = places.map { children[$0] }.sorted()
            for cell in parents[target].children { parentOf[Int(cell)] = Int32(target) }
            recentre(target)
        }
    }
}

extension CellDirectory {
    /// As saved; nil for parts that contradict each other.
    init?(dimension: Int, centres: [Float], parentOf: [Int32]) {
        self.init(dimension: dimension)
        guard parentOf.allSatisfy({ $0 >= -1 && $0 < parentOf.count }), centres.allSatisfy(\.isFinite) else {
            return nil
        }
        (self.centres, self.parentOf) = (centres, parentOf)
        let most = parentOf.max() ?? -1
        parents = [Parent](
            repeating: Parent(centre: [Float](repeating: 0, count: dimension)), count: Int(most) + 1)
        for (cell, parent) in parentOf.enumerated() where parent >= 0 {
            parents[Int(parent)].children.append(Int32(cell))
            count += 1
        }
        for parent in parents.indices { recentre(parent) }
    }
}

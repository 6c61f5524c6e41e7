import CKernels

/// Very many directions that part the sphere into cells, and a quick way to the nearest of them.
///
/// Every direction is also listed under its nearest three of some parents, and a row looks under its nearest eight: of n
/// directions it meets about 14·√n. A row that finds none so near as rows usually do was led astray, and is compared with
/// all: from which similarity on a find can be trusted is read off a sample. Directions are spherical K-means (as
/// ``CoarseCells``), whose rounds use the tree as well. Similarities here are those of the codes.
package struct CellTree: Sendable {
    /// cells×d, unit rows.
    package let centres: Matrix
    /// Of rows that found nothing as similar as this all cells are looked at.
    package private(set) var trusted: Float = -.infinity
    private let parents: PackedRows
    private let children: [PackedRows]
    private let all: PackedRows

    private static let parentsOfCell = 3
    private static let parentsOfRow = 8
    /// Rows handled together: as many come to a parent as fill tiles.
    private static let chunk = 9600
    /// Rows of the sample on which `trusted` rests, and the share of them that may be led astray: with one in 500 the
    /// recall of graphs was that of an exact assignment (200,000 rows of the ms1m preset).
    private static let probe = 4000
    private static let astray = 0.002

    /// The few nearest cells of rows: `width` a row, best first; what is missing is `UInt32.max` and −∞.
    package struct Nearest: Sendable {
        package let width: Int
        package fileprivate(set) var cells: [UInt32]
        package fileprivate(set) var similarities: [Float]

        init(rows: Int, width: Int) {
            self.width = width
            cells = [UInt32](repeating: .max, count: rows * width)
            similarities = [Float](repeating: -.infinity, count: rows * width)
        }
    }

    /// Finds `count` directions of unit rows in `rounds` rounds on `sample` rows a cell; `codes` keeps those of all rows.
    /// Throws `non-finite` or `cancelled`.
    package init(
        of codes: PackedRows, count: Int, sample: Int = 20, rounds: Int = 3, seed: UInt64, threads: Int,
        cancellation: Cancellation? = nil
    ) throws(LikenessError) {
        var random = SeededRandom(seed: seed)
        let picked = (0..<min(codes.count, sample * count)).map { _ in
            UInt32(Int.random(in: 0..<codes.count, using: &random))
        }.sorted()
        var means = codes.matrix.rows(at: (0..<count).map { Int(picked[$0 * picked.count / count]) })
        let probe = (0..<min(CellTree.probe, codes.count)).map { _ in
            UInt32(Int.random(in: 0..<codes.count, using: &random))
        }
        for _ in 0..<rounds {
            let tree = try CellTree(means, codes, probe, seed, threads, cancellation)
            let cells = try tree.nearest(codes, picked, width: 1, threads: threads, cancellation: cancellation).cells
            means = CoarseCells.average(codes.matrix, picked, cells.map(Int.init), means, threads)
        }
        try self.init(means, codes, probe, seed, threads, cancellation)
    }

    private init(
        _ centres: Matrix, _ codes: PackedRows, _ probe: [UInt32], _ seed: UInt64, _ threads: Int,
        _ cancellation: Cancellation?
    ) throws(LikenessError) {
        self.centres = centres
        let level = codes.level
        let count = max(1, Int(2 * Double(centres.rows).squareRoot()))
        all = try PackedRows(centres, kind: .int8, left: false, keepsCodes: true, level: level, threads: threads)
        let coarse = try CoarseCells(
            of: centres, count: min(count, centres.rows), seed: seed, level: level, threads: threads,
            cancellation: cancellation)
        parents = try PackedRows(coarse.centres, kind: .int8, left: false, level: level, threads: threads)
        let width = min(CellTree.parentsOfCell, coarse.centres.rows)
        let nearest = try coarse.nearest(centres, count: width)
        var members = [[UInt32]](repeating: [], count: coarse.centres.rows)
        for (at, parent) in nearest.enumerated() { members[Int(parent)].append(UInt32(at / width)) }
        children = members.map { [all] in PackedRows(gathering: $0, of: all, left: false) }
        try calibrate(codes, probe, threads, cancellation)
    }

    /// Sets from which similarity on a find is trusted.
    private mutating func calibrate(
        _ codes: PackedRows, _ probe: [UInt32], _ threads: Int, _ cancellation: Cancellation?
    ) throws(LikenessError) {
        let quick = try nearest(codes, probe, width: 1, threads: threads, cancellation: cancellation).similarities
        trusted = .infinity
        let best = try nearest(codes, probe, width: 1, threads: threads, cancellation: cancellation).similarities
        // a cell that is nearly as near does as well
        let isAstray = zip(quick, best).map { $1 - $0 > 0.02 }
        var allowed = Int(CellTree.astray * Double(probe.count))
        for at in quick.indices.sorted(by: { quick[$0] > quick[$1] }) {
            allowed -= isAstray[at] ? 1 : 0
            if allowed < 0 { return }
            trusted = quick[at]
        }
        trusted = -.infinity
    }

    /// The nearest cells of the named rows of `codes`.
    package func nearest(
        _ codes: PackedRows, _ rows: [UInt32], width: Int, threads: Int, cancellation: Cancellation? = nil
    ) throws(LikenessError) -> Nearest {
        var found = Nearest(rows: rows.count, width: width)
        let chunk = CellTree.chunk
        try found.cells.withUnsafeMutableBufferPointer { (c) throws(LikenessError) in
            try found.similarities.withUnsafeMutableBufferPointer { (s) throws(LikenessError) in
                guard let cells = c.baseAddress, let similarities = s.baseAddress else { return }
                nonisolated(unsafe) let out = ck_nearest(numbers: cells, similarities: similarities, width: width)
                try parallelFor((rows.count + chunk - 1) / chunk, threads: threads, cancellation: cancellation) {
                    (t) throws(LikenessError) in
                    let part = Array(rows[t * chunk..<min(rows.count, (t + 1) * chunk)])
                    let own = ck_nearest(
                        numbers: out.numbers + t * chunk * width, similarities: out.similarities + t * chunk * width,
                        width: width)
                    assign(codes, part, own)
                }
            }
        }
        return found
    }

    private func assign(_ codes: PackedRows, _ rows: [UInt32], _ out: ck_nearest) {
        let left = PackedRows(gathering: rows, of: codes, right: false)
        if trusted == .infinity { return CellTree.offer(left, all, nil, to: out) }
        let width = min(CellTree.parentsOfRow, parents.count)
        var above = Nearest(rows: rows.count, width: width)
        above.cells.withUnsafeMutableBufferPointer { c in
            above.similarities.withUnsafeMutableBufferPointer { s in
                CellTree.offer(
                    left, parents, nil,
                    to: ck_nearest(numbers: c.baseAddress!, similarities: s.baseAddress!, width: width))
            }
        }
        var visitors = [[UInt32]](repeating: [], count: parents.count)
        for (at, parent) in above.cells.enumerated() { visitors[Int(parent)].append(UInt32(at / width)) }
        for (child, places) in zip(children, visitors) where !places.isEmpty && child.count > 0 {
            let own = PackedRows(gathering: places.map { rows[Int($0)] }, of: codes, right: false)
            CellTree.offer(own, child, places, to: out)
        }
        let lost = rows.indices.filter { out.similarities[$0 * out.width] < trusted }.map(UInt32.init)
        guard !lost.isEmpty else { return }
        let own = PackedRows(gathering: lost.map { rows[Int($0)] }, of: codes, right: false)
        CellTree.offer(own, all, lost, to: out)
    }

    /// Offers all columns of `right` to all rows of `left`, in tiles that stay in the second-level cache.
    private static func offer(_ left: PackedRows, _ right: PackedRows, _ slots: [UInt32]?, to out: ck_nearest) {
        let (high, wide) = (96, PackedRows.largestBlock)
        var (a, b, nearest) = (left.operand, right.operand, out)
        let places = slots ?? (0..<UInt32(left.count)).map { $0 }
        places.withUnsafeBufferPointer { places in
            guard let slots = places.baseAddress else { return }
            for j in stride(from: 0, to: right.count, by: wide) {
                for i in stride(from: 0, to: left.count, by: high) {
                    let (m, n) = (min(high, left.count - i), min(wide, right.count - j))
                    ck_offer(&nearest, slots + i, &a, i, m, &b, j, n)
                }
            }
        }
    }
}

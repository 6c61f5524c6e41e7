internal import Glibc

/// Runs a cascade over all windows of one scaled picture.
struct ViolaJonesScanner: Sendable {
    /// Corners of a rectangle as offsets from the window's first sum: the sum of its pixels is a − b − c + d.
    private struct Corners {
        var a: Int32
        var b: Int32
        var c: Int32
        var d: Int32
        var weight: Float
    }

    private let cascade: HaarCascade
    private let integral: ViolaJonesIntegral
    private let corners: [Corners]
    /// Where the rectangles of each feature begin in `corners`, and where the last ends.
    private let firstCorner: [Int32]
    /// The window without its border of one pixel, by which contrast is normalised.
    private let inner: (a: Int, b: Int, c: Int, d: Int, area: Double)

    init(_ cascade: HaarCascade, _ integral: ViolaJonesIntegral) {
        self.cascade = cascade
        self.integral = integral
        let row = integral.stride
        var corners: [Corners] = []
        var first: [Int32] = [0]
        for feature in cascade.features {
            for r in feature {
                let at = { (x: Int, y: Int) in Int32(y * row + x) }
                corners.append(
                    Corners(
                        a: at(r.x, r.y), b: at(r.x + r.width, r.y), c: at(r.x, r.y + r.height),
                        d: at(r.x + r.width, r.y + r.height), weight: r.weight))
            }
            first.append(Int32(corners.count))
        }
        self.corners = corners
        firstCorner = first
        let (w, h) = (cascade.width - 2, cascade.height - 2)
        inner = (row + 1, row + 1 + w, (1 + h) * row + 1, (1 + h) * row + 1 + w, Double(w * h))
    }

    /// Columns of the windows of a row that pass all stages; every `step`-th window is looked at, and one more is left
    /// out after a window that fails at once.
    func row(_ y: Int, width: Int, step: Int) -> [Int] {
        var found: [Int] = []
        integral.sums.withUnsafeBufferPointer { sums in
            integral.squares.withUnsafeBufferPointer { squares in
                let start = y * integral.stride
                var x = 0
                while x <= width - cascade.width {
                    let passed = stages(sums.baseAddress! + start + x, squares.baseAddress! + start + x)
                    if passed == cascade.stages.count { found.append(x) }
                    x += passed == 0 ? 2 * step : step
                }
            }
        }
        return found
    }

    /// Stages that a window passes; −1 for one with too little contrast to look at.
    private func stages(_ sums: UnsafePointer<UInt32>, _ squares: UnsafePointer<UInt32>) -> Int {
        let s = Double(sum(sums, inner))
        let q = Double(sum(squares, inner))
        let deviation = (inner.area * q - s * s).squareRoot()
        // Below a standard deviation of ten grey levels a window is flat.
        guard deviation > 10 * inner.area else { return -1 }
        let factor = Float(1 / deviation)
        for (k, stage) in cascade.stages.enumerated() where total(stage, sums, factor) < stage.threshold { return k }
        return cascade.stages.count
    }

    private func sum(_ p: UnsafePointer<UInt32>, _ r: (a: Int, b: Int, c: Int, d: Int, area: Double)) -> UInt32 {
        p[r.a] &- p[r.b] &- p[r.c] &+ p[r.d]
    }

    private func total(_ stage: HaarCascade.Stage, _ sums: UnsafePointer<UInt32>, _ factor: Float) -> Float {
        cascade.nodes.withUnsafeBufferPointer { nodes in
            cascade.trees.withUnsafeBufferPointer { trees in
                var total: Float = 0
                for t in Int(stage.trees.lowerBound)..<Int(stage.trees.upperBound) {
                    var side: Int32 = 0
                    repeat {
                        let node = nodes[Int(trees[t].firstNode + side)]
                        side = feature(Int(node.feature), sums) * factor < node.threshold ? node.left : node.right
                    } while side > 0
                    total += cascade.leaves[Int(trees[t].firstLeaf - side)]
                }
                return total
            }
        }
    }

    private func feature(_ k: Int, _ sums: UnsafePointer<UInt32>) -> Float {
        corners.withUnsafeBufferPointer { corners in
            var value: Float = 0
            for i in Int(firstCorner[k])..<Int(firstCorner[k + 1]) {
                let r = corners[i]
                let sum = sums[Int(r.a)] &- sums[Int(r.b)] &- sums[Int(r.c)] &+ sums[Int(r.d)]
                value += r.weight * Float(Int32(bitPattern: sum))
            }
            return value
        }
    }
}

internal import FaceCore

/// Joins the windows that fired on one face: the mean of each group and its number of windows.
enum ViolaJonesGrouping {
    /// A mean window and the number of windows behind it.
    struct Group: Hashable, Sendable {
        var box: Box
        var windows: Int
    }

    /// How far edges may differ, in parts of the mean side.
    static let tolerance: Float = 0.2

    /// Groups of alike windows (transitively) of at least `least`, without those inside a stronger group.
    static func groups(_ windows: [Box], least: Int) -> [Group] {
        let all = means(windows, labels: labels(windows)).filter { $0.windows >= least }
        return all.enumerated().filter { k, group in
            !all.enumerated().contains { other, larger in
                other != k && holds(larger.box, group.box)
                    && (larger.windows > max(3, group.windows) || group.windows < 3)
            }
        }.map(\.element)
    }

    /// The smallest index of each window's group: connected components of likeness, by a sweep over left edges.
    private static func labels(_ windows: [Box]) -> [Int] {
        var parent = Array(windows.indices)
        func root(_ k: Int) -> Int {
            var k = k
            while parent[k] != k {
                parent[k] = parent[parent[k]]
                k = parent[k]
            }
            return k
        }
        let order = windows.indices.sorted { (windows[$0].x, $0) < (windows[$1].x, $1) }
        for (place, i) in order.enumerated() {
            // Alike windows differ by a fifth of the smaller one at most.
            let reach = windows[i].x + tolerance * max(windows[i].width, windows[i].height)
            for j in order[(place + 1)...] {
                if windows[j].x > reach { break }
                if areAlike(windows[i], windows[j]) {
                    let (a, b) = (root(i), root(j))
                    parent[max(a, b)] = min(a, b)
                }
            }
        }
        return windows.indices.map { root($0) }
    }

    private static func areAlike(_ a: Box, _ b: Box) -> Bool {
        let limit = tolerance * (min(a.width, b.width) + min(a.height, b.height)) / 2
        return abs(a.x - b.x) <= limit && abs(a.y - b.y) <= limit && abs(a.right - b.right) <= limit
            && abs(a.bottom - b.bottom) <= limit
    }

    private static func means(_ windows: [Box], labels: [Int]) -> [Group] {
        var sums: [Int: (x: Float, y: Float, width: Float, height: Float, count: Int)] = [:]
        for (box, label) in zip(windows, labels) {
            var s = sums[label] ?? (0, 0, 0, 0, 0)
            s = (s.x + box.x, s.y + box.y, s.width + box.width, s.height + box.height, s.count + 1)
            sums[label] = s
        }
        return sums.sorted { $0.key < $1.key }.map { _, s in
            let n = Float(s.count)
            return Group(
                box: Box(x: s.x / n, y: s.y / n, width: s.width / n, height: s.height / n), windows: s.count)
        }
    }

    /// Whether `inner` lies in `outer`, give or take a fifth of the outer one's sides.
    private static func holds(_ outer: Box, _ inner: Box) -> Bool {
        let (dx, dy) = (outer.width * tolerance, outer.height * tolerance)
        return inner.x >= outer.x - dx && inner.y >= outer.y - dy && inner.right <= outer.right + dx
            && inner.bottom <= outer.bottom + dy
    }
}

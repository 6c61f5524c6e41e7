import FaceCore

/// Unit rows parted in two by spherical 2-means; the smaller part has at least a quarter of them.
struct TwoMeans {
    /// Places in the matrix, each part in the order that was given.
    private(set) var places: ([Int], [Int]) = ([], [])
    /// The means at unit length.
    private(set) var centres: ([Float], [Float]) = ([], [])
    /// Products that were taken.
    private(set) var compared = 0

    private static let rounds = 6

    /// Parts the named rows, two or more.
    init(_ rows: Matrix, _ order: [Int]) {
        // the two ends: the row farthest from the mean, and the one farthest from that
        let first = Self.farthest(from: Self.mean(rows, order), rows, order)
        let second = Self.farthest(from: rows.row(first), rows, order)
        centres = (rows.row(first), rows.row(second))
        compared = 2 * order.count
        for _ in 0..<Self.rounds {
            let before = places
            assign(rows, order)
            if places.0 == before.0, places.1 == before.1 { break }
            centres = (Self.mean(rows, places.0), Self.mean(rows, places.1))
        }
    }

    private mutating func assign(_ rows: Matrix, _ order: [Int]) {
        compared += 2 * order.count
        let margins = order.map { place in
            rows.withRow(place) { x in Self.product(x, centres.0) - Self.product(x, centres.1) }
        }
        let ranked = order.indices.sorted { (margins[$1], $0) < (margins[$0], $1) }
        let nearer = margins.count { $0 >= 0 }
        let least = max(1, order.count / 4)
        let cut = min(max(nearer, least), order.count - least)
        places.0 = ranked[..<cut].sorted().map { order[$0] }
        places.1 = ranked[cut...].sorted().map { order[$0] }
    }

    private static func farthest(from centre: [Float], _ rows: Matrix, _ order: [Int]) -> Int {
        var best = (place: order[0], similarity: Float.infinity)
        for place in order {
            let s = rows.withRow(place) { product($0, centre) }
            if s < best.similarity { best = (place, s) }
        }
        return best.place
    }

    private static func product(_ x: UnsafeBufferPointer<Float>, _ y: [Float]) -> Float {
        guard let x = x.baseAddress else { return 0 }
        return y.withUnsafeBufferPointer { y in y.baseAddress.map { RowKernels.dot(x, $0, y.count) } ?? 0 }
    }

    /// The mean of the named rows (nil: of all) at unit length.
    static func mean(_ rows: Matrix, _ order: [Int]?) -> [Float] {
        var sum = [Float](repeating: 0, count: rows.columns)
        for place in order ?? Array(0..<rows.rows) {
            rows.withRow(place) { x in for k in x.indices { sum[k] += x[k] } }
        }
        sum.withUnsafeMutableBufferPointer { s in
            if let base = s.baseAddress { RowKernels.normalise(base, s.count) }
        }
        return sum
    }
}

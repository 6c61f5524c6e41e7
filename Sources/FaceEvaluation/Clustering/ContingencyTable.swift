public import FaceCore

/// How many items each (identity, cluster) pair shares: all that agreement metrics need, in memory linear in the items.
public struct ContingencyTable: Sendable {
    public struct Cell: Sendable, Hashable {
        public let identity: Int
        public let cluster: Int
        public let count: Int
    }

    /// The cells that are not empty, by identity and then cluster.
    public let cells: [Cell]
    /// Items of each identity and of each cluster, numbered by rising label.
    public let identitySizes: [Int]
    public let clusterSizes: [Int]
    /// The labels behind the numbers.
    public let identityLabels: [Int]
    public let clusterLabels: [Int]
    public let items: Int

    /// Any labels, negative ones included. Throws `length-mismatch` and `empty`. O(n log n).
    public init(truth: [Int], predicted: [Int]) throws(LikenessError) {
        guard truth.count == predicted.count else {
            throw LikenessError(
                .lengthMismatch, "\(truth.count) true labels come with \(predicted.count) predicted ones")
        }
        guard !truth.isEmpty else { throw LikenessError(.emptyInput, "there is no labelled item to measure") }
        items = truth.count
        let (t, identities) = Self.numbered(truth)
        let (p, clusters) = Self.numbered(predicted)
        let width = clusters.count
        // n ≤ 2³¹ labels of either kind keep the key inside 63 bits
        var keys = zip(t, p).map { $0 * width + $1 }
        keys.sort()
        var cells: [Cell] = []
        var (rows, columns) = ([Int](repeating: 0, count: identities.count), [Int](repeating: 0, count: width))
        var start = 0
        while start < keys.count {
            var end = start + 1
            while end < keys.count, keys[end] == keys[start] { end += 1 }
            let cell = Cell(identity: keys[start] / width, cluster: keys[start] % width, count: end - start)
            rows[cell.identity] += cell.count
            columns[cell.cluster] += cell.count
            cells.append(cell)
            start = end
        }
        self.cells = cells
        (identitySizes, clusterSizes) = (rows, columns)
        (identityLabels, clusterLabels) = (identities, clusters)
    }

    /// Labels renumbered 0… by rising label, and the distinct labels.
    private static func numbered(_ labels: [Int]) -> ([Int], [Int]) {
        let order = labels.indices.sorted { labels[$0] < labels[$1] }
        var numbers = [Int](repeating: 0, count: labels.count)
        var distinct: [Int] = []
        for i in order {
            if distinct.last != labels[i] { distinct.append(labels[i]) }
            numbers[i] = distinct.count - 1
        }
        return (numbers, distinct)
    }
}

public import FaceCore

/// A group of faces as far as questions need to know it.
public struct GroupSummary: Sendable {
    /// Faces in the group.
    public var size: Int
    /// The mean of the faces' unit vectors, not scaled: the product of two means is the mean similarity of all pairs.
    public var mean: [Float]
    /// Up to eight faces that stand for all, m×d unit rows.
    public var exemplars: Matrix
    /// Years of age in the photos, where a birth date is known.
    public var ages: ClosedRange<Double>?
    /// Years in which the photos were taken (2019.5 is the middle of 2019), where that is known.
    public var taken: ClosedRange<Double>?

    public static let exemplarCount = 8

    public init(
        size: Int, mean: [Float], exemplars: Matrix, ages: ClosedRange<Double>? = nil,
        taken: ClosedRange<Double>? = nil
    ) {
        precondition(size > 0 && mean.count == exemplars.columns, "a group has faces, and exemplars of its space")
        self.size = size
        self.mean = mean
        self.exemplars = exemplars
        self.ages = ages
        self.taken = taken
    }

    /// The summary of all faces of a group, n×d unit rows. O(n·d).
    public init(faces: Matrix, ages: ClosedRange<Double>? = nil, taken: ClosedRange<Double>? = nil) {
        let chosen = FarthestFirst.choose(faces, count: Self.exemplarCount).rows
        self.init(
            size: faces.rows, mean: Self.mean(of: faces), exemplars: faces.rows(at: chosen), ages: ages, taken: taken)
    }

    static func mean(of vectors: Matrix) -> [Float] {
        var sum = [Double](repeating: 0, count: vectors.columns)
        for i in 0..<vectors.rows {
            vectors.withRow(i) { row in for k in row.indices { sum[k] += Double(row[k]) } }
        }
        return sum.map { Float($0 / Double(max(1, vectors.rows))) }
    }
}

/// Two groups by their places in a list, the lower first.
public struct GroupPair: Sendable, Hashable {
    public let a: Int
    public let b: Int

    public init(_ a: Int, _ b: Int) {
        self.a = min(a, b)
        self.b = max(a, b)
    }

    /// The pairs of groups that answers about pairs of faces speak of today. Answers stay with the faces, so that they
    /// outlive every new grouping and every new model; faces of one group, or of none, say nothing here. O(answers).
    public static func pairs<Face: Hashable>(
        answered: some Sequence<(Face, Face)>, groupOf: [Face: Int]
    ) -> Set<GroupPair> {
        var out: Set<GroupPair> = []
        for (x, y) in answered {
            if let a = groupOf[x], let b = groupOf[y], a != b { out.insert(GroupPair(a, b)) }
        }
        return out
    }
}

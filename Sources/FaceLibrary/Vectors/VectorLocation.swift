/// Where a vector lies: the segment's number and the row in it. Survives everything but a compaction.
public struct VectorLocation: Sendable, Hashable, Codable, Comparable {
    public var segment: Int
    public var row: Int

    public init(segment: Int, row: Int) {
        self.segment = segment
        self.row = row
    }

    public static func < (a: VectorLocation, b: VectorLocation) -> Bool { (a.segment, a.row) < (b.segment, b.row) }
}

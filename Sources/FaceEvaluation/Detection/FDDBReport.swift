/// What a detector reaches on pictures annotated like FDDB: true positive rates at numbers of false positives.
public struct FDDBReport: Sendable, Codable {
    public struct Point: Sendable, Codable {
        public var falsePositives: Int
        /// Hits with an overlap above ½, over all faces.
        public var discrete: Double
        /// Sum of the overlaps, over all faces.
        public var continuous: Double
    }

    public var pictures: Int
    public var faces: Int
    public var detections: Int
    public var points: [Point]

    public init(_ result: FDDBProtocol, pictures: Int, falsePositives: [Int] = [0, 10, 50, 100, 500, 1000, 2000]) {
        self.pictures = pictures
        faces = result.faces
        detections = result.rows.last?.detections ?? 0
        points = falsePositives.map { n in
            let rates = result.rates(falsePositives: n)
            return Point(falsePositives: n, discrete: rates.discrete, continuous: rates.continuous)
        }
    }
}

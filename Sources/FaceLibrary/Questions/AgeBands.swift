public import FaceCore

/// Prototypes of one person by age: a child of three and the same person at thirty are compared with their own time.
///
/// Bands are narrow where faces change quickly. A face without a known age goes to every prototype.
public struct AgeBands: Sendable {
    /// Lower ends of the bands in years; the last has no upper end.
    public static let limits: [Double] = [0, 1, 3, 6, 10, 14, 18, 25, 35, 50, 65]

    /// The faces of one band.
    public struct Prototype: Sendable, Hashable {
        /// The place in ``AgeBands/limits``; nil for faces of unknown age.
        public let band: Int?
        public let count: Int
        /// The mean of the faces' unit vectors, scaled to unit length.
        public let direction: [Float]
    }

    /// By rising band, faces of unknown age last; bands without faces are absent.
    public let prototypes: [Prototype]

    /// Of n×d unit rows and the age in years at each, nil where it is unknown. O(n·d).
    public init(_ vectors: Matrix, ages: [Double?]) {
        precondition(ages.count == vectors.rows, "an age, or nil, for each face")
        let byBand = Dictionary(grouping: 0..<vectors.rows) { Self.band(ages[$0]) ?? Int.max }
        prototypes = byBand.sorted { $0.key < $1.key }.compactMap { band, rows in
            let mean = GroupSummary.mean(of: vectors.rows(at: rows))
            let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard length > 0 else { return nil }
            return Prototype(band: band == .max ? nil : band, count: rows.count, direction: mean.map { $0 / length })
        }
    }

    /// The band of an age; nil for an unknown or impossible one.
    public static func band(_ age: Double?) -> Int? {
        guard let age, age >= 0, age < 130 else { return nil }
        return limits.lastIndex { $0 <= age }
    }

    /// Whether two ages lie in one band or in neighbouring ones; false for an unknown age.
    static func areNear(_ a: Double?, _ b: Double?) -> Bool {
        guard let a = band(a), let b = band(b) else { return false }
        return abs(a - b) <= 1
    }

    /// The highest similarity of a face to the prototypes of its band and the neighbouring ones, and those of unknown age.
    /// All prototypes count where its age is unknown, or no band is near. Nil without prototypes. O(bands·d).
    public func similarity(of vector: [Float], age: Double?) -> Float? {
        let own = Self.band(age)
        let near = prototypes.filter { p in
            guard let own, let band = p.band else { return true }
            return abs(band - own) <= 1
        }
        let asked = near.contains { $0.band != nil } ? near : prototypes
        return asked.map { zip($0.direction, vector).reduce(Float(0)) { $0 + $1.0 * $1.1 } }.max()
    }

    /// The age in years on the day of a photo; both dates begin as `2019-05-14`. Nil where one is no date, or the photo is
    /// more than a month older than the person.
    public static func age(on date: String, born: String) -> Double? {
        guard let a = day(date), let b = day(born) else { return nil }
        let years = Double(a - b) / 365.2425
        guard years > -1.0 / 12, years < 130 else { return nil }
        return max(0, years)
    }

    /// The year of a date with its fraction: 2019.5 is the middle of 2019. Nil for what is no date.
    public static func year(of date: String) -> Double? {
        guard let d = day(date), let year = Int(date.prefix(4)), let start = day("\(date.prefix(4))-01-01") else {
            return nil
        }
        return Double(year) + Double(d - start) / 366
    }

    /// Days since 0000-03-01 of the Gregorian calendar (Hinnant 2013).
    private static func day(_ date: String) -> Int? {
        let parts = date.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
        guard date.utf8.count >= 10, parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            let y = Int(parts[0]), let m = Int(parts[1]), let d = Int(parts[2]), y >= 0, (1...12).contains(m),
            (1...31).contains(d)
        else { return nil }
        let year = m <= 2 ? y - 1 : y
        let era = (year >= 0 ? year : year - 399) / 400
        let ofEra = year - era * 400
        let ofYear = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear
    }
}

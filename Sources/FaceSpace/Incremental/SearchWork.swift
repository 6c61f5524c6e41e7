/// What a search compared, whole rows being the unit.
package struct SearchWork: Sendable, Hashable {
    /// Rows that were compared with those that search.
    package var rows = 0
    /// Code words and centres of groups, among them those that sort the rows anew when a library has grown.
    package var centres = 0
    /// Rows that were compared with a sample, to set and to measure the search.
    package var calibration = 0

    package static func += (a: inout SearchWork, b: SearchWork) {
        a.rows += b.rows
        a.centres += b.centres
        a.calibration += b.calibration
    }

    mutating func take() -> SearchWork {
        defer { self = SearchWork() }
        return self
    }
}

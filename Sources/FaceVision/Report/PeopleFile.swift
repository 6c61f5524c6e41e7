public import FaceCore
internal import FoundationEssentials

/// `people.json`: who is in which photo. docs/people-json.md describes it for people.
public struct PeopleFile: Sendable, Hashable, Codable {
    public var people: [Person]
    /// Faces that belong to nobody found here.
    public var unassigned: [PlacedFace]
    /// Faces that were too poor to be compared, and photos that could not be read.
    public var rejected: [Rejection]
    /// Seconds by stage, all workers together; `total` is seconds on the clock.
    public var timings: [String: Double]

    public struct Person: Sendable, Hashable, Codable {
        public var id: String
        public var name: String?
        /// The most typical first.
        public var faces: [PlacedFace]

        public init(id: String, name: String? = nil, faces: [PlacedFace]) {
            self.id = id
            self.name = name
            self.faces = faces
        }
    }

    public init(
        people: [Person] = [], unassigned: [PlacedFace] = [], rejected: [Rejection] = [],
        timings: [String: Double] = [:]
    ) {
        self.people = people
        self.unassigned = unassigned
        self.rejected = rejected
        self.timings = timings
    }

    public init(_ report: GroupReport) {
        people = report.people.map { person in
            Person(id: person.id, name: person.name, faces: person.faces.map(PlacedFace.init))
        }
        unassigned = report.unassigned.map(PlacedFace.init)
        rejected = report.rejected.map(Rejection.init) + report.failures.map(Rejection.init)
        timings = Dictionary(report.stages.map { ($0.name, $0.seconds) }, uniquingKeysWith: +)
        timings["total"] = report.seconds
    }

    /// UTF-8, keys in alphabetical order, a line a value: two runs compare with `diff`.
    public func json() throws(LikenessError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            throw LikenessError(.nonFinite, subject: "people.json", "a number cannot be written as JSON: \(error)")
        }
    }

    /// Reads what ``json()`` wrote. Throws `file-format` for anything else.
    public init(json: [UInt8]) throws(LikenessError) {
        do {
            self = try JSONDecoder().decode(PeopleFile.self, from: Data(json))
        } catch {
            throw LikenessError(.fileFormat, subject: "people.json", "this is not a people.json: \(error)")
        }
    }
}

public import FaceCore

/// Everything that `group` found out about some photos, as a plain value: `people.json` and `report.html` are two ways
/// to write it down. Counts are derived from the lists, so that they add up.
public struct GroupReport: Sendable {
    /// Somebody, and where they were seen.
    public struct Person: Sendable, Hashable, Identifiable {
        /// `person-1`, `person-2`, … by number of faces.
        public var id: String
        /// What a person called them.
        public var name: String?
        /// The most typical first.
        public var faces: [ReportFace]
        /// A larger JPEG of the first face, about 320 pixels wide; empty when there is none.
        public var portrait: [UInt8]

        public init(id: String, name: String? = nil, faces: [ReportFace], portrait: [UInt8] = []) {
            self.id = id
            self.name = name
            self.faces = faces
            self.portrait = portrait
        }
    }

    /// A photo that could not be used.
    public struct Failure: Sendable, Hashable {
        public var source: String
        public var code: String
        public var message: String
        public var remedy: String?

        public init(source: String, code: String, message: String, remedy: String? = nil) {
            self.source = source
            self.code = code
            self.message = message
            self.remedy = remedy
        }

        public init(source: String, _ error: LikenessError) {
            self.init(source: source, code: error.code.description, message: error.message, remedy: error.remedy)
        }
    }

    /// A step of the work and the seconds that its workers spent on it, all together.
    public struct Stage: Sendable, Hashable {
        public var name: String
        public var seconds: Double

        public init(name: String, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    /// A setting that shaped the result.
    public struct Setting: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A model that was used, and its terms.
    public struct Model: Sendable, Hashable {
        public var task: String
        public var id: String
        public var version: String
        public var licence: String
        public var source: String

        public init(task: String, id: String, version: String, licence: String, source: String) {
            self.task = task
            self.id = id
            self.version = version
            self.licence = licence
            self.source = source
        }
    }

    /// What was looked at, in words: a folder, or «3 folders».
    public var subject: String
    /// When it was made, in words.
    public var made: String
    /// `likeness 1.0.0`.
    public var program: String
    /// Most faces first.
    public var people: [Person]
    /// Good enough or not, these belong to nobody.
    public var unassigned: [ReportFace]
    /// Too poor to be compared, or no faces at all; `face.quality` says why.
    public var rejected: [ReportFace]
    public var failures: [Failure]
    /// Photos that were read and show no face.
    public var withoutFaces: [String]
    /// Copies of other photos, byte for byte: looked at once.
    public var duplicates: [String]
    /// Photos that were read and show at least one face.
    public var photosWithFaces: Int
    /// Seconds on the clock from the first file to the last line.
    public var seconds: Double
    public var stages: [Stage]
    public var method: String
    public var settings: [Setting]
    public var models: [Model]

    public init(
        subject: String, made: String, program: String, people: [Person] = [], unassigned: [ReportFace] = [],
        rejected: [ReportFace] = [], failures: [Failure] = [], withoutFaces: [String] = [], duplicates: [String] = [],
        photosWithFaces: Int = 0, seconds: Double = 0, stages: [Stage] = [], method: String = "",
        settings: [Setting] = [], models: [Model] = []
    ) {
        self.subject = subject
        self.made = made
        self.program = program
        self.people = people
        self.unassigned = unassigned
        self.rejected = rejected
        self.failures = failures
        self.withoutFaces = withoutFaces
        self.duplicates = duplicates
        self.photosWithFaces = photosWithFaces
        self.seconds = seconds
        self.stages = stages
        self.method = method
        self.settings = settings
        self.models = models
    }

    /// All photos that were looked at: with faces, without, copies and failures.
    public var photoCount: Int { photosWithFaces + withoutFaces.count + duplicates.count + failures.count }

    /// All faces that were found, wherever they ended.
    public var faceCount: Int { people.reduce(unassigned.count + rejected.count) { $0 + $1.faces.count } }
}

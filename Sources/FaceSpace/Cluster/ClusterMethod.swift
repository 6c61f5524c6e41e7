public import FaceCore

/// A clusterer by name, with the settings that `--method` and `--set` choose it by.
public struct ClusterMethod: Sendable {
    /// One number that a method takes.
    public struct Setting: Sendable, Hashable {
        public let name: String
        /// `nil`: has to be given.
        public let standard: Double?
        /// What it means, with its unit and range.
        public let meaning: String

        public init(_ name: String, _ standard: Double?, _ meaning: String) {
            self.name = name
            self.standard = standard
            self.meaning = meaning
        }
    }

    /// The values of all settings of a method, given or standard.
    public struct Values: Sendable, Hashable {
        private let byName: [String: Double]

        fileprivate init(_ byName: [String: Double]) { self.byName = byName }

        public subscript(name: String) -> Double {
            guard let value = byName[name] else { preconditionFailure("the method has no setting \(name)") }
            return value
        }

        /// A setting that counts. Throws `usage` unless it is a whole number of at least `least`.
        public func count(_ name: String, least: Int = 1) throws(LikenessError) -> Int {
            guard let value = Int(exactly: self[name]), value >= least else {
                throw LikenessError(.usage, subject: name, "\(self[name]) is no whole number from \(least) on")
            }
            return value
        }

        /// A setting with a range. Throws `usage` outside it.
        public func number(_ name: String, in range: ClosedRange<Double>) throws(LikenessError) -> Double {
            guard range.contains(self[name]) else {
                throw LikenessError(
                    .usage, subject: name, "\(self[name]) lies outside \(range.lowerBound)…\(range.upperBound)")
            }
            return self[name]
        }
    }

    public typealias Make = @Sendable (_ values: Values, _ seed: UInt64) throws(LikenessError) -> any Clusterer

    /// The name that ``Clusterer/method`` of what it makes carries too.
    public let name: String
    /// One line for a list of methods.
    public let summary: String
    public let settings: [Setting]
    /// The graph networks whose weights it reads; for some of them weights come with the program.
    public let networks: [GraphNetworkKind]
    private let build: @Sendable (Values, UInt64, GraphNetworkFiles) throws(LikenessError) -> any Clusterer

    public init(_ name: String, _ summary: String, settings: [Setting] = [], make: @escaping Make) {
        self.name = name
        self.summary = summary
        self.settings = settings
        networks = []
        build = { values, seed, _ throws(LikenessError) in try make(values, seed) }
    }

    /// A method of graph networks, whose weights come from the files that `makeWith` is given.
    init(
        reading networks: [GraphNetworkKind], _ name: String, _ summary: String, settings: [Setting],
        makeWith: @escaping @Sendable (Values, GraphNetworkFiles) throws(LikenessError) -> any Clusterer
    ) {
        self.name = name
        self.summary = summary
        self.settings = settings
        self.networks = networks
        build = { values, _, weights throws(LikenessError) in try makeWith(values, weights) }
    }

    /// Whether it reads the weights of graph networks.
    public var needsWeights: Bool { !networks.isEmpty }

    /// The clusterer with the settings of `given` and the standard ones for the rest, with the networks of the files
    /// `weights` and the shipped ones for the rest. Throws `usage` for a setting that the method does not have, lacks, or
    /// cannot take, and for weights that it does not read; otherwise as ``GraphNetworkFiles`` and the reading of a file.
    public func make(
        _ given: [String: Double] = [:], seed: UInt64 = 1, weights: [String] = []
    ) throws(LikenessError) -> any Clusterer {
        guard needsWeights || weights.isEmpty else {
            throw LikenessError(.usage, subject: name, "the method reads no weights")
        }
        var values: [String: Double] = [:]
        for setting in settings {
            guard let value = given[setting.name] ?? setting.standard else {
                throw LikenessError(.usage, subject: name, "the method needs \(setting.name): \(setting.meaning)")
            }
            values[setting.name] = value
        }
        for key in given.keys.sorted() where values[key] == nil {
            throw LikenessError(
                .usage, subject: key, "\(name) has no such setting",
                remedy: "it has \(settings.map(\.name).joined(separator: ", "))")
        }
        return try build(Values(values), seed, GraphNetworkFiles(weights, for: networks))
    }

    /// Every method, our default first.
    public static let all: [ClusterMethod] = [evidence] + classic + graphBased

    /// The method of a name. Throws `usage` for an unknown one.
    public static func named(_ name: String) throws(LikenessError) -> ClusterMethod {
        guard let method = all.first(where: { $0.name == name }) else {
            throw LikenessError(
                .usage, subject: name, "there is no such method",
                remedy: "methods: \(all.map(\.name).joined(separator: ", "))")
        }
        return method
    }

    private static let evidence = ClusterMethod(
        "evidence", "agglomeration by calibrated evidence against chance (default)",
        settings: [
            Setting("falseAccepts", 0.015, "false unions to be expected for each face"),
            Setting("personShare", 0.8, "share of the variance between strangers that belongs to the person, 0…1"),
            Setting("neighbours", 80, "neighbours looked at beyond 2,000 faces"),
            Setting("qualityFloor", 0.25, "faces of lower quality found no group, 0…1"),
        ]
    ) { values, _ throws(LikenessError) in
        EvidenceClusterer(
            .init(
                falseAccepts: try values.number("falseAccepts", in: 1e-9...1e3),
                personShare: Float(try values.number("personShare", in: 1e-3...1)),
                neighbours: try values.count("neighbours"),
                qualityFloor: Float(try values.number("qualityFloor", in: 0...1))))
    }
}

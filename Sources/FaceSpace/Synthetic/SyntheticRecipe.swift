public import FaceCore

/// What a synthetic population of identities is like: sizes, likeness of strangers, spread of each identity, nuisances.
///
/// A row of an identity with centre c is x = cos θ·c + sin θ·u with u ⟂ c. Angles are given as cosines. The presets are
/// calibrated: `lfw` on the similarities of real embeddings of Labeled Faces in the Wild, `ms1m` on the published
/// difficulty of MS-Celeb-1M part 1 (k-NN-DBSCAN, aggregation).
public struct SyntheticRecipe: Sendable, Hashable, Codable {
    /// The distribution of the number of rows an identity has.
    public enum SizeLaw: String, Sendable, Hashable, Codable {
        /// exp of a normal number: ``SyntheticRecipe/sizeMean``, ``SyntheticRecipe/sizeSigma``.
        case lognormal
        /// P(s) ∝ s^−a: ``SyntheticRecipe/zipfExponent``.
        case zipf
    }

    /// Values a vector.
    public var dimension = 256
    /// a: the variance of coordinate t falls as exp(−a·t/d); 0: the same in all directions.
    public var spectrum = 0.0

    public var sizeLaw = SizeLaw.lognormal
    public var sizeMean = 68.0
    public var sizeSigma = 0.8
    public var sizeLeast = 2
    public var sizeMost = 600
    public var zipfExponent = 1.6

    /// Share of identities that live in families (relatives, look-alikes), and how many make a family.
    public var familyFraction = 0.25
    public var familySizeLeast = 2
    public var familySizeMost = 5
    /// Cosine of two centres of one family.
    public var familyCosineLeast = 0.35
    public var familyCosineMost = 0.62
    /// Groups of identities that look more alike, and the mean cosine of two centres of one.
    public var cohorts = 0
    public var cohortCosine = 0.0

    /// Mean and spread over identities of the mean of cos θ; spread over the rows of one identity.
    public var identityCosineMean = 0.83
    public var identityCosineSpread = 0.045
    public var rowCosineSpread = 0.055
    /// Share of rows of poor quality, their cos θ, the part of their noise that is the same for all people, and in how
    /// many directions that lies.
    public var hardFraction = 0.12
    public var hardCosineLeast = 0.35
    public var hardCosineMost = 0.68
    public var hardShared = 0.30
    public var hardDirections = 6
    /// Ages, poses: directions of an identity that carry `modeEnergy` of the noise, blurred by `modeJitter`.
    public var modes = 3
    public var modeEnergy = 0.55
    public var modeJitter = 0.35
    /// Radians by which the centre turns from the first to the last row of an identity.
    public var drift = 0.0

    /// Expected rows an identity of a family that lie between two of its people.
    public var bridges = 0.0
    /// Share of rows that are nearly another one (bursts), and their cosine.
    public var duplicateFraction = 0.02
    public var duplicateCosine = 0.995
    /// Share of rows of nobody.
    public var outlierFraction = 0.0
    /// Share of labels replaced at random.
    public var labelNoise = 0.0

    public init() {}

    /// Names of the presets.
    public static let presets = ["ms1m", "lfw", "album", "easy", "drift", "bridge"]

    /// A preset by name. Throws `usage`.
    public init(preset: String) throws(LikenessError) {
        switch preset {
        case "ms1m": self = .ms1m
        case "lfw": self = .lfw
        case "album": self = .album
        case "easy": self = .easy
        case "drift": self = .drift
        case "bridge": self = .bridge
        default:
            throw LikenessError(
                .usage, subject: preset, "there is no such preset",
                remedy: "name one of \(SyntheticRecipe.presets.joined(separator: ", "))")
        }
    }

    /// Throws `usage`, naming the number that is out of its range.
    public func check() throws(LikenessError) {
        let shares = [
            ("familyFraction", familyFraction), ("hardFraction", hardFraction), ("hardShared", hardShared),
            ("modeEnergy", modeEnergy), ("duplicateFraction", duplicateFraction), ("labelNoise", labelNoise),
            ("outlierFraction", outlierFraction), ("familyCosineLeast", familyCosineLeast),
            ("familyCosineMost", familyCosineMost), ("cohortCosine", cohortCosine),
            ("identityCosineMean", identityCosineMean), ("hardCosineLeast", hardCosineLeast),
            ("hardCosineMost", hardCosineMost), ("duplicateCosine", duplicateCosine),
        ]
        for (name, value) in shares { try SyntheticRecipe.require(name, value, in: 0...1) }
        let sizes = [
            ("spectrum", spectrum, 0...100), ("sizeMean", sizeMean, 1...1e6), ("sizeSigma", sizeSigma, 0...5),
            ("zipfExponent", zipfExponent, 0...20), ("identityCosineSpread", identityCosineSpread, 0...1),
            ("rowCosineSpread", rowCosineSpread, 0...1), ("modeJitter", modeJitter, 0...100),
            ("drift", drift, 0...6.3), ("bridges", bridges, 0...100),
        ]
        for (name, value, range) in sizes { try SyntheticRecipe.require(name, value, in: range) }
        let counts = [
            ("dimension", dimension, 2...65536), ("sizeLeast", sizeLeast, 1...1_000_000),
            ("sizeMost", sizeMost, sizeLeast...1_000_000), ("familySizeLeast", familySizeLeast, 1...1000),
            ("familySizeMost", familySizeMost, familySizeLeast...1000), ("cohorts", cohorts, 0...100_000),
            ("hardDirections", hardDirections, 1...1000), ("modes", modes, 1...1000),
        ]
        for (name, value, range) in counts where !range.contains(value) {
            throw LikenessError(.usage, subject: name, "\(value) is not one of \(range)")
        }
        guard familyCosineLeast <= familyCosineMost, hardCosineLeast <= hardCosineMost else {
            throw LikenessError(.usage, "a range of cosines ends before it begins")
        }
    }

    private static func require(
        _ name: String, _ value: Double, in range: ClosedRange<Double>
    ) throws(LikenessError) {
        guard range.contains(value) else {
            throw LikenessError(.usage, subject: name, "\(value) lies outside \(range)")
        }
    }
}

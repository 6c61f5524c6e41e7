public import FaceCore
import Glibc

/// Vectors of people who do not exist, of known truth and any number: for grouping, search and evaluation.
///
/// Every number comes from a stream of its own, named by the seed, what it is for, and the identity: so the same seed
/// gives the same bytes for every number of threads, and an identity can be made alone. Memory: O(rows) numbers beside
/// the vectors, which ``write(to:threads:force:progress:cancellation:)`` streams.
public struct SyntheticIdentities: Sendable {
    public let recipe: SyntheticRecipe
    public let seed: UInt64
    /// Rows of all identities, and the outliers behind them.
    public let rows: Int
    /// First row of each identity before shuffling; one more: the end of the last, where the outliers begin.
    let offsets: [Int]
    /// Families one behind the other, as ranges of `members`.
    let families: [Range<Int32>]
    let members: [Int32]
    /// Family of each identity, −1 for none.
    let familyOf: [Int32]

    /// People with more than nobody in them: outliers are not counted.
    public var identities: Int { offsets.count - 1 }
    public var outliers: Int { rows - offsets[identities] }
    public var meanSize: Double { Double(offsets[identities]) / Double(max(1, identities)) }

    /// The space of the vectors.
    public var space: EmbeddingSpace {
        EmbeddingSpace(
            id: "synthetic-\(recipe.dimension)", dimension: recipe.dimension, metric: .cosine, normalised: true)
    }

    /// Draws the sizes and families. Throws `usage` for a recipe that cannot be, or rows outside 0 ..< 2³¹.
    public init(_ recipe: SyntheticRecipe, rows: Int, seed: UInt64) throws(LikenessError) {
        try recipe.check()
        guard (0..<1 << 31).contains(rows) else {
            throw LikenessError(.usage, subject: "rows", "\(rows) rows cannot be made")
        }
        self.recipe = recipe
        self.seed = seed
        self.rows = rows
        let people = rows - Int(recipe.outlierFraction * Double(rows))
        offsets = SyntheticIdentities.sizes(recipe, people, seed)
        (families, members, familyOf) = SyntheticIdentities.families(recipe, offsets.count - 1, seed)
    }

    /// What a stream of random numbers is for.
    enum Purpose: UInt64 {
        case sizes = 1, families, shuffle, labels, basis, parent, centre, cohort, identity, time, angle, mode, noise,
            shared, bridge, duplicate, outlier
    }

    /// The name of a stream.
    func key(_ purpose: Purpose, _ a: Int = 0, _ b: Int = 0) -> UInt64 {
        SyntheticIdentities.key(seed, purpose, a, b)
    }

    static func key(_ seed: UInt64, _ purpose: Purpose, _ a: Int = 0, _ b: Int = 0) -> UInt64 {
        var state = seed
        for word in [purpose.rawValue, UInt64(a), UInt64(b)] {
            var random = SeededRandom(seed: state ^ (word &+ 0x1234_5678_9ABC_DEF1) &* 0xD6E8_FEB8_6659_FD93)
            state = random.next()
        }
        return state
    }

    /// Where the rows of each identity begin.
    private static func sizes(_ recipe: SyntheticRecipe, _ people: Int, _ seed: UInt64) -> [Int] {
        var random = SeededRandom(seed: key(seed, .sizes))
        var cumulative: [Double] = []
        if recipe.sizeLaw == .zipf {
            var sum = 0.0
            for s in recipe.sizeLeast...recipe.sizeMost {
                sum += pow(Double(s), -recipe.zipfExponent)
                cumulative.append(sum)
            }
        }
        let middle = log(recipe.sizeMean) - recipe.sizeSigma * recipe.sizeSigma / 2
        var offsets = [0]
        while offsets.last! < people {
            var size: Int
            switch recipe.sizeLaw {
            case .zipf:
                let u = random.unit() * cumulative.last!
                size = recipe.sizeLeast + (cumulative.firstIndex { $0 > u } ?? cumulative.count - 1)
            case .lognormal:
                var normal: Float = 0
                RowKernels.normals(key(seed, .sizes, offsets.count), into: &normal, 1)
                let wanted = exp(middle + recipe.sizeSigma * Double(normal)).rounded()
                size = Int(min(max(wanted, Double(recipe.sizeLeast)), Double(recipe.sizeMost)))
            }
            size = min(size, people - offsets.last!)
            offsets.append(offsets.last! + size)
        }
        return offsets
    }

    private static func families(
        _ recipe: SyntheticRecipe, _ count: Int, _ seed: UInt64
    ) -> ([Range<Int32>], [Int32], [Int32]) {
        var random = SeededRandom(seed: key(seed, .families))
        var members = (0..<Int32(count)).map { $0 }
        members.shuffle(using: &random)
        var (families, of) = ([Range<Int32>](), [Int32](repeating: -1, count: count))
        var first = 0
        while first < Int(recipe.familyFraction * Double(count)) {
            let size = Int.random(in: recipe.familySizeLeast...recipe.familySizeMost, using: &random)
            let range = first..<min(count, first + size)
            for i in range { of[Int(members[i])] = Int32(families.count) }
            families.append(Int32(range.lowerBound)..<Int32(range.upperBound))
            first = range.upperBound
        }
        return (families, members, of)
    }
}

import FaceCore
import Glibc

/// Makes the rows of identities, one identity at a time; owns the memory that it needs for that. Not shared by threads.
final class IdentityPainter {
    private let set: SyntheticIdentities
    private let recipe: SyntheticRecipe
    private let d: Int
    /// Square roots of the variances of the coordinates, their mean square 1.
    private let scale: [Float]
    private let hardBasis: Vectors
    private let cohorts: Vectors
    private let centre: Vectors
    private let turn: Vectors
    private let modes: Vectors
    private let noise: Vectors
    private let work: Vectors
    /// The rows of the identity before any is copied.
    private var drawn: Vectors
    private var scalars: [Float] = []

    /// A row as it goes out.
    struct Row {
        let values: UnsafePointer<Float>
        let time: Float
        let kind: SyntheticSet.Kind
    }

    init(_ set: SyntheticIdentities) {
        self.set = set
        recipe = set.recipe
        d = recipe.dimension
        let variances = (0..<d).map { [d, recipe] in exp(-recipe.spectrum * Double($0) / Double(d)) }
        let mean = variances.reduce(0, +) / Double(d)
        scale = variances.map { Float(($0 / mean).squareRoot()) }
        hardBasis = Vectors(recipe.hardDirections, d)
        cohorts = Vectors(max(1, recipe.cohorts), d)
        centre = Vectors(2, d)
        turn = Vectors(1, d)
        modes = Vectors(recipe.modes, d)
        noise = Vectors(2, d)
        work = Vectors(2, d)
        drawn = Vectors(64, d)
        for j in 0..<recipe.hardDirections { direction(set.key(.basis, j), into: hardBasis[j]) }
        for j in 0..<recipe.cohorts { direction(set.key(.cohort, j), into: cohorts[j]) }
    }

    /// Makes all rows of identity `i` and hands them out in order.
    func paint(_ i: Int, emit: (Int, Row) throws(LikenessError) -> Void) throws(LikenessError) {
        let size = set.offsets[i + 1] - set.offsets[i]
        if drawn.count < size { drawn = Vectors(size, d) }
        centre(of: i, into: centre[0])
        drawTurn(i)
        for j in 0..<recipe.modes { direction(set.key(.mode, i, j), into: modes[j]) }
        var random = SeededRandom(seed: set.key(.identity, i))
        scalars = [Float](repeating: 0, count: size + 1)
        scalars.withUnsafeMutableBufferPointer {
            RowKernels.normals(set.key(.angle, i), into: $0.baseAddress!, size + 1)
        }
        let mean = min(max(recipe.identityCosineMean + recipe.identityCosineSpread * Double(scalars[0]), 0.5), 0.98)
        var (times, kinds) = ([Float](), [SyntheticSet.Kind]())
        for r in 0..<size {
            let hard = random.unit() < recipe.hardFraction
            var cosine = mean + recipe.rowCosineSpread * Double(scalars[r + 1])
            cosine =
                hard ? uniform(&random, recipe.hardCosineLeast, recipe.hardCosineMost) : min(max(cosine, 0.3), 0.995)
            times.append(Float(random.unit()))
            kinds.append(hard ? .hard : .plain)
            draw(
                i, r, cosine: Float(cosine), time: times[r], mode: Int.random(in: 0..<recipe.modes, using: &random),
                hard)
        }
        bridge(i, size, &random, &kinds)
        for r in 0..<size {
            let copied = size > 1 && random.unit() < recipe.duplicateFraction
            let source = copied ? (r + 1 + Int.random(in: 0..<size - 1, using: &random)) % size : r
            work[0].update(from: drawn[source], count: d)
            if copied { blend(Float(recipe.duplicateCosine), work[0], set.key(.duplicate, i, r)) }
            RowKernels.normalise(work[0], d)
            try emit(r, Row(values: UnsafePointer(work[0]), time: times[r], kind: copied ? .duplicate : kinds[r]))
        }
    }

    /// Makes the row of the outlier `j`.
    func paintOutlier(_ j: Int, emit: (Row) throws(LikenessError) -> Void) throws(LikenessError) {
        direction(set.key(.outlier, j), into: work[0])
        var random = SeededRandom(seed: set.key(.time, j))
        try emit(Row(values: UnsafePointer(work[0]), time: Float(random.unit()), kind: .outlier))
    }

    // MARK: steps

    /// x = cos θ·c(t) + sin θ·u, u of a mode, noise of its own and, in a hard row, noise that all people share.
    private func draw(_ i: Int, _ r: Int, cosine: Float, time: Float, mode: Int, _ hard: Bool) {
        let (x, u, middle) = (drawn[r], noise[0], noise[1])
        // A blurred mode plus noise: both parts of normal noise are one draw. j² is the energy of the blur beside the
        // mode's 1.
        let jitter = recipe.modeJitter * recipe.modeJitter
        let own = Float((recipe.modeEnergy / (1 + jitter)).squareRoot())
        direction(set.key(.noise, i, r), into: u)
        combine(u, (1 - own * own).squareRoot(), own, modes[mode])
        if hard {
            RowKernels.normalise(u, d)
            shared(set.key(.shared, i, r), into: middle)
            let part = Float(recipe.hardShared)
            combine(u, (1 - part).squareRoot(), part.squareRoot(), middle)
        }
        // the centre at this time
        middle.update(from: centre[0], count: d)
        if recipe.drift > 0 {
            let angle = Float(recipe.drift) * (time - 0.5)
            combine(middle, cosf(angle), sinf(angle), turn[0])
        }
        combine(u, 1, -RowKernels.dot(u, middle, d), middle)
        RowKernels.normalise(u, d)
        x.update(from: middle, count: d)
        combine(x, cosine, (1 - cosine * cosine).squareRoot(), u)
    }

    /// Replaces a few rows of a person with relatives by rows between the two.
    private func bridge(_ i: Int, _ size: Int, _ random: inout SeededRandom, _ kinds: inout [SyntheticSet.Kind]) {
        guard recipe.bridges > 0, size > 3, set.familyOf[i] >= 0 else { return }
        let mates = set.members[set.families[Int(set.familyOf[i])].asInt].filter { $0 != Int32(i) }
        let number = min(poisson(recipe.bridges, &random), size / 3)
        guard !mates.isEmpty, number > 0 else { return }
        for r in (0..<size).shuffled(using: &random).prefix(number) {
            let mate = Int(mates.randomElement(using: &random)!)
            centre(of: mate, into: centre[1])
            let x = drawn[r]
            x.update(from: centre[0], count: d)
            combine(x, 1, 1, centre[1])
            blend(0.9, x, set.key(.bridge, i, r))
            kinds[r] = .bridge
        }
    }

    /// The unit centre of an identity: its own direction, turned to its family's parent, then to its cohort's.
    private func centre(of i: Int, into c: UnsafeMutablePointer<Float>) {
        direction(set.key(.centre, i), into: c)
        let family = Int(set.familyOf[i])
        if family >= 0 {
            var random = SeededRandom(seed: set.key(.parent, family, 1))
            let square = uniform(&random, recipe.familyCosineLeast, recipe.familyCosineMost)
            direction(set.key(.parent, family), into: work[1])
            combine(c, 1, -RowKernels.dot(c, work[1], d), work[1])
            RowKernels.normalise(c, d)
            combine(c, Float((1 - square).squareRoot()), Float(square.squareRoot()), work[1])
        }
        if recipe.cohorts > 0 {
            // relatives are of one cohort
            var random = SeededRandom(seed: set.key(.cohort, family < 0 ? i : family, family < 0 ? 1 : 2))
            let cohort = Int.random(in: 0..<recipe.cohorts, using: &random)
            let part = Float(recipe.cohortCosine)
            combine(c, (1 - part).squareRoot(), part.squareRoot(), cohorts[cohort])
        }
        RowKernels.normalise(c, d)
    }

    /// A direction across the centre, in which it turns with time.
    private func drawTurn(_ i: Int) {
        guard recipe.drift > 0 else { return }
        direction(set.key(.time, i, 1), into: turn[0])
        combine(turn[0], 1, -RowKernels.dot(turn[0], centre[0], d), centre[0])
        RowKernels.normalise(turn[0], d)
    }

    /// The direction of poor pictures, the same few for everybody.
    private func shared(_ key: UInt64, into out: UnsafeMutablePointer<Float>) {
        var weights = [Float](repeating: 0, count: recipe.hardDirections)
        weights.withUnsafeMutableBufferPointer { RowKernels.normals(key, into: $0.baseAddress!, $0.count) }
        out.update(repeating: 0, count: d)
        for (j, w) in weights.enumerated() { combine(out, 1, w, hardBasis[j]) }
        RowKernels.normalise(out, d)
    }

    /// x ← cosine·unit(x) + sine·(a direction of its own).
    private func blend(_ cosine: Float, _ x: UnsafeMutablePointer<Float>, _ key: UInt64) {
        RowKernels.normalise(x, d)
        direction(key, into: work[1])
        combine(x, cosine, (1 - cosine * cosine).squareRoot(), work[1])
    }

    /// A unit vector of normal numbers with the spectrum of the recipe.
    private func direction(_ key: UInt64, into out: UnsafeMutablePointer<Float>) {
        RowKernels.normals(key, into: out, d)
        if recipe.spectrum > 0 {
            scale.withUnsafeBufferPointer { scale in for t in 0..<d { out[t] *= scale[t] } }
        }
        RowKernels.normalise(out, d)
    }

    /// x ← a·x + b·y.
    private func combine(_ x: UnsafeMutablePointer<Float>, _ a: Float, _ b: Float, _ y: UnsafePointer<Float>) {
        for t in 0..<d { x[t] = a * x[t] + b * y[t] }
    }

    private func uniform(_ random: inout SeededRandom, _ low: Double, _ high: Double) -> Double {
        low + (high - low) * random.unit()
    }

    /// Knuth, The Art of Computer Programming 2, 3.4.1.
    private func poisson(_ mean: Double, _ random: inout SeededRandom) -> Int {
        let limit = exp(-mean)
        var (product, count) = (random.unit(), 0)
        while product > limit {
            product *= random.unit()
            count += 1
        }
        return count
    }
}

/// A few vectors in memory of their own.
private final class Vectors {
    let count: Int
    private let base: UnsafeMutablePointer<Float>
    private let d: Int

    init(_ count: Int, _ d: Int) {
        self.count = count
        self.d = d
        base = .allocate(capacity: max(1, count * d))
        base.initialize(repeating: 0, count: max(1, count * d))
    }

    deinit { base.deallocate() }

    subscript(i: Int) -> UnsafeMutablePointer<Float> { base + i * d }
}

extension Range<Int32> {
    fileprivate var asInt: Range<Int> { Int(lowerBound)..<Int(upperBound) }
}

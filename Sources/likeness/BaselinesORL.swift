import FaceCore
import FaceEvaluation
import FaceSpace
import FaceVision

/// The classical methods and our embedders on ORL: identification with five known photos a person, and verification of
/// people that nothing was learnt from.
struct BaselinesORL {
    let set: ORLPictures
    let pixels: Matrix
    let patterns: Matrix
    let threads: Int
    let seed: UInt64
    static let halves = 10

    init(_ set: ORLPictures, threads: Int, seed: UInt64) {
        self.set = set
        (self.threads, self.seed) = (threads, seed)
        pixels = Matrix(set.pictures.map(\.values))
        let lbp = LocalBinaryPatterns()
        patterns = Matrix(set.pictures.map { lbp.histograms($0) })
    }

    /// Known and asked rows.
    struct Split {
        let known: [Int]
        let asked: [Int]
    }

    var firstFive: Split {
        Split(
            known: set.numbers.indices.filter { set.numbers[$0] <= 5 },
            asked: set.numbers.indices.filter { set.numbers[$0] > 5 })
    }

    /// Five random photos of each person are known.
    var randomHalves: [Split] {
        var random = SeededRandom(seed: seed)
        return (0..<Self.halves).map { _ in
            let known = (0..<40).flatMap { p in Array(p * 10..<p * 10 + 10).shuffled(using: &random).prefix(5) }
            let isKnown = Set(known)
            return Split(known: known.sorted(), asked: set.people.indices.filter { !isKnown.contains($0) })
        }
    }

    /// All methods; `embedded` holds named vectors of the 400 pictures.
    func figures(_ embedded: [(name: String, vectors: Matrix)]) throws(LikenessError) -> [ORLFigures] {
        let first = try identify(firstFive, embedded)
        let drawn = try randomHalves.map { (s) throws(LikenessError) in try identify(s, embedded) }
        let verified = try verify(embedded)
        return first.indices.map { k in
            let rates = drawn.map { $0[k].rate }
            let mean = rates.reduce(0, +) / Double(rates.count)
            let squares = rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let pair = verified[first[k].method]
            return ORLFigures(
                method: first[k].method, firstFive: first[k].rate, mean: mean,
                deviation: (squares / Double(rates.count - 1)).squareRoot(), auc: pair?.area,
                trueAcceptRate: pair.flatMap { try? $0.operatingPoint(far: 1e-2).trueAcceptRate })
        }
    }

    private func identify(
        _ split: Split, _ embedded: [(name: String, vectors: Matrix)]
    ) throws(LikenessError) -> [(method: String, rate: Double)] {
        var out: [(String, Double)] = []
        let (known, asked) = (pixels.rows(at: split.known), pixels.rows(at: split.asked))
        func nearest(_ name: String, _ a: Matrix, _ b: Matrix, cosine: Bool = false) {
            var (x, y) = (a, b)
            if cosine {
                x.normaliseRows(threads: threads)
                y.normaliseRows(threads: threads)
            }
            out.append((name, rate(split) { i, j in y.squaredDistance(i, x, j) }))
        }
        nearest(Method.pixels, known, asked)
        let components = try PrincipalComponents(known, count: split.known.count - 1)
        let (a, b) = (components.project(known), components.project(asked))
        for k in [20, 50, 100] { nearest(Method.eigenfaces(k), a.columns(0..<k), b.columns(0..<k)) }
        nearest(Method.eigenfacesCosine, a.columns(0..<50), b.columns(0..<50), cosine: true)
        nearest(Method.withoutThree, a.columns(3..<53), b.columns(3..<53))
        let people = split.known.map { set.people[$0] }
        for (k, shrinkage) in Method.fisherSettings {
            let fisher = try Fisherfaces(known, classes: people, components: components.prefix(k), shrinkage: shrinkage)
            nearest(Method.fisherfaces(k, shrinkage), fisher.project(known), fisher.project(asked))
        }
        let chi = ChiSquare.distances(
            patterns.rows(at: split.asked), to: patterns.rows(at: split.known), threads: threads)
        out.append((Method.patterns, rate(split) { i, j in chi[i, j] }))
        for (name, coding) in Method.codings {
            out.append((name, try sparseRate(a.columns(0..<100), b.columns(0..<100), split, coding)))
        }
        for (name, vectors) in embedded {
            nearest(name, vectors.rows(at: split.known), vectors.rows(at: split.asked), cosine: true)
        }
        return out
    }

    /// Share of the asked photos whose nearest known photo is of the same person; the first of equally near ones.
    private func rate(_ split: Split, distance: (_ asked: Int, _ known: Int) -> Float) -> Double {
        var hits = 0
        for (i, row) in split.asked.enumerated() {
            let nearest = split.known.indices.min { distance(i, $0) < distance(i, $1) }
            if let nearest, set.people[split.known[nearest]] == set.people[row] { hits += 1 }
        }
        return Double(hits) / Double(split.asked.count)
    }

    /// Sparse representation: the known photos are the atoms, the person whose atoms explain most is the answer.
    private func sparseRate(
        _ known: Matrix, _ asked: Matrix, _ split: Split, _ coding: SparseDictionary.Coding
    ) throws(LikenessError) -> Double {
        let dictionary = try SparseDictionary(atoms: known)
        var unit = asked
        unit.normaliseRows(threads: threads)
        let codes = try dictionary.codes(of: unit, by: coding, threads: threads)
        let people = split.known.map { set.people[$0] }
        let hits = split.asked.indices.count { i in
            dictionary.nearestClass(of: unit.row(i), code: codes[i], classes: people) == set.people[split.asked[i]]
        }
        return Double(hits) / Double(split.asked.count)
    }

    /// All pairs of people 21–40, with what is learnt from people 1–20.
    private func verify(
        _ embedded: [(name: String, vectors: Matrix)]
    ) throws(LikenessError) -> [String: ReceiverCurve] {
        let learn = Array(0..<200)
        let test = Array(200..<400)
        let components = try PrincipalComponents(pixels.rows(at: learn), count: 199)
        let people = learn.map { set.people[$0] }
        let asked = pixels.rows(at: test)
        var out: [String: ReceiverCurve] = [:]
        func add(_ name: String, _ score: (Int, Int) -> Float) throws(LikenessError) {
            var (scores, same): ([Float], [Bool]) = ([], [])
            for i in 0..<test.count {
                for j in i + 1..<test.count {
                    scores.append(score(i, j))
                    same.append(set.people[test[i]] == set.people[test[j]])
                }
            }
            out[name] = ReceiverCurve(try ScoredPairs(scores: scores, same: same))
        }
        func cosine(_ name: String, _ vectors: Matrix) throws(LikenessError) {
            var unit = vectors
            unit.normaliseRows(threads: threads)
            try add(name) { unit.dot($0, unit, $1) }
        }
        let mean = components.mean
        try cosine(Method.pixels, Matrix((0..<test.count).map { zip(asked.row($0), mean).map { $0 - $1 } }))
        for k in [20, 50, 100] { try cosine(Method.eigenfaces(k), components.prefix(k).project(asked)) }
        for (k, shrinkage) in Method.fisherSettings {
            let fisher = try Fisherfaces(
                pixels.rows(at: learn), classes: people, components: components.prefix(k), shrinkage: shrinkage)
            try cosine(Method.fisherfaces(k, shrinkage), fisher.project(asked))
        }
        let chi = ChiSquare.distances(patterns.rows(at: test), to: patterns.rows(at: test), threads: threads)
        try add(Method.patterns) { -chi[$0, $1] }
        for (name, vectors) in embedded { try cosine(name, vectors.rows(at: test)) }
        return out
    }

    enum Method {
        static let pixels = "pixels"
        static func eigenfaces(_ k: Int) -> String { "Eigenfaces, \(k) components" }
        static let eigenfacesCosine = "Eigenfaces, 50 components, cosine"
        static let withoutThree = "Eigenfaces, components 4–53"
        static let fisherSettings: [(components: Int, shrinkage: Double)] = [(60, 0), (100, 0), (160, 0), (160, 0.1)]
        static func fisherfaces(_ k: Int, _ shrinkage: Double) -> String {
            "Fisherfaces, \(k) components" + (shrinkage > 0 ? ", shrinkage \(shrinkage)" : "")
        }
        static let patterns = "LBP u2 (8, 2), 7×7 cells, χ²"
        static let codings: [(String, SparseDictionary.Coding)] = [
            ("sparse representation, matching pursuit of 10 atoms", .matchingPursuit(atoms: 10)),
            ("sparse representation, Lasso 0.01", .lasso(penalty: 0.01)),
        ]
    }
}

extension Matrix {
    /// Some of the columns.
    func columns(_ range: Range<Int>) -> Matrix {
        var out = Matrix(rows: rows, columns: range.count)
        for i in 0..<rows { withRow(i) { out.setRow(i, $0[range]) } }
        return out
    }
}

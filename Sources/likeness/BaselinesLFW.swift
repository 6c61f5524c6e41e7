import FaceCore
import FaceSpace
import FaceVision
import Synchronization

/// The classical methods on LFW, each fold with what the other folds teach: central 112×112 pixels of the unaligned
/// photos, grey, no outside data.
struct BaselinesLFW: Sendable {
    let list: BaselinePairs
    /// 48×48 pixels, mean removed, unit length; one row a photo.
    private let pixels: Matrix
    private let patterns: Matrix
    private let pictures: [GreyPicture]
    private let people: [Int]
    private let threads: Int
    private let seed: UInt64

    /// Chosen on View 1.
    private static let fisherComponents = 200
    private static let fisherShrinkage = 0.3
    private static let patchGrid = PatchGrid(side: 8, step: 2, cells: 4)
    private static let patchPictureSide = 64
    private static let atoms = 256
    private static let sparsity = 3
    private static let patchesToLearn = 40_000

    init(_ list: BaselinePairs, folder: String, threads: Int, seed: UInt64) throws(LikenessError) {
        self.list = list
        (self.threads, self.seed) = (threads, seed)
        let decoder = try PhotoDecoder(.init(workingSize: 0, hashesContent: false))
        let lbp = LocalBinaryPatterns()
        let n = list.photos.count
        let features = Mutex(
            (
                small: Matrix(rows: n, columns: 48 * 48), lbp: Matrix(rows: n, columns: 49 * 59),
                grey: [GreyPicture](repeating: GreyPicture(width: 0, height: 0, pixels: []), count: n)
            ))
        let photos = list.photos
        try parallelFor(n, threads: threads, grain: 16, cancellation: nil) { (i) throws(LikenessError) in
            let photo = try decoder.decode(path: "\(folder)/\(photos[i])").raster
            guard min(photo.width, photo.height) >= 112 else {
                throw LikenessError(.badData, subject: photos[i], "the photo is smaller than 112 × 112 pixels")
            }
            let face = GreyPicture(photo).central(side: 112)
            let values = face.boxReduced(width: 48, height: 48).values
            let mean = values.reduce(0, +) / Float(values.count)
            let histograms = lbp.histograms(face)
            features.withLock { f in
                f.small.setRow(i, values.map { $0 - mean })
                f.lbp.setRow(i, histograms)
                f.grey[i] = face.resized(width: Self.patchPictureSide, height: Self.patchPictureSide)
            }
        }
        (pixels, patterns, pictures) = features.withLock { f in
            f.small.normaliseRows()
            return (f.small, f.lbp, f.grey)
        }
        var numbers: [Substring: Int] = [:]
        people = photos.map { photo in
            let person = photo.split(separator: "/").dropLast().last ?? Substring(photo)
            let number = numbers[person] ?? numbers.count
            numbers[person] = number
            return number
        }
    }

    /// The rows of the table; `note` tells how far it is.
    func figures(_ note: (String) -> Void) throws(LikenessError) -> [LFWFigures] {
        var out = [try figure("pixels 48×48, cosine", "nothing", list.cosines(pixels, of: 0..<list.rows.count))]
        note("components of the folds")
        let perFold = try folds { (fold) throws(LikenessError) in try subspaceScores(fold) }
        for (name, learns) in Self.subspaceMethods.map({ ($0.name, $0.learnsFrom) }) {
            out.append(try figure(name, learns, perFold.flatMap { $0[name] ?? [] }))
        }
        let chi = list.rows.map { -ChiSquare.distance(patterns, $0.0, patterns, $0.1) }
        out.append(try figure("LBP u2 (8, 2), 7×7 cells, χ²", "nothing", chi))
        let roots = Matrix((0..<patterns.rows).map { patterns.row($0).map { $0.squareRoot() } })
        out.append(
            try figure("LBP, square roots, cosine", "nothing", list.cosines(roots, of: 0..<list.rows.count)))
        note("sparse codes of the folds")
        let sparse = try list.folds.map { (fold) throws(LikenessError) in try sparseScores(fold) }.flatMap { $0 }
        out.append(
            try figure(
                "sparse coding of patches, matching pursuit of \(Self.sparsity) of \(Self.atoms) atoms",
                "the other folds, no labels", sparse))
        return out
    }

    func figure(_ name: String, _ learnsFrom: String, _ scores: [Double]) throws(LikenessError) -> LFWFigures {
        try LFWFigures(name, learnsFrom: learnsFrom, scores: scores, list)
    }

    private func folds<R: Sendable>(
        _ body: @Sendable (Range<Int>) throws(LikenessError) -> R
    ) throws(LikenessError) -> [R] {
        let results = Mutex([R?](repeating: nil, count: list.folds.count))
        try parallelFor(list.folds.count, threads: threads, cancellation: nil) { (f) throws(LikenessError) in
            let result = try body(list.folds[f])
            results.withLock { $0[f] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }

    private static let subspaceMethods: [(name: String, learnsFrom: String)] =
        [50, 200, 400].map { ("Eigenfaces, \($0) components, cosine", "the other folds, no labels") }
        + [50, 200, 400].map { ("Eigenfaces, \($0) components, whitened, cosine", "the other folds, no labels") }
        + [("Fisherfaces, \(fisherComponents) components, shrinkage \(fisherShrinkage)", "the other folds, with names")]

    private func subspaceScores(_ fold: Range<Int>) throws(LikenessError) -> [String: [Double]] {
        let training = list.trainingRows(without: fold)
        let samples = pixels.rows(at: training)
        let most = min(400, training.count - 1)
        let components = try PrincipalComponents(samples, count: most, method: .randomised(iterations: 4, seed: seed))
        let (plain, white) = (components.project(pixels), components.project(pixels, whitened: true))
        var out: [String: [Double]] = [:]
        for (k, size) in [50, 200, 400].enumerated() {
            let range = 0..<min(size, plain.columns)
            out[Self.subspaceMethods[k].name] = list.cosines(plain.columns(range), of: fold)
            out[Self.subspaceMethods[k + 3].name] = list.cosines(white.columns(range), of: fold)
        }
        let members = Dictionary(grouping: training) { people[$0] }
        let several = training.filter { (members[people[$0]]?.count ?? 0) > 1 }
        let fisher = try Fisherfaces(
            pixels.rows(at: several), classes: several.map { people[$0] },
            components: components.prefix(Self.fisherComponents), shrinkage: Self.fisherShrinkage)
        out[Self.subspaceMethods[6].name] = list.cosines(fisher.project(pixels), of: fold)
        return out
    }

    /// Patches of the other folds teach the dictionary; only the fold's own photos are coded.
    private func sparseScores(_ fold: Range<Int>) throws(LikenessError) -> [Double] {
        let grid = Self.patchGrid
        let coder = try PatchCoder(
            learning: trainingPatches(list.trainingRows(without: fold)), components: grid.side * grid.side - 1,
            atoms: Self.atoms, sparsity: Self.sparsity, seed: seed, threads: threads)
        let needed = Set(fold.flatMap { [list.rows[$0].0, list.rows[$0].1] }).sorted()
        let cells = grid.cells * grid.cells
        let out = Mutex(Matrix(rows: needed.count, columns: coder.count(cells: cells)))
        try parallelFor(needed.count, threads: threads, cancellation: nil) { (k) throws(LikenessError) in
            let (patches, places) = grid.patches(of: pictures[needed[k]])
            let descriptor = try coder.descriptor(of: patches, cells: places, count: cells)
            out.withLock { $0.setRow(k, descriptor) }
        }
        let descriptors = out.withLock { $0 }
        let place = Dictionary(uniqueKeysWithValues: needed.enumerated().map { ($1, $0) })
        return fold.map { i in
            guard let a = place[list.rows[i].0], let b = place[list.rows[i].1] else { return 0 }
            return Double(descriptors.dot(a, descriptors, b))
        }
    }

    private func trainingPatches(_ training: [Int]) -> Matrix {
        let grid = Self.patchGrid
        var random = SeededRandom(seed: seed)
        let perPhoto = 16
        let chosen = training.shuffled(using: &random).prefix(Self.patchesToLearn / perPhoto)
        var rows: [[Float]] = []
        for photo in chosen {
            let patches = grid.patches(of: pictures[photo]).patches
            for _ in 0..<perPhoto { rows.append(patches.row(Int.random(in: 0..<patches.rows, using: &random))) }
        }
        return Matrix(rows)
    }
}

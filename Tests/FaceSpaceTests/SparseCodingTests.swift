import FaceCore
import FaceSpace
import Testing

@Suite("Sparse coding")
struct SparseCodingTests {
    private func gaussians(_ n: Int, _ d: Int, seed: UInt64) -> Matrix {
        var random = SeededRandom(seed: seed)
        return Matrix(
            (0..<n).map { _ in
                (0..<d).map { _ in (0..<12).reduce(Float(-6)) { sum, _ in sum + Float(random.unit()) } }
            })
    }

    private func mixtures(_ dictionary: SparseDictionary, _ n: Int, seed: UInt64) -> (Matrix, [[Int: Float]]) {
        var random = SeededRandom(seed: seed)
        let truth = (0..<n).map { _ in
            Dictionary(
                uniqueKeysWithValues: (0..<dictionary.atoms.rows).shuffled(using: &random).prefix(3).map {
                    ($0, Float.random(in: 1...2, using: &random) * (Bool.random(using: &random) ? 1 : -1))
                })
        }
        let signals = truth.map { t in
            dictionary.signal(
                of: SparseCode(atoms: t.keys.sorted(), weights: t.sorted { $0.key < $1.key }.map(\.value)))
        }
        return (Matrix(signals), truth)
    }

    @Test("matching pursuit finds the atoms and weights that made a signal")
    func recovers() throws {
        let dictionary = try SparseDictionary(atoms: gaussians(80, 120, seed: 1))
        let (signals, truth) = mixtures(dictionary, 50, seed: 2)
        let codes = try dictionary.codes(of: signals, by: .matchingPursuit(atoms: 10, tolerance: 1e-3))
        var exact = 0
        for (code, t) in zip(codes, truth) where Set(code.atoms) == Set(t.keys) {
            exact += 1
            for (atom, weight) in zip(code.atoms, code.weights) { #expect(abs(weight - (t[atom] ?? 0)) < 1e-3) }
        }
        #expect(exact >= 45, "three of 80 random atoms in 120 dimensions are found but for rare collisions")
    }

    @Test("each step is least squares: the residual is orthogonal to the chosen atoms and never grows")
    func orthogonal() throws {
        let dictionary = try SparseDictionary(atoms: gaussians(30, 12, seed: 3))
        let signal = gaussians(1, 12, seed: 4)
        var before = Double.infinity
        for count in 1...6 {
            let code = try dictionary.codes(of: signal, by: .matchingPursuit(atoms: count))[0]
            #expect(code.atoms.count == count && Set(code.atoms).count == count)
            let rest = zip(signal.row(0), dictionary.signal(of: code)).map { Double($0) - Double($1) }
            let length = rest.reduce(0) { $0 + $1 * $1 }
            #expect(length <= before + 1e-9)
            before = length
            for atom in code.atoms {
                let product = zip(rest, dictionary.atoms.row(atom)).reduce(0) { $0 + $1.0 * Double($1.1) }
                #expect(abs(product) < 1e-4)
            }
        }
    }

    @Test("the Lasso's optimality conditions hold", arguments: [0.05, 0.5, 2.0])
    func lasso(penalty: Double) throws {
        let dictionary = try SparseDictionary(atoms: gaussians(30, 12, seed: 5))
        let signals = gaussians(5, 12, seed: 6)
        for (i, code) in try dictionary.codes(of: signals, by: .lasso(penalty: penalty)).enumerated() {
            let rest = zip(signals.row(i), dictionary.signal(of: code)).map { Double($0) - Double($1) }
            let weights = Dictionary(uniqueKeysWithValues: zip(code.atoms, code.weights))
            for atom in 0..<30 {
                let product = zip(rest, dictionary.atoms.row(atom)).reduce(0) { $0 + $1.0 * Double($1.1) }
                if let w = weights[atom] {
                    #expect(abs(product - (w > 0 ? penalty : -penalty)) < 1e-3)
                } else {
                    #expect(abs(product) <= penalty + 1e-3)
                }
            }
        }
    }

    @Test("a learnt dictionary codes better than the signals it began with, the same for any number of threads")
    func learns() throws {
        let truth = try SparseDictionary(atoms: gaussians(20, 16, seed: 7))
        let (signals, _) = mixtures(truth, 800, seed: 8)
        func rest(_ dictionary: SparseDictionary) throws -> Double {
            let codes = try dictionary.codes(of: signals, by: .matchingPursuit(atoms: 3))
            return codes.indices.reduce(0) { sum, i in
                zip(signals.row(i), dictionary.signal(of: codes[i])).reduce(sum) {
                    $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
                }
            }
        }
        let start = try SparseDictionary.learn(signals, atoms: 20, sparsity: 3, rounds: 0, seed: 1)
        let learnt = try SparseDictionary.learn(signals, atoms: 20, sparsity: 3, rounds: 25, seed: 1, threads: 2)
        #expect(try rest(learnt) < 0.6 * rest(start))
        let again = try SparseDictionary.learn(signals, atoms: 20, sparsity: 3, rounds: 25, seed: 1, threads: 1)
        for a in 0..<20 { #expect(again.atoms.row(a) == learnt.atoms.row(a)) }
    }

    @Test("the class whose atoms explain a signal is the answer")
    func classifies() throws {
        let dictionary = try SparseDictionary(atoms: Matrix([[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0, 0, 1]]))
        let signal: [Float] = [0.8, 0.1, 0.5]
        let code = try dictionary.codes(of: Matrix([signal]), by: .matchingPursuit(atoms: 3))[0]
        #expect(dictionary.nearestClass(of: signal, code: code, classes: [7, 7, 8, 9]) == 7)
        #expect(dictionary.nearestClass(of: signal, code: .init(atoms: [], weights: []), classes: [7, 7, 8, 9]) == nil)
    }

    @Test("what cannot be coded is refused")
    func refuses() throws {
        let dictionary = try SparseDictionary(atoms: gaussians(4, 3, seed: 1))
        #expect(throws: LikenessError.self) {
            try dictionary.codes(of: Matrix(rows: 1, columns: 4), by: .matchingPursuit(atoms: 1))
        }
        #expect(throws: LikenessError.self) {
            try dictionary.codes(of: Matrix(rows: 1, columns: 3), by: .lasso(penalty: 0))
        }
        #expect(throws: LikenessError.self) { try SparseDictionary(atoms: Matrix(rows: 2, columns: 3)) }
        #expect(throws: LikenessError.self) {
            try SparseDictionary.learn(gaussians(3, 3, seed: 1), atoms: 4, sparsity: 1)
        }
        let zero = try dictionary.codes(of: Matrix(rows: 1, columns: 3), by: .matchingPursuit(atoms: 2))
        #expect(zero[0].atoms.isEmpty)
    }

    @Test("patch descriptors have unit length and depend on what is in which cell")
    func pools() throws {
        let patches = gaussians(400, 9, seed: 11)
        let coder = try PatchCoder(learning: patches, components: 8, atoms: 12, sparsity: 2, threads: 2)
        let few = patches.rows(at: 0..<6)
        let a = try coder.descriptor(of: few, cells: [0, 0, 0, 1, 1, 1], count: 2)
        let b = try coder.descriptor(of: few, cells: [1, 1, 1, 0, 0, 0], count: 2)
        #expect(a.count == coder.count(cells: 2))
        #expect(abs(a.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        let half = a.count / 2
        #expect(zip(a[..<half], b[half...]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(a != b)
    }
}

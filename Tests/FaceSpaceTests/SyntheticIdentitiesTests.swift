import FaceCore
import FaceSpace
import FaceTestSupport
import Testing

@Suite struct SyntheticIdentitiesTests {
    /// Ten seeds against the reference generator (numpy): preset `ms1m`, n = 50,000.
    @Test func similaritiesAreThoseOfTheReference() throws {
        var (genuine, impostor, size) = ([Float](), [Float](), 0.0)
        for seed in 1...10 as ClosedRange<UInt64> {
            let people = try SyntheticIdentities(.ms1m, rows: 20_000, seed: seed)
            let set = try people.make()
            size += people.meanSize / 10
            var random = SeededRandom(seed: seed)
            let rows = Dictionary(grouping: 0..<set.labels.count) { set.labels[$0] }
            for _ in 0..<30_000 {
                let (i, j) = (Int.random(in: 0..<20_000, using: &random), Int.random(in: 0..<20_000, using: &random))
                if set.labels[i] != set.labels[j] { impostor.append(set.vectors.dot(i, set.vectors, j)) }
                // a row drawn at random and another of its identity: pairs are as frequent as they are
                let own = rows[set.labels[i]]!
                let other = own.randomElement(using: &random)!
                if Double.random(in: 0..<600, using: &random) < Double(own.count), other != i {
                    genuine.append(set.vectors.dot(i, set.vectors, other))
                }
            }
        }
        #expect(abs(size / 68 - 1) < 0.1, "mean size \(size)")
        let shares: [Double] = [1, 5, 25, 50, 75, 95, 99]
        for (values, expected) in [
            (genuine, [0.230, 0.325, 0.503, 0.630, 0.746, 0.886, 0.964] as [Float]),
            (impostor, [-0.146, -0.103, -0.042, 0.001, 0.043, 0.105, 0.155]),
        ] {
            let sorted = values.sorted()
            for (share, want) in zip(shares, expected) {
                let got = sorted[Int(share / 100 * Double(sorted.count - 1))]
                #expect(abs(got - want) < (share == 1 || share == 99 ? 0.04 : 0.015), "\(share) %: \(got), not \(want)")
            }
        }
    }

    @Test(arguments: SyntheticRecipe.presets) func presetsMakeWhatTheySay(_ preset: String) throws {
        let people = try SyntheticIdentities(SyntheticRecipe(preset: preset), rows: 4000, seed: 3)
        let set = try people.make()
        #expect(set.vectors.rows == 4000 && set.vectors.columns == people.recipe.dimension)
        for i in 0..<4000 { #expect(abs(set.vectors.dot(i, set.vectors, i) - 1) < 1e-5) }
        let share = { (kind: SyntheticSet.Kind) in Double(set.kinds.count { $0 == kind }) / 4000 }
        let recipe = people.recipe
        #expect(abs(share(.outlier) - recipe.outlierFraction) < 1e-9)
        #expect(abs(share(.duplicate) - recipe.duplicateFraction) < 0.03)
        #expect(abs(share(.hard) - recipe.hardFraction) < 0.04)
        #expect((share(.bridge) > 0) == (recipe.bridges >= 0.4))
        #expect(set.labels == set.truth)
        #expect(set.labels.max()! == people.identities + people.outliers - 1)
        #expect(set.times.allSatisfy { $0 >= 0 && $0 < 1 })
        let nearest = try set.vectors.topNeighbours(k: 1)
        let copies = (0..<4000).filter { set.kinds[$0] == .duplicate }
        // of a row that was itself replaced by a copy nothing near is left
        #expect(Double(copies.count { nearest.similarities[$0] > 0.98 }) >= 0.75 * Double(copies.count))
    }

    @Test func everySeedHasItsBytesForAnyThreads() throws {
        let people = try SyntheticIdentities(.album, rows: 3000, seed: 9)
        let (a, b) = (try people.make(threads: 1), try people.make(threads: 4))
        #expect(a.labels == b.labels && a.times == b.times && a.kinds == b.kinds)
        #expect((0..<3000).allSatisfy { a.vectors.row($0) == b.vectors.row($0) })
        let other = try SyntheticIdentities(.album, rows: 3000, seed: 10).make()
        #expect(other.labels != a.labels)
    }

    @Test func filesHoldWhatMemoryHolds() throws {
        let folder = try TemporaryFolder()
        var recipe = SyntheticRecipe.lfw
        recipe.labelNoise = 0.2
        let people = try SyntheticIdentities(recipe, rows: 500, seed: 4)
        let files = try people.write(to: folder.file("v.npy"))
        let set = try people.make()
        let (vectors, space) = try VectorFile.read(folder.file("v.npy"))
        #expect(space == people.space)
        #expect((0..<500).allSatisfy { vectors.row($0) == set.vectors.row($0) })
        #expect(try NPY.readLabels32(files.labels) == set.labels)
        #expect(try NPY.readLabels32(files.truth) == set.truth)
        #expect(try NPY.readLabels32(files.kinds) == set.kinds.map(\.rawValue))
        let changed = zip(set.labels, set.truth).count { $0 != $1 }
        #expect((60...140).contains(changed))
        #expect(throws: LikenessError.self) { try people.write(to: folder.file("v.npy")) }
    }

    @Test func driftTurnsWithTime() throws {
        var recipe = SyntheticRecipe.easy
        recipe.drift = 1.5
        let set = try SyntheticIdentities(recipe, rows: 2000, seed: 6).make()
        var (near, far) = ([Float](), [Float]())
        for i in 0..<2000 {
            for j in 0..<i where set.labels[i] == set.labels[j] {
                let s = set.vectors.dot(i, set.vectors, j)
                let apart = abs(set.times[i] - set.times[j])
                if apart < 0.1 { near.append(s) } else if apart > 0.9 { far.append(s) }
            }
        }
        let mean = { (v: [Float]) in v.reduce(0, +) / Float(v.count) }
        #expect(mean(near) > mean(far) + 0.4)
    }

    @Test func smallestAndImpossible() throws {
        for n in [0, 1, 2] { #expect(try SyntheticIdentities(.ms1m, rows: n, seed: 1).make().vectors.rows == n) }
        #expect(throws: LikenessError.self) { try SyntheticIdentities(.ms1m, rows: -1, seed: 1) }
        #expect(throws: LikenessError.self) { try SyntheticRecipe(preset: "none") }
        var recipe = SyntheticRecipe()
        recipe.modes = 0
        #expect(throws: LikenessError.self) { try SyntheticIdentities(recipe, rows: 10, seed: 1) }
        recipe = SyntheticRecipe()
        recipe.hardFraction = .nan
        #expect(throws: LikenessError.self) { try SyntheticIdentities(recipe, rows: 10, seed: 1) }
    }
}

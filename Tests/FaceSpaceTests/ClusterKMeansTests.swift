import FaceCore
import FaceSpace
import Testing

@Suite struct ClusterKMeansTests {
    private func album(_ sizes: [Int], likeness: Float, seed: UInt64) -> (vectors: Matrix, people: [Int]) {
        var people = SyntheticPeople(seed: seed)
        let album = people.album(sizes, likeness: likeness)
        return (Matrix(album.vectors), album.people)
    }

    @Test(arguments: [true, false]) func boundsSpareWorkAndChangeNothing(_ isSpherical: Bool) throws {
        let (vectors, _) = album([Int](repeating: 40, count: 30), likeness: 0.4, seed: 3)
        let results = try KMeans.Bounds.allCases.map { bounds in
            try KMeans(
                .init(clusters: 40, isSpherical: isSpherical, bounds: bounds, iterations: 60, tolerance: 0, seed: 9)
            ).run(vectors, threads: 2)
        }
        #expect(results[0].objectives.count > 3)
        for other in results.dropFirst() {
            #expect(other.labels == results[0].labels)
            #expect(other.objectives == results[0].objectives)
        }
    }

    @Test func theObjectiveFalls() throws {
        let (vectors, _) = album([Int](repeating: 20, count: 30), likeness: 0.5, seed: 4)
        let found = try KMeans(.init(clusters: 30, tolerance: 0)).run(vectors, threads: 2)
        #expect(zip(found.objectives, found.objectives.dropFirst()).allSatisfy { $0 >= $1 - 1e-9 })
    }

    @Test func anEmptyClusterTakesTheFurthestRow() throws {
        // two centres in one place: the higher one gets nothing, and takes the stray row
        let vectors = Matrix([[1, 0], [0.99, 0.01], [0.98, -0.01], [0, 1]])
        let centres = Matrix([[1, 0], [1, 0]])
        let found = try KMeans(.init(clusters: 2, isSpherical: false, tolerance: 0)).run(
            vectors, from: centres, threads: 1)
        #expect(found.labels == [0, 0, 0, 1])
    }

    @Test func manyCentresComeFromKMeansParallel() throws {
        let (vectors, people) = album([Int](repeating: 3, count: 1100), likeness: 0.9, seed: 6)
        let seeds = try KMeansSeeding(vectors, seed: 1, threads: 2).centres(1100)
        #expect(Set(seeds).count == 1100)
        #expect(try KMeansSeeding(vectors, seed: 1, threads: 1).centres(1100) == seeds)
        // a draw at random would meet two thirds of the people
        #expect(Set(seeds.map { people[$0] }).count > 900)
    }

    @Test func miniBatchesComeCloseToAllRows() throws {
        let (vectors, _) = album([Int](repeating: 100, count: 30), likeness: 0.6, seed: 7)
        let all = try KMeans(.init(clusters: 30)).run(vectors, threads: 2)
        let batches = try MiniBatchKMeans(.init(clusters: 30)).run(vectors, threads: 2)
        #expect(batches.objective < 1.25 * all.objective)
        #expect(try MiniBatchKMeans(.init(clusters: 30)).run(vectors, threads: 1).labels == batches.labels)
    }

    @Test func refusesBoundsThatDoNotFit() throws {
        let vectors = Matrix(rows: 20_000, columns: 4)
        #expect(throws: LikenessError.self) {
            try KMeans(.init(clusters: 6000, bounds: .elkan)).run(
                vectors, from: Matrix(rows: 6000, columns: 4), threads: 1)
        }
    }
}

import FaceCore
import FaceEvaluation
import Testing

/// Pictures with random faces and detections, some of them near a face.
private func randomPictures(_ random: inout SeededRandom, count: Int) -> [WiderProtocol.Picture] {
    (0..<count).map { _ in
        let faces = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            Box(
                x: .random(in: 0...200, using: &random), y: .random(in: 0...200, using: &random),
                width: .random(in: 8...60, using: &random), height: .random(in: 8...60, using: &random))
        }
        let near = faces.map { f in
            ScoredBox(
                box: Box(x: f.x + .random(in: -6...6, using: &random), y: f.y, width: f.width, height: f.height),
                score: random.unit())
        }
        let anywhere = (0..<3).map { _ in
            ScoredBox(
                box: Box(x: .random(in: 0...200, using: &random), y: 5, width: 20, height: 20), score: random.unit())
        }
        let keep = Set(faces.indices.filter { _ in random.unit() < 0.7 })
        return .init(faces: faces, keep: keep, detections: near + anywhere)
    }
}

@Suite struct DetectionPropertyTests {
    @Test(arguments: 1...20) func orderAndScaleOfScoresDoNotMatter(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let pictures = randomPictures(&random, count: 12)
        guard pictures.contains(where: { !$0.keep.isEmpty }) else { return }
        let original = try WiderProtocol(pictures)
        let curve = original.everyScore()
        let ap = curve.averagePrecision
        #expect(ap >= 0 && ap <= 1)
        let shuffled = pictures.shuffled(using: &random).map { p in
            var p = p
            p.detections.shuffle(using: &random)
            for k in p.detections.indices { p.detections[k].score = p.detections[k].score * 0.5 + 0.25 }
            return p
        }
        let again = try WiderProtocol(shuffled).everyScore()
        #expect(again.proposals == curve.proposals && again.hits == curve.hits, "seed \(seed)")
        #expect(zip(curve.recall, curve.recall.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(
            original.interval(resamples: 50, seed: 3).lowerBound <= original.interval(resamples: 50, seed: 3).upperBound
        )
        // a grid of thresholds loses at most what happens between two of its points
        #expect(abs(original.thousandThresholds().averagePrecision - ap) < 0.05, "seed \(seed)")
    }

    @Test func perfectDetectionsScoreOneAndDuplicatesCost() throws {
        let face = Box(x: 10, y: 10, width: 40, height: 40)
        let hit = ScoredBox(box: face, score: 0.9)
        let one = WiderProtocol.Picture(faces: [face], keep: [0], detections: [hit])
        #expect(try WiderProtocol([one, one]).everyScore().averagePrecision == 1)
        let twice = WiderProtocol.Picture(faces: [face], keep: [0], detections: [hit, hit])
        #expect(try WiderProtocol([twice]).at(threshold: 0.5).precision == 0.5)
        let ignored = WiderProtocol.Picture(faces: [face], keep: [], detections: [hit])
        #expect(try WiderProtocol([one, ignored]).at(threshold: 0.5).precision == 1)
        let error = #expect(throws: LikenessError.self) { try WiderProtocol([ignored]) }
        #expect(error?.code == .noFaces)
        let broken = WiderProtocol.Picture(faces: [face], keep: [0], detections: [ScoredBox(box: face, score: .nan)])
        let nonFinite = #expect(throws: LikenessError.self) { try WiderProtocol([broken]) }
        #expect(nonFinite?.code == .nonFinite)
    }

    /// The total overlap of an assignment against all permutations, through the continuous score of FDDB.
    @Test(arguments: 1...30) func assignmentIsTheLargest(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let ellipses = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            FDDBEllipse(
                majorRadius: .random(in: 6...20, using: &random), minorRadius: .random(in: 4...15, using: &random),
                angle: .random(in: -3...3, using: &random), x: .random(in: 5...60, using: &random),
                y: .random(in: 5...60, using: &random))
        }
        let boxes = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            Box(
                x: Float.random(in: 0...40, using: &random).rounded(),
                y: Float.random(in: 0...40, using: &random).rounded(),
                width: 24, height: 20)
        }
        let overlap = { (e: FDDBEllipse, b: Box) throws in
            try FDDBProtocol([
                .init(width: 64, height: 64, faces: [e], detections: [ScoredBox(box: b, score: 1)])
            ]).rows[0].continuousHits
        }
        let weights = try boxes.map { b in try ellipses.map { try overlap($0, b) } }
        let together = try FDDBProtocol([
            .init(
                width: 64, height: 64, faces: ellipses, detections: boxes.map { ScoredBox(box: $0, score: 1) })
        ]).rows[0].continuousHits
        #expect(abs(together - best(weights[...], free: Set(ellipses.indices))) < 1e-9, "seed \(seed)")
    }

    private func best(_ rows: ArraySlice<[Double]>, free: Set<Int>) -> Double {
        guard let row = rows.first else { return 0 }
        let with = free.map { row[$0] + best(rows.dropFirst(), free: free.subtracting([$0])) }
        return max(best(rows.dropFirst(), free: free), with.max() ?? 0)
    }
}

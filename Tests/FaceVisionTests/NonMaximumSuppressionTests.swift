import FaceCore
import FaceVision
import Testing

@Suite struct NonMaximumSuppressionTests {
    @Test func equalsTheDefinition() {
        var random = SeededRandom(seed: 3)
        for n in [0, 1, 2, 17, 64, 300] {
            let boxes = (0..<n).map { _ in
                Box(
                    x: .random(in: 0..<60, using: &random), y: .random(in: 0..<60, using: &random),
                    width: .random(in: 5..<40, using: &random), height: .random(in: 5..<40, using: &random))
            }
            let scores = (0..<n).map { _ in Float(Int.random(in: 0..<20, using: &random)) / 20 }
            for (limit, measure) in [(Float(0.5), NonMaximumSuppression.Measure.union), (0.7, .smaller), (0.2, .union)]
            {
                let kept = NonMaximumSuppression.keep(boxes, scores: scores, overlap: limit, measure: measure)
                #expect(kept == slow(boxes, scores, limit, measure))
            }
        }
    }

    @Test func aBoxInsideAnotherGoesOnlyByTheSmallerArea() {
        let boxes = [Box(x: 0, y: 0, width: 10, height: 10), Box(x: 2, y: 2, width: 4, height: 4)]
        #expect(NonMaximumSuppression.keep(boxes, scores: [0.5, 0.9], overlap: 0.5) == [1, 0])
        #expect(NonMaximumSuppression.keep(boxes, scores: [0.5, 0.9], overlap: 0.5, measure: .smaller) == [1])
    }

    @Test func boxesWithoutAreaAndNaNDoNotCrash() {
        let odd = [
            Box(x: 0, y: 0, width: 0, height: 5), Box(x: 0, y: 0, width: -3, height: 5),
            Box(x: .nan, y: 0, width: 1, height: 1), Box(x: 0, y: 0, width: .infinity, height: 1),
        ]
        #expect(NonMaximumSuppression.keep(odd, scores: [1, 2, 3, .nan], overlap: 0.5).count <= 4)
    }

    private func slow(
        _ boxes: [Box], _ scores: [Float], _ limit: Float, _ measure: NonMaximumSuppression.Measure
    ) -> [Int] {
        var left = boxes.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
        var kept: [Int] = []
        while let best = left.first {
            kept.append(best)
            left.removeFirst()
            left.removeAll {
                let common = boxes[best].intersection(boxes[$0]).area
                let (a, b) = (boxes[best].area, boxes[$0].area)
                return common > limit * (measure == .union ? a + b - common : min(a, b))
            }
        }
        return kept
    }
}

internal import FaceCore
import Glibc

/// The similarity from which two neighbours are linked, found without labels.
///
/// With a calibration: n(n − 1) ordered pairs of strangers put a known number of links into each step of similarity; the
/// threshold is where they are one in ten of the links there are. On LFW and CelebA the true share there is 5–15 %.
///
/// Without one the tail of strangers is taken as a bell's, which knows no look-alikes. The threshold is then half way
/// from where that bell ends to the commonest similarity of the links above it.
struct LinkThreshold {
    let value: Float
    /// In words.
    let reason: String

    private static let bins = 200

    init(_ graph: NeighbourGraph, meaning: Calibration, isCalibrated: Bool) {
        var histogram = [Int](repeating: 0, count: Self.bins)
        for row in 0..<graph.rows {
            graph.withNeighbours(of: row) { _, similarities in
                for s in similarities where s > 0 { histogram[min(Self.bins - 1, Int(s * Float(Self.bins)))] += 1 }
            }
        }
        let step = 1 / Float(Self.bins)
        func middle(_ bin: Int) -> Float { (Float(bin) + 0.5) * step }
        let pairs = Double(graph.rows) * Double(max(0, graph.rows - 1))
        let scale = EvidenceScale(meaning)
        func strangers(_ bin: Int) -> Double {
            let low = Double(scale.nats(middle(bin) - step / 2))
            return pairs * (exp(-low) - exp(-Double(scale.nats(middle(bin) + step / 2))))
        }
        // seven bins together: single ones hold too few links of a small album
        func links(_ bin: Int) -> Double {
            Double(histogram[max(0, bin - 3)...min(Self.bins - 1, bin + 3)].reduce(0, +)) / 7
        }
        let start = histogram.firstIndex { $0 > 0 } ?? 0
        let crossing =
            (start..<Self.bins).first { middle($0) > 0.1 && strangers($0) <= 0.1 * links($0) } ?? Self.bins / 2
        let odds = middle(crossing)
        guard !isCalibrated else {
            value = odds
            reason = "links begin at \(percent(odds)), where strangers make one in ten of them by the calibration"
            return
        }
        let mode = (crossing..<Self.bins).max { links($0) < links($1) } ?? crossing
        value = (odds + middle(mode)) / 2
        reason = """
            no calibration is known: links begin at \(percent(value)), half way from the reach of strangers by their \
            own random pairs (\(percent(odds))) to the commonest similarity of neighbours (\(percent(middle(mode))))
            """
    }
}

private func percent(_ similarity: Float) -> String { String(Double((similarity * 1000).rounded()) / 1000) }

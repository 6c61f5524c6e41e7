internal import CKernels
public import FaceCore

/// Keeps the best of boxes that show the same thing.
public enum NonMaximumSuppression {
    /// What the common area of two boxes is compared with.
    public enum Measure: Sendable, Hashable {
        /// The union of both: intersection over union.
        case union
        /// The smaller of both: a box inside another one is dropped, too.
        case smaller
    }

    /// The indices of the boxes that stay, best score first; equal scores in their order. O(n log n + kept·n).
    ///
    /// - Parameter overlap: a box goes when it shares more than this part with a kept box.
    public static func keep(
        _ boxes: [Box], scores: [Float], overlap: Float, measure: Measure = .union
    ) -> [Int] {
        precondition(boxes.count == scores.count, "\(boxes.count) boxes have \(scores.count) scores")
        let order = boxes.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        var dropped = [UInt8](repeating: 0, count: order.count)
        ck_suppress(
            order.map { boxes[$0].x }, order.map { boxes[$0].y }, order.map { boxes[$0].right },
            order.map { boxes[$0].bottom }, order.count, overlap, measure == .smaller ? 1 : 0, &dropped)
        return zip(order, dropped).compactMap { $1 == 0 ? $0 : nil }
    }
}

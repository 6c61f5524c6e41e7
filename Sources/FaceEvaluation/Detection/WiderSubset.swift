internal import FaceCore

/// Which faces of WIDER FACE count as easy, medium or hard where the official lists are not at hand.
///
/// The official lists (`wider_*_val.mat`) rank faces by the recall of object proposals. Both rules here go by height alone:
/// figures by them are not comparable with published ones.
public enum WiderSubset: String, Sendable, Hashable, CaseIterable {
    case easy
    case medium
    case hard

    /// Shortest valid face that counts, in pixels: 50, 30, 10; each set holds the one before, as the official ones do.
    public var leastHeight: Float {
        switch self {
        case .easy: 50
        case .medium: 30
        case .hard: 10
        }
    }

    /// Places of the faces that count by their own height; invalid ones never do.
    public func keep(_ picture: WiderAnnotations.Picture) -> Set<Int> {
        Set(picture.faces.indices.filter { !picture.faces[$0].invalid && picture.faces[$0].box.height >= leastHeight })
    }

    /// The class of a whole picture: easy when every valid face has 50 pixels or more, medium when their median has 30
    /// or more, else hard; nil without a valid face.
    public static func ofPicture(_ picture: WiderAnnotations.Picture) -> WiderSubset? {
        let heights = picture.faces.filter { !$0.invalid }.map(\.box.height).sorted()
        guard let least = heights.first else { return nil }
        let middle = heights.count / 2
        let median = heights.count % 2 == 1 ? heights[middle] : (heights[middle - 1] + heights[middle]) / 2
        return least >= 50 ? .easy : median >= 30 ? .medium : .hard
    }
}

internal import FaceCore
internal import Glibc

/// How many views of a face are embedded and averaged to one vector.
///
/// The cost is that of the network times the number of views; vectors made with different modes are of different spaces.
public enum Averaging: Sendable, Hashable {
    /// One chip a face.
    case none
    /// The chip and its mirror image: 2 × the cost.
    case flip
    /// `count` (1…100) slightly moved, turned and scaled chips, every second one mirrored: `count` × the cost.
    case jitter(Int)

    /// Network runs for one face.
    public var views: Int {
        switch self {
        case .none: 1
        case .flip: 2
        case .jitter(let n): n
        }
    }

    /// The part of a space's name that says how its vectors were averaged.
    var name: String {
        switch self {
        case .none: "one chip"
        case .flip: "chip and mirror image"
        case .jitter(let n): "\(n) jittered chips, v1"
        }
    }

    /// The views of a chip of `size` pixels: a map of its frame, and whether it is mirrored afterwards.
    ///
    /// The amounts are those that dlib's example of jittering uses: up to 3° of turn, 2 % of shift and 3 % of scale.
    func frames(size: Int) -> [(jitter: SimilarityTransform, flip: Bool)] {
        switch self {
        case .none: return [(.identity, false)]
        case .flip: return [(.identity, false), (.identity, true)]
        case .jitter(let n):
            var random = SeededRandom(seed: 20)
            let side = Double(size)
            func within(_ limit: Double) -> Double { (random.unit() * 2 - 1) * limit }
            return (0..<max(1, n)).map { k in
                let turn = within(3 * .pi / 180)
                let scale = 1 + within(0.015)
                let shift = Point(Float(within(0.02) * side), Float(within(0.02) * side))
                let centre = Point(Float(size) / 2, Float(size) / 2)
                return (
                    SimilarityTransform(rotation: turn, scale: scale, about: centre, shift: shift), k % 2 == 1
                )
            }
        }
    }
}

internal import FaceCore

/// Where a picture lies in the input of a one-stage network: at the top left, shrunk (or enlarged) to `pictureWidth` ×
/// `pictureHeight`, the rest is padding.
struct OneStagePlacement: Hashable, Sendable {
    /// Of the network's input.
    var width: Int
    var height: Int
    var pictureWidth: Int
    var pictureHeight: Int
}

/// Chooses the shape of the network that a picture is searched with, from a small fixed set.
///
/// Long sides are 320, 640, 960 or 1280; short sides three quarters of that or all of it, rounded up to multiples of 32,
/// which the strides need: three shapes for each long side. Loading a compiled network takes as long as searching 15
/// pictures with it (SCRFD-500M), so that more shapes, with less padding, only pay for large albums.
struct OneStageFitting: Sendable {
    static let longSides = [320, 640, 960, 1280]
    static let shortQuarters = [3, 4]

    /// The one shape of a file that takes no other.
    let fixed: (width: Int, height: Int)?
    let batchIsFree: Bool
    private let stretch: Bool
    private let longSide: Int
    /// Pixels that the network sees for a pixel of the picture, at least, where a smallest face is asked.
    private let finest: Float?

    init(card: ModelCard, options: DetectorOptions) throws(LikenessError) {
        guard let shape = card.input?.shape, shape.count == 4 else {
            throw LikenessError(.fileFormat, subject: card.id, "the card states no input shape of four extents")
        }
        switch (shape[2], shape[3]) {
        case (.fixed(let h), .fixed(let w)) where h > 0 && w > 0: fixed = (w, h)
        case (.free, .free): fixed = nil
        default: throw LikenessError(.fileFormat, subject: card.id, "height and width are both fixed or both free")
        }
        if case .free = shape[0] { batchIsFree = true } else { batchIsFree = false }
        stretch = card.decode?.fit == "stretch"
        longSide = options.longSide ?? card.decode?.longSide ?? 640
        finest = options.minimumFace.map { (card.decode?.smallestFace ?? 10) / $0 }
        guard longSide > 0 else {
            throw LikenessError(.fileFormat, subject: card.id, "a long side of \(longSide) pixels")
        }
    }

    func placement(width: Int, height: Int) -> OneStagePlacement {
        if let fixed { return fit(width, height, into: fixed) }
        let long = Float(max(width, height))
        let finest = finest ?? min(1, Float(longSide) / long)
        let needed = Int((long * finest).rounded(.up))
        let side = Self.longSides.first { $0 >= needed } ?? Self.longSides[Self.longSides.count - 1]
        // The shape that is needed anyway is filled, but nothing is enlarged unless a smaller face was asked for.
        let scale = min(max(1, finest), Float(side) / long)
        let short = Int((Float(min(width, height)) * scale).rounded(.up))
        let shorts = Self.shortQuarters.map { ($0 * side / 4 + 31) / 32 * 32 }
        let room = shorts.first { $0 >= short } ?? side
        let size = width >= height ? (width: side, height: room) : (width: room, height: side)
        return scaled(width, height, by: scale, into: size)
    }

    private func fit(_ width: Int, _ height: Int, into size: (width: Int, height: Int)) -> OneStagePlacement {
        if stretch {
            return OneStagePlacement(
                width: size.width, height: size.height, pictureWidth: size.width, pictureHeight: size.height)
        }
        let scale = min(Float(size.width) / Float(width), Float(size.height) / Float(height))
        return scaled(width, height, by: finest == nil ? min(1, scale) : scale, into: size)
    }

    private func scaled(
        _ width: Int, _ height: Int, by scale: Float, into size: (width: Int, height: Int)
    ) -> OneStagePlacement {
        let side = { (n: Int, limit: Int) in max(1, min(limit, Int((Float(n) * scale).rounded()))) }
        return OneStagePlacement(
            width: size.width, height: size.height, pictureWidth: side(width, size.width),
            pictureHeight: side(height, size.height))
    }
}

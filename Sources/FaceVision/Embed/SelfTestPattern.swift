internal import FaceCore

/// The chip of an embedder's self-test: 10×10 blocks of seeded random colours, the same on every machine and at every
/// size. No picture needs to be shipped, and no code but the network's own feeding takes part.
package enum SelfTestPattern {
    package static let blocks = "blocks"

    package static func chip(seed: UInt64, size: Int) -> Raster {
        var random = SeededRandom(seed: seed)
        let colours = (0..<300).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) }
        var pixels = [UInt8](repeating: 0, count: size * size * 3)
        for y in 0..<size {
            for x in 0..<size {
                let block = (y * 10 / size * 10 + x * 10 / size) * 3
                for k in 0..<3 { pixels[(y * size + x) * 3 + k] = colours[block + k] }
            }
        }
        return Raster(width: size, height: size, pixels: pixels)
    }
}

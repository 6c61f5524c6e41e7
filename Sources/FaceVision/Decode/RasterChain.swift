/// A picture and its halves, quarters and so on: whatever is cut from it costs what the cut needs, not what the
/// picture has.
///
/// The mean of means over 2×2 is the exact area mean; a part is taken from the smallest member that is still at
/// least twice as fine as the part, so that fractions of pixels at its edges lose little.
package struct RasterChain: Sendable {
    /// Member k is 2ᵏ times smaller.
    private let members: [Raster]

    package var width: Int { members[0].width }
    package var height: Int { members[0].height }

    /// - Parameter smallest: no member's shorter side is below this.
    package init(_ picture: Raster, smallest: Int = 24) {
        var members = [picture]
        while let last = members.last, min(last.width, last.height) >= 2 * smallest { members.append(last.halved()) }
        self.members = members
    }

    /// ``Raster/writePlanar(x:y:into:format:by:outside:level:)`` from the member that suits the steps.
    package func writePlanar(
        x: ResampleAxis, y: ResampleAxis, into target: PlanarTarget, format: PlanarFormat,
        by resampling: Resampling = .area
    ) {
        var k = 0
        var step = min(x.step, y.step)
        while step >= 4 && k + 1 < members.count {
            step /= 2
            k += 1
        }
        let s = 1 / Double(1 << k)
        members[k].writePlanar(
            x: ResampleAxis(origin: x.origin * s, step: x.step * s, first: x.first),
            y: ResampleAxis(origin: y.origin * s, step: y.step * s, first: y.first), into: target, format: format,
            by: resampling)
    }
}

import FaceCore
import FaceVision
import Testing

@Suite struct ResizeTests {
    /// Sizes that shrink, grow, do both, and stay.
    static let sizes: [(from: (Int, Int), to: (Int, Int))] = [
        ((97, 61), (40, 33)), ((97, 61), (96, 60)), ((64, 48), (16, 12)), ((33, 21), (80, 50)), ((50, 200), (70, 20)),
        ((5, 7), (1, 1)), ((1, 1), (9, 4)), ((31, 30), (31, 30)), ((400, 3), (7, 3)),
    ]

    @Test(arguments: sizes.indices, [Resampling.area, .bilinear])
    func resizedEqualsTheDefinition(_ index: Int, _ resampling: Resampling) {
        let (from, to) = Self.sizes[index]
        let picture = noise(from.0, from.1, seed: UInt64(index))
        let resized = picture.resized(width: to.0, height: to.1, by: resampling)
        let exact = Reference(picture, to: to, resampling)
        #expect(resized.width == to.0 && resized.height == to.1)
        for (k, v) in resized.pixels.enumerated() {
            // Half a grey level of rounding, and float sums.
            #expect(abs(Double(v) - exact.values[k]) <= 0.501, "byte \(k)")
        }
    }

    @Test(arguments: sizes.indices, [Resampling.area, .bilinear])
    func planesEqualTheDefinition(_ index: Int, _ resampling: Resampling) {
        let (from, to) = Self.sizes[index]
        let picture = noise(from.0, from.1, seed: UInt64(index) + 100)
        let exact = Reference(picture, to: to, resampling)
        let mean: SIMD3<Float> = [104, 117, 123]
        let scale: SIMD3<Float> = [0.5, 1 / 128, 0.25]
        for isBGR in [false, true] {
            let format = PlanarFormat(mean: mean, scale: scale, isBGR: isBGR)
            var planes = [Float](repeating: .nan, count: 3 * to.0 * to.1)
            planes.withUnsafeMutableBufferPointer {
                picture.writePlanar(
                    into: PlanarTarget(start: $0.baseAddress!, width: to.0, height: to.1), format: format,
                    by: resampling)
            }
            for p in 0..<3 {
                for k in 0..<to.0 * to.1 {
                    let value = exact.values[3 * k + (isBGR ? 2 - p : p)]
                    let expected = (value - Double(mean[p])) * Double(scale[p])
                    #expect(abs(Double(planes[p * to.0 * to.1 + k]) - expected) < 1e-3 * Double(scale[p]))
                }
            }
        }
    }

    @Test func allKernelLevelsGiveTheSameBits() {
        let picture = noise(301, 77, seed: 5)
        for (w, h) in [(301, 77), (190, 40), (17, 5), (600, 90), (1, 1)] {
            let results = resampleLevels().map { level in
                planar(picture, width: w, height: h, level: level) {
                    ResampleAxis(origin: -3.3, step: Double($0) / Double($1), first: 0)
                }
            }
            for r in results { #expect(r == results[0]) }
        }
    }

    @Test func partsEqualTheWholeBitForBit() {
        let picture = noise(211, 143, seed: 6)
        let whole = planar(picture, width: 120, height: 90) { ResampleAxis(step: Double($0) / Double($1)) }
        for (left, top, w, h) in [(0, 0, 30, 20), (17, 33, 50, 57), (90, 70, 30, 20)] {
            var part = [Float](repeating: .nan, count: 3 * w * h)
            part.withUnsafeMutableBufferPointer {
                picture.writePlanar(
                    x: ResampleAxis(step: 211 / 120, first: left), y: ResampleAxis(step: 143 / 90, first: top),
                    into: PlanarTarget(start: $0.baseAddress!, width: w, height: h), format: PlanarFormat())
            }
            for c in 0..<3 {
                for y in 0..<h {
                    for x in 0..<w {
                        #expect(part[(c * h + y) * w + x] == whole[(c * 90 + y + top) * 120 + x + left])
                    }
                }
            }
        }
    }

    @Test func regionsReachOutsideAsIntoBlack() {
        let picture = Raster(width: 10, height: 10, grey: 200)
        let planes = planar(picture, width: 4, height: 4) { _, _ in ResampleAxis(origin: -5, step: 5) }
        // The corners see nothing or a quarter of their area, the middle is inside.
        #expect(planes.prefix(16) == [0, 0, 0, 0, 0, 200, 200, 0, 0, 200, 200, 0, 0, 0, 0, 0])
        let half = planar(picture, width: 2, height: 1) { _, _ in ResampleAxis(origin: -2, step: 4) }
        #expect(half.prefix(2) == [50, 100])
    }

    @Test(arguments: [
        Box(x: 1e30, y: 0, width: 5, height: 5), Box(x: -1e30, y: 0, width: 5, height: 5),
        Box(x: .nan, y: 0, width: 5, height: 5), Box(x: 0, y: 0, width: .nan, height: .nan),
        Box(x: 3, y: 3, width: 0, height: 5), Box(x: 3, y: 3, width: -4, height: 5),
        Box(x: 0, y: 0, width: .infinity, height: 3), Box(x: -.infinity, y: 0, width: 3, height: 3),
        Box(x: 100, y: 100, width: 5, height: 5),
    ])
    func uselessRegionsAreBlack(_ region: Box) {
        let picture = Raster(width: 10, height: 10, grey: 200)
        var planes = [Float](repeating: .nan, count: 3 * 16)
        planes.withUnsafeMutableBufferPointer {
            picture.writePlanar(
                region, into: PlanarTarget(start: $0.baseAddress!, width: 4, height: 4),
                format: PlanarFormat(mean: .init(repeating: 127.5), scale: .init(repeating: 1 / 128)))
        }
        #expect(planes.allSatisfy { $0 == -127.5 / 128 })
    }

    @Test func hugeRegionsTakeBoundedTime() {
        let picture = Raster(width: 10, height: 10, grey: 200)
        var planes = [Float](repeating: .nan, count: 3 * 16)
        planes.withUnsafeMutableBufferPointer {
            picture.writePlanar(
                Box(x: -1e9, y: -1e9, width: 2e9, height: 2e9),
                into: PlanarTarget(start: $0.baseAddress!, width: 4, height: 4), format: PlanarFormat())
        }
        #expect(planes.allSatisfy { $0 >= 0 && $0 < 1e-9 })
    }

    @Test func letterboxKeepsProportionsAndFillsWithBlack() {
        let picture = Raster(width: 200, height: 100, grey: 255)
        var planes = [Float](repeating: .nan, count: 3 * 32 * 32)
        let scale = planes.withUnsafeMutableBufferPointer {
            picture.writeLetterboxed(
                into: PlanarTarget(start: $0.baseAddress!, width: 32, height: 32),
                format: PlanarFormat(mean: [1, 2, 3], scale: .init(repeating: 2)))
        }
        #expect(scale == [0.16, 0.16])
        for c in 0..<3 {
            for y in 0..<32 {
                let expected = 2 * ((y < 16 ? 255 : 0) - Float(c + 1))
                #expect(planes[(c * 32 + y) * 32..<(c * 32 + y + 1) * 32].allSatisfy { abs($0 - expected) < 1e-3 })
            }
        }
    }

    @Test func writesNothingBesidesItsWindow() {
        let picture = noise(60, 60, seed: 8)
        var planes = [Float](repeating: -7, count: 3 * 20 * 20)
        planes.withUnsafeMutableBufferPointer {
            picture.writePlanar(
                into: PlanarTarget(
                    start: $0.baseAddress! + 5 * 20 + 4, width: 9, height: 11, rowStride: 20, planeStride: 400),
                format: PlanarFormat())
        }
        for c in 0..<3 {
            for y in 0..<20 {
                for x in 0..<20 {
                    let inside = (4..<13).contains(x) && (5..<16).contains(y)
                    #expect((planes[c * 400 + y * 20 + x] != -7) == inside)
                }
            }
        }
    }

    @Test(arguments: [(8, 6), (9, 7), (1, 1), (1, 5), (6, 1)])
    func halvedIsTheMeanOfFour(_ w: Int, _ h: Int) {
        let picture = noise(w, h, seed: 9)
        let half = picture.halved()
        #expect(half.width == (w + 1) / 2 && half.height == (h + 1) / 2)
        for y in 0..<half.height {
            for x in 0..<half.width {
                var sum = 0
                for (u, v) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    sum += Int(picture[min(2 * x + u, w - 1), min(2 * y + v, h - 1)].g)
                }
                #expect(abs(Double(half[x, y].g) - Double(sum) / 4) <= 0.5)
            }
        }
    }

    @Test func aChainGivesTheSameAsTheWholePicture() {
        // A smooth picture: what differs is only which fraction of a pixel counts at the edges of an area.
        var picture = Raster(width: 500, height: 390)
        for y in 0..<390 {
            for x in 0..<500 { picture[x, y] = (UInt8(x / 2), UInt8(y / 2), UInt8((x + y) / 4)) }
        }
        let chain = RasterChain(picture)
        for side in [12, 24, 48] {
            let axes = { (n: Int) in ResampleAxis(origin: 31.7, step: 333.3 / Double(n)) }
            let direct = planar(picture, width: side, height: side) { _, n in axes(n) }
            var chained = [Float](repeating: .nan, count: 3 * side * side)
            chained.withUnsafeMutableBufferPointer {
                chain.writePlanar(
                    x: axes(side), y: axes(side),
                    into: PlanarTarget(start: $0.baseAddress!, width: side, height: side), format: PlanarFormat())
            }
            for (a, b) in zip(direct, chained) { #expect(abs(a - b) < 1) }
        }
    }

    private func planar(
        _ picture: Raster, width: Int, height: Int, level: Int32 = -1, axis: (_ from: Int, _ to: Int) -> ResampleAxis
    ) -> [Float] {
        var planes = [Float](repeating: .nan, count: 3 * width * height)
        planes.withUnsafeMutableBufferPointer {
            picture.writePlanar(
                x: axis(picture.width, width), y: axis(picture.height, height),
                into: PlanarTarget(start: $0.baseAddress!, width: width, height: height), format: PlanarFormat(),
                level: level)
        }
        return planes
    }
}

/// A picture of random bytes.
func noise(_ width: Int, _ height: Int, seed: UInt64) -> Raster {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    let bytes = (0..<width * height * 3).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 32)
    }
    return Raster(width: width, height: height, pixels: bytes)
}

/// The definition of both resamplings, in double precision, without any table or order of passes.
private struct Reference {
    var values: [Double] = []

    init(_ p: Raster, to: (Int, Int), _ resampling: Resampling) {
        for j in 0..<to.1 {
            let wy = Self.weights(j, p.height, to.1, resampling)
            for i in 0..<to.0 {
                let wx = Self.weights(i, p.width, to.0, resampling)
                var sum = SIMD3<Double>.zero
                for (y, v) in wy.enumerated() where v > 0 {
                    for (x, u) in wx.enumerated() where u > 0 {
                        let c = p[x, y]
                        sum += u * v * SIMD3(Double(c.r), Double(c.g), Double(c.b))
                    }
                }
                values += [sum.x, sum.y, sum.z]
            }
        }
    }

    private static func weights(_ i: Int, _ from: Int, _ to: Int, _ resampling: Resampling) -> [Double] {
        let step = Double(from) / Double(to)
        let (a, b) = (Double(i) * step, Double(i + 1) * step)
        let raw = (0..<from).map { k -> Double in
            if resampling == .area && step >= 1 { return max(0, min(b, Double(k) + 1) - max(a, Double(k))) }
            return max(0, 1 - abs(Double(k) + 0.5 - (a + b) / 2) / max(1, step))
        }
        let total = raw.reduce(0, +)
        return raw.map { $0 / total }
    }
}

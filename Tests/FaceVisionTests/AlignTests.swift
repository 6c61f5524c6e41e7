import FaceCore
import FaceVision
import Foundation
import Testing

@Suite struct SimilarityTransformTests {
    private func random(_ r: inout SeededRandom, _ limit: Double) -> Double { (r.unit() * 2 - 1) * limit }

    @Test(arguments: 0..<50) func recoversTheMapThatMadeThePoints(seed: Int) throws {
        var r = SeededRandom(seed: UInt64(seed))
        let t = SimilarityTransform(
            a: random(&r, 3), b: random(&r, 3), c: random(&r, 200), d: random(&r, 200))
        let p = (0..<5).map { _ in Point(Float(random(&r, 100)), Float(random(&r, 100))) }
        let found = try #require(SimilarityTransform(from: p, to: p.map { t($0) }))
        #expect(abs(found.a - t.a) < 1e-4 && abs(found.b - t.b) < 1e-4, "seed \(seed)")
        #expect(abs(found.c - t.c) < 1e-2 && abs(found.d - t.d) < 1e-2, "seed \(seed)")
        let back = try #require(t.inverse)
        let q = back(t(p[0]))
        #expect(abs(q.x - p[0].x) < 1e-3 && abs(q.y - p[0].y) < 1e-3, "seed \(seed)")
    }

    /// No similarity nearby has a smaller squared error: the definition of the least-squares map.
    @Test(arguments: 0..<20) func noNeighbourIsBetter(seed: Int) throws {
        var r = SeededRandom(seed: UInt64(100 + seed))
        let p = (0..<5).map { _ in Point(Float(random(&r, 50)), Float(random(&r, 50))) }
        let q = (0..<5).map { _ in Point(Float(random(&r, 50)), Float(random(&r, 50))) }
        func error(_ t: SimilarityTransform) -> Double {
            zip(p, q).reduce(0) { sum, pair in
                let (x, y) = (Double(pair.0.x), Double(pair.0.y))
                let dx = t.a * x - t.b * y + t.c - Double(pair.1.x)
                let dy = t.b * x + t.a * y + t.d - Double(pair.1.y)
                return sum + dx * dx + dy * dy
            }
        }
        let best = try #require(SimilarityTransform(from: p, to: q))
        for k in 0..<8 {
            var t = best
            let step = k % 2 == 0 ? 1e-3 : -1e-3
            switch k / 2 {
            case 0: t.a += step
            case 1: t.b += step
            case 2: t.c += step
            default: t.d += step
            }
            #expect(error(t) > error(best), "seed \(seed), step \(k)")
        }
    }

    @Test func aReflectionIsNotFollowed() throws {
        let p = [Point(0, 0), Point(1, 0), Point(0, 2)]
        let mirrored = p.map { Point(-$0.x, $0.y) }
        let t = try #require(SimilarityTransform(from: p, to: mirrored))
        // the determinant of a turn and scale is a² + b²: positive whatever the points
        #expect(t.scale < 1)
    }

    @Test func composesInTheOrderStated() {
        let turn = SimilarityTransform(rotation: .pi / 2, scale: 2, about: Point(0, 0))
        let shift = SimilarityTransform(a: 1, b: 0, c: 10, d: 0)
        let p = turn.followed(by: shift)(Point(1, 0))
        #expect(abs(p.x - 10) < 1e-5 && abs(p.y - 2) < 1e-5)
    }

    @Test func undeterminedPointsGiveNone() {
        let same = [Point](repeating: Point(3, 4), count: 5)
        let nan = [Point(.nan, 0), Point(1, 1), Point(2, 0), Point(0, 3), Point(1, 2)]
        let good = [Point(0, 0), Point(1, 0), Point(2, 0), Point(0, 3), Point(1, 2)]
        #expect(SimilarityTransform(from: same, to: good) == nil)
        #expect(SimilarityTransform(from: good, to: same) == nil)
        #expect(SimilarityTransform(from: nan, to: good) == nil)
        #expect(SimilarityTransform(from: good, to: nan) == nil)
        #expect(SimilarityTransform(from: [Point(0, 0)], to: [Point(1, 1)]) == nil)
        #expect(SimilarityTransform(from: good, to: [Point(1, 1)]) == nil)
    }
}

@Suite struct WarpTests {
    private let picture = SelfTestPattern.chip(seed: 3, size: 40)

    @Test func identityCopies() throws {
        #expect(try picture.warped(by: .identity, width: 40, height: 40) == picture)
    }

    @Test func shiftByWholePixelsFillsTheRest() throws {
        let t = SimilarityTransform(a: 1, b: 0, c: 7, d: -3)
        for fill in [Raster.Fill.black, .edge] {
            let out = try picture.warped(by: t, width: 40, height: 40, outside: fill)
            for y in 0..<40 {
                for x in 0..<40 {
                    let (sx, sy) = (x + 7, y - 3)
                    let inside = sx < 40 && sy >= 0
                    let expected = inside || fill == .edge ? picture[min(sx, 39), max(sy, 0)] : (r: 0, g: 0, b: 0)
                    #expect(out[x, y] == expected, "\(x),\(y) \(fill)")
                }
            }
        }
    }

    @Test func halfAPixelIsTheMeanOfTwo() throws {
        var two = Raster(width: 2, height: 1)
        two[0, 0] = (10, 100, 200)
        two[1, 0] = (20, 50, 100)
        let out = try two.warped(by: SimilarityTransform(a: 1, b: 0, c: 0.5, d: 0), width: 1, height: 1)
        #expect(out[0, 0] == (15, 75, 150))
    }

    @Test func quarterTurnMovesPixels() throws {
        let t = SimilarityTransform(rotation: .pi / 2, scale: 1, about: Point(20, 20))
        let out = try picture.warped(by: t, width: 40, height: 40)
        for (x, y) in [(0, 0), (5, 30), (39, 1), (20, 20)] { #expect(out[x, y] == picture[39 - y, x]) }
    }

    /// A fine chessboard shrunk by any factor must become grey, not an alias of itself.
    @Test(arguments: [1.5, 1.9, 2.0, 2.7, 3.0, 5.5, 9.3]) func shrinkingDoesNotAlias(factor: Double) throws {
        var board = Raster(width: 300, height: 300)
        for y in 0..<300 { for x in 0..<300 where (x + y) % 2 == 0 { board[x, y] = (255, 255, 255) } }
        let out = try board.warped(by: SimilarityTransform(a: factor, b: 0, c: 11, d: 13), width: 28, height: 28)
        let values = out.pixels.map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        #expect(abs(mean - 127.5) < 6, "\(factor)")
        // a plain bilinear sample has a deviation of 60 and more here
        #expect(deviation < 40, "\(factor): \(deviation)")
    }

    /// Pixels repeated ten times and shrunk by ten are the pixels again.
    @Test func shrinkingAverages() throws {
        var large = Raster(width: 400, height: 400)
        for y in 0..<400 { for x in 0..<400 { large[x, y] = picture[x / 10, y / 10] } }
        let small = try large.warped(by: SimilarityTransform(a: 10, b: 0, c: 0, d: 0), width: 40, height: 40)
        #expect(small == picture)
    }

    @Test func extremeMapsNeitherCrashNorHang() throws {
        for (a, c) in [(1e-30, 0.0), (1e30, 0), (1, 1e300), (1, -1e300), (1e9, -1e9), (3000, 0), (-5, 17)] {
            let t = SimilarityTransform(a: a, b: a / 3, c: c, d: c)
            #expect(try picture.warped(by: t, width: 24, height: 24).pixels.count == 24 * 24 * 3)
        }
        for bad in [Double.nan, .infinity] {
            #expect(throws: LikenessError.self) {
                try picture.warped(by: SimilarityTransform(a: bad, b: 0, c: 0, d: 0), width: 8, height: 8)
            }
        }
        #expect(
            try Raster(width: 0, height: 0).warped(by: .identity, width: 4, height: 4) == Raster(width: 4, height: 4))
        #expect(try picture.warped(by: .identity, width: 0, height: 0).pixels.isEmpty)
    }

    @Test func onePixelPicture() throws {
        let one = Raster(width: 1, height: 1, grey: 77)
        let out = try one.warped(
            by: SimilarityTransform(a: 0.1, b: 0.1, c: 0, d: 0), width: 9, height: 9, outside: .edge)
        #expect(out.pixels.allSatisfy { $0 == 77 })
    }
}

@Suite struct FaceAlignerTests {
    static let template = [Point(30, 40), Point(70, 40), Point(50, 60), Point(35, 80), Point(65, 80)]

    /// White spots at the landmarks of a turned and scaled face must appear at the template's places.
    @Test(arguments: [(0.0, 1.0), (0.6, 2.4), (-2.5, 0.7), (3.1, 5.0)])
    func landmarksComeToTheTemplate(turn: Double, scale: Double) throws {
        let toPicture = SimilarityTransform(rotation: turn, scale: scale, about: Point(50, 50), shift: Point(350, 350))
        let landmarks = Landmarks(Self.template.map { toPicture($0) })
        var picture = Raster(width: 800, height: 800)
        for p in landmarks.points {
            let r = Int(3 * scale)
            for y in Int(p.y) - r...Int(p.y) + r {
                for x in Int(p.x) - r...Int(p.x) + r { picture[x, y] = (255, 255, 255) }
            }
        }
        let aligner = try FaceAligner(template: Self.template, size: 100)
        let chip = try aligner.chip(from: picture, landmarks: landmarks)
        #expect(chip.width == 100 && chip.height == 100)
        for p in Self.template { #expect(chip[Int(p.x), Int(p.y)].r == 255) }
        #expect(chip[50, 20].r == 0)
    }

    @Test func unusableLandmarksAreAnError() throws {
        let aligner = try FaceAligner(template: Self.template, size: 100)
        let picture = Raster(width: 10, height: 10)
        let same = Landmarks([Point](repeating: Point(1, 1), count: 5))
        let nan = Landmarks([Point](repeating: Point(.nan, 1), count: 5))
        for l in [same, nan] {
            #expect { try aligner.chip(from: picture, landmarks: l) } throws: {
                ($0 as? LikenessError)?.code == .badData
            }
        }
        #expect(throws: LikenessError.self) { try FaceAligner(template: [], size: 100) }
        #expect(throws: LikenessError.self) { try FaceAligner(template: Self.template, size: 1 << 40) }
    }
}

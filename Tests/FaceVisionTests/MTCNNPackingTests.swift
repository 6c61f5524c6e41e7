import FaceVision
import Testing

@Suite struct MTCNNPackingTests {
    static let pictures = [
        (640, 480), (1440, 1080), (250, 250), (20, 20), (33, 900), (4000, 30), (777, 333), (21, 4000), (19, 19),
    ]

    @Test func levelsShrinkByTheFactorAndHoldAWindow() {
        let levels = PyramidLevel.all(picture: 0, width: 640, height: 480, minimumFace: 20, factor: 0.709)
        #expect(levels.map(\.width) == [384, 272, 194, 136, 98, 68, 48, 34, 24, 18])
        #expect(levels.allSatisfy { $0.height >= 12 && $0.width % 2 == 0 && $0.height % 2 == 0 })
        #expect(levels.map(\.index) == Array(0..<10))
        #expect(PyramidLevel.all(picture: 0, width: 20, height: 20, minimumFace: 20, factor: 0.7).count == 1)
        #expect(PyramidLevel.all(picture: 0, width: 19, height: 500, minimumFace: 20, factor: 0.7).isEmpty)
        #expect(PyramidLevel.all(picture: 0, width: 0, height: 0, minimumFace: 20, factor: 0.7).isEmpty)
    }

    @Test(arguments: pictures.indices)
    func piecesHoldEachWindowOnce(_ index: Int) {
        let (w, h) = Self.pictures[index]
        for level in PyramidLevel.all(picture: 0, width: w, height: h, minimumFace: 20, factor: 0.709) {
            var seen = [Int](repeating: 0, count: (level.width / 2 - 5) * (level.height / 2 - 5))
            for p in PyramidPiece.cut(level, side: 256) {
                #expect(p.left + p.width <= level.width && p.top + p.height <= level.height)
                #expect([p.left, p.top, p.width, p.height].allSatisfy { $0 % 2 == 0 })
                for y in stride(from: p.top, through: p.top + p.height - 12, by: 2) {
                    for x in stride(from: p.left, through: p.left + p.width - 12, by: 2) {
                        seen[y / 2 * (level.width / 2 - 5) + x / 2] += 1
                    }
                }
            }
            #expect(seen.allSatisfy { $0 == 1 })
        }
    }

    @Test func canvasesHoldAllPiecesApart() {
        let pieces = Self.pictures.enumerated().flatMap { k, size in
            PyramidLevel.all(picture: k, width: size.0, height: size.1, minimumFace: 20, factor: 0.709).flatMap {
                PyramidPiece.cut($0, side: 256)
            }
        }
        let canvases = PyramidCanvas.pack(pieces, side: 256)
        #expect(canvases.map(\.pieces.count).reduce(0, +) == pieces.count)
        for canvas in canvases {
            var taken = [Bool](repeating: false, count: 256 * 256)
            for p in canvas.pieces {
                #expect(p.x % 2 == 0 && p.y % 2 == 0 && p.y + p.height <= canvas.side)
                for y in p.y..<p.y + p.height {
                    for x in p.x..<p.x + p.width {
                        #expect(!taken[y * 256 + x])
                        taken[y * 256 + x] = true
                    }
                }
            }
        }
        let pixels = pieces.map { $0.width * $0.height }.reduce(0, +)
        #expect(Double(pixels) > 0.85 * Double(canvases.map { $0.usedHeight * $0.side }.reduce(0, +)))
    }
}

extension PyramidCanvas {
    /// Rows that hold anything.
    fileprivate var usedHeight: Int { pieces.map { $0.y + $0.height }.max() ?? 0 }
}

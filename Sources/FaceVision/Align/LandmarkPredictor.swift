public import FaceCore
internal import FoundationEssentials

/// Finds landmarks in a face box by a cascade of regression trees (Kazemi, Sullivan 2014), as dlib's `shape_predictor`.
///
/// Written from the format and the paper. With dlib's five-point file the points are, in this order: image-right eye
/// outer and inner corner, image-left eye outer and inner corner, base of the nose.
public final class LandmarkPredictor: Sendable {
    /// One stage: trees of one depth over the same sampled pixels.
    struct Stage: Sendable {
        /// Pixels that are sampled: a landmark, and the offset from it in the frame of the mean shape.
        var anchors: [Int]
        var offsets: [Point]
        var splits: [Split]
        /// trees × leaves × 2·points.
        var leaves: [Float]
        var trees: Int
        var splitsPerTree: Int
    }

    struct Split: Sendable {
        var first: Int32
        var second: Int32
        var threshold: Float
    }

    /// x, y of each landmark of the mean shape; the box is the unit square.
    let meanShape: [Float]
    let stages: [Stage]
    public var pointCount: Int { meanShape.count / 2 }

    /// Reads a predictor file; throws `file-missing`, `file-unreadable`, `file-truncated` or `file-format`.
    public convenience init(file: String) throws(LikenessError) {
        guard FileManager.default.fileExists(atPath: file) else {
            throw LikenessError(.fileMissing, subject: file, "does not exist", remedy: "run scripts/bootstrap")
        }
        let data: Data
        do { data = try Data(contentsOf: URL(filePath: file)) } catch {
            throw LikenessError(.fileUnreadable, subject: file, "cannot be read: \(error)")
        }
        try self.init(bytes: [UInt8](data), subject: file)
    }

    /// Reads a predictor from memory.
    package init(bytes: [UInt8], subject: String) throws(LikenessError) {
        var reader = DlibReader(bytes, subject: subject)
        guard try reader.integer() == 1 else { throw reader.malformed("another version than 1") }
        meanShape = try reader.column(rows: nil)
        guard meanShape.count >= 4, meanShape.count <= 1024, meanShape.count % 2 == 0 else {
            throw reader.malformed("a shape of \(meanShape.count) values")
        }
        stages = try Self.readStages(&reader, points: meanShape.count / 2)
        guard reader.atEnd else { throw reader.malformed("more bytes than the predictor has") }
    }

    /// The landmarks of the face in `box`, in pixels of `raster` and not rounded.
    public func points(in raster: Raster, box: Box) throws(LikenessError) -> [Point] {
        guard [box.x, box.y, box.width, box.height].allSatisfy({ $0.isFinite && abs($0) < 1e7 }) else {
            throw LikenessError(.nonFinite, "a face box that is not finite has no landmarks")
        }
        var shape = meanShape
        var values = [Float](repeating: 0, count: stages.map(\.anchors.count).max() ?? 0)
        for stage in stages {
            sample(raster, box: box, shape: shape, stage: stage, into: &values)
            Self.addTrees(of: stage, values: values, to: &shape)
        }
        return (0..<pointCount).map {
            let p = toPicture(shape[2 * $0], shape[2 * $0 + 1], box)
            return Point(Float(p.x), Float(p.y))
        }
    }

    /// From the unit square of the box to pixels, in double as dlib: a sampled position near the border of two pixels
    /// must fall on the same side. dlib's boxes include their last pixel and its points are pixel indices: a box of w
    /// pixels spans w − 1, and a pixel's centre is at + 0.5 here.
    private func toPicture(_ x: Float, _ y: Float, _ box: Box) -> (x: Double, y: Double) {
        (
            Double(box.x) + Double(x) * (Double(box.width) - 1) + 0.5,
            Double(box.y) + Double(y) * (Double(box.height) - 1) + 0.5
        )
    }

    /// Grey levels at the stage's pixels; 0 outside the picture.
    private func sample(_ raster: Raster, box: Box, shape: [Float], stage: Stage, into values: inout [Float]) {
        let turn = Self.turn(from: meanShape, to: shape)
        raster.pixels.withUnsafeBufferPointer { pixels in
            for k in stage.anchors.indices {
                let (o, a) = (stage.offsets[k], stage.anchors[k])
                let p = toPicture(
                    turn.a * o.x - turn.b * o.y + shape[2 * a], turn.b * o.x + turn.a * o.y + shape[2 * a + 1], box)
                guard p.x >= 0, p.y >= 0, p.x < Double(raster.width), p.y < Double(raster.height) else {
                    values[k] = 0
                    continue
                }
                let i = (Int(p.y) * raster.width + Int(p.x)) * 3
                values[k] = Float((Int(pixels[i]) + Int(pixels[i + 1]) + Int(pixels[i + 2])) / 3)
            }
        }
    }

    /// Scale and turn that carry the mean shape onto the current one.
    private static func turn(from mean: [Float], to shape: [Float]) -> (a: Float, b: Float) {
        func points(_ s: [Float]) -> [Point] { stride(from: 0, to: s.count, by: 2).map { Point(s[$0], s[$0 + 1]) } }
        guard let t = SimilarityTransform(from: points(mean), to: points(shape)) else { return (1, 0) }
        return (Float(t.a), Float(t.b))
    }

    private static func addTrees(of stage: Stage, values: [Float], to shape: inout [Float]) {
        let (count, width) = (stage.splitsPerTree, shape.count)
        // without bounds checks: the reader made sure of every index
        shape.withUnsafeMutableBufferPointer { shape in
            values.withUnsafeBufferPointer { values in
                stage.splits.withUnsafeBufferPointer { splits in
                    stage.leaves.withUnsafeBufferPointer { leaves in
                        for t in 0..<stage.trees {
                            let first = t * count
                            var i = 0
                            while i < count {
                                let s = splits[first + i]
                                i = 2 * i + (values[Int(s.first)] - values[Int(s.second)] > s.threshold ? 1 : 2)
                            }
                            let leaf = (t * (count + 1) + i - count) * width
                            for k in 0..<width { shape[k] += leaves[leaf + k] }
                        }
                    }
                }
            }
        }
    }
}

extension LandmarkPredictor {
    fileprivate static func readStages(_ reader: inout DlibReader, points: Int) throws(LikenessError) -> [Stage] {
        let count = try reader.count(itemBytes: 2, "stages")
        var stages: [Stage] = []
        for _ in 0..<count { stages.append(try readTrees(&reader, points: points)) }
        guard try reader.count(itemBytes: 2, "stages") == count else {
            throw reader.malformed("stages without anchors")
        }
        for k in 0..<count {
            let n = try reader.count(itemBytes: 2, "anchors")
            for _ in 0..<n { stages[k].anchors.append(try reader.index(below: points, "anchor")) }
        }
        guard try reader.count(itemBytes: 2, "stages") == count else {
            throw reader.malformed("stages without offsets")
        }
        for k in 0..<count {
            let n = try reader.count(itemBytes: 8, "offsets")
            guard n == stages[k].anchors.count else { throw reader.malformed("\(n) offsets of other anchors") }
            for _ in 0..<n { stages[k].offsets.append(Point(try reader.float(), try reader.float())) }
            let known = Int32(n)
            guard stages[k].splits.allSatisfy({ $0.first < known && $0.second < known }) else {
                throw reader.malformed("a split that compares a pixel beyond the \(n) sampled ones")
            }
        }
        return stages
    }

    private static func readTrees(_ reader: inout DlibReader, points: Int) throws(LikenessError) -> Stage {
        var stage = Stage(anchors: [], offsets: [], splits: [], leaves: [], trees: 0, splitsPerTree: 0)
        stage.trees = try reader.count(itemBytes: 4, "trees")
        for t in 0..<stage.trees {
            let splits = try reader.count(itemBytes: 8, "splits")
            if t == 0 { stage.splitsPerTree = splits }
            // a complete binary tree, as deep as its fellows: one leaf more than splits, and a power of two of them
            guard splits == stage.splitsPerTree, splits & (splits + 1) == 0 else {
                throw reader.malformed("a tree of \(splits) splits")
            }
            for _ in 0..<splits {
                let first = try reader.index(below: Int(Int32.max), "pixel")
                let second = try reader.index(below: Int(Int32.max), "pixel")
                stage.splits.append(Split(first: Int32(first), second: Int32(second), threshold: try reader.float()))
            }
            guard try reader.count(itemBytes: 4, "leaves") == splits + 1 else {
                throw reader.malformed("a tree without a leaf for each way through")
            }
            for _ in 0...splits { stage.leaves += try reader.column(rows: 2 * points) }
        }
        return stage
    }
}

internal import CKernels
public import FaceCore

/// How pixels are weighted when a picture is brought to another size.
public enum Resampling: Sendable, Hashable {
    /// The mean over the area of each new pixel; linear interpolation where the picture grows.
    case area
    /// Linear interpolation; when the picture shrinks, over a triangle as wide as two new pixels (anti-aliased).
    case bilinear

    fileprivate var filter: ck_filter { self == .area ? CK_AREA : CK_TRIANGLE }
}

/// How a network reads pixels: value = (pixel − mean)·scale, one plane a channel.
public struct PlanarFormat: Sendable, Hashable {
    /// Whether the planes are B G R instead of R G B.
    public var isBGR: Bool
    /// One number for each plane, in the planes' order.
    public var mean: SIMD3<Float>
    public var scale: SIMD3<Float>

    public init(mean: SIMD3<Float> = .zero, scale: SIMD3<Float> = .one, isBGR: Bool = false) {
        self.mean = mean
        self.scale = scale
        self.isBGR = isBGR
    }
}

/// A window of a tensor C×H×W into which a picture is written.
public struct PlanarTarget {
    /// The first float of the window in the first plane.
    public var start: UnsafeMutablePointer<Float>
    public var width: Int
    public var height: Int
    /// Floats from one row to the next, and from one plane to the next.
    public var rowStride: Int
    public var planeStride: Int

    /// `nil` strides: rows and planes are packed.
    public init(
        start: UnsafeMutablePointer<Float>, width: Int, height: Int, rowStride: Int? = nil, planeStride: Int? = nil
    ) {
        self.start = start
        self.width = width
        self.height = height
        self.rowStride = rowStride ?? width
        self.planeStride = planeStride ?? self.rowStride * height
    }
}

/// One axis of a resampling: output pixel i covers origin + step·(i …< i + 1) of the source, from i = `first`.
package struct ResampleAxis: Sendable, Hashable {
    package var origin: Double
    package var step: Double
    package var first: Int

    package init(origin: Double = 0, step: Double, first: Int = 0) {
        self.origin = origin
        self.step = step
        self.first = first
    }

    fileprivate func kernel(_ count: Int) -> ck_axis {
        ck_axis(origin: origin, step: step, first: Int32(first), count: Int32(count))
    }
}

extension Raster {
    /// The picture in another size; O(pixels of both).
    ///
    /// - Precondition: both sides are positive, unless this picture is empty too.
    public func resized(width w: Int, height h: Int, by resampling: Resampling = .area) -> Raster {
        precondition(w > 0 && h > 0 && !pixels.isEmpty, "cannot resize \(width)×\(height) to \(w)×\(h)")
        if w == width && h == height { return self }
        let out = [UInt8](unsafeUninitializedCapacity: w * h * 3) { bytes, count in
            withPicture { picture in
                let status = ck_resample_rgb8(
                    picture, ResampleAxis(step: Double(width) / Double(w)).kernel(w),
                    ResampleAxis(step: Double(height) / Double(h)).kernel(h), resampling.filter, CK_OUTSIDE_IGNORED,
                    bytes.baseAddress!, w * 3, -1)
                precondition(status == 0, "no memory for a row of \(width) pixels")
            }
            count = w * h * 3
        }
        return Raster(width: w, height: h, pixels: out)
    }

    /// Writes the part `region` of the picture, in the size of `target`, straight into a network's input.
    ///
    /// What lies outside the picture counts as black (0 before the normalisation); an empty region is black all over.
    /// - Parameter region: in pixels, of any place and shape; nil for the whole picture.
    public func writePlanar(
        _ region: Box? = nil, into target: PlanarTarget, format: PlanarFormat, by resampling: Resampling = .area
    ) {
        let r = region ?? bounds
        writePlanar(
            x: ResampleAxis(origin: Double(r.x), step: Double(max(0, r.width)) / Double(max(1, target.width))),
            y: ResampleAxis(origin: Double(r.y), step: Double(max(0, r.height)) / Double(max(1, target.height))),
            into: target, format: format, by: resampling, outside: region == nil ? .ignored : .black)
    }

    /// Writes the whole picture, as large as it fits and in its own proportions, into the left upper corner of a
    /// network's input; the rest becomes black (0 before the normalisation).
    ///
    /// - Returns: what picture coordinates are multiplied by to give target coordinates, on each axis.
    public func writeLetterboxed(
        into target: PlanarTarget, format: PlanarFormat, by resampling: Resampling = .area
    ) -> SIMD2<Float> {
        precondition(width > 0 && height > 0, "an empty picture has no proportions")
        let s = min(Float(target.width) / Float(width), Float(target.height) / Float(height))
        let w = min(target.width, max(1, Int((Float(width) * s).rounded())))
        let h = min(target.height, max(1, Int((Float(height) * s).rounded())))
        writePadded(width: w, height: h, into: target, format: format, by: resampling)
        return [Float(w) / Float(width), Float(h) / Float(height)]
    }

    /// Writes the whole picture in `width`×`height` values into the left upper corner of a network's input; the rest
    /// becomes black (0 before the normalisation).
    package func writePadded(
        width: Int, height: Int, into target: PlanarTarget, format: PlanarFormat, by resampling: Resampling = .area
    ) {
        var inner = target
        (inner.width, inner.height) = (width, height)
        writePlanar(into: inner, format: format, by: resampling)
        for c in 0..<3 {
            let black = -format.mean[c] * format.scale[c]
            for y in 0..<target.height {
                let row = target.start + c * target.planeStride + y * target.rowStride
                let from = y < height ? width : 0
                (row + from).update(repeating: black, count: target.width - from)
            }
        }
    }

    /// What the weights do beyond the edges of the picture.
    package enum Outside: Sendable {
        case black
        case ignored
    }

    /// The general form: any part of any resampling of the picture; `level` as in the kernels, for tests.
    package func writePlanar(
        x: ResampleAxis, y: ResampleAxis, into target: PlanarTarget, format: PlanarFormat,
        by resampling: Resampling = .area, outside: Outside = .black, level: Int32 = -1
    ) {
        let order = format.isBGR ? [2, 1, 0] : [0, 1, 2]
        let plane = order.map { target.start + $0 * target.planeStride }
        let (m, s) = (format.mean, format.scale)
        let planes = ck_planes(
            plane: (plane[0], plane[1], plane[2]), mean: (m[order[0]], m[order[1]], m[order[2]]),
            scale: (s[order[0]], s[order[1]], s[order[2]]), stride: target.rowStride)
        let status = withPicture { picture in
            ck_resample_planar(
                picture, x.kernel(target.width), y.kernel(target.height), resampling.filter,
                outside == .black ? CK_OUTSIDE_BLACK : CK_OUTSIDE_IGNORED, planes, level)
        }
        precondition(status == 0, "no memory for a row of \(width) pixels")
    }

    /// Half as wide and high (rounded up): each pixel the mean of 2×2.
    package func halved() -> Raster {
        let (w, h) = ((width + 1) / 2, (height + 1) / 2)
        var sums = [UInt16](repeating: 0, count: width * 3)
        let out = [UInt8](unsafeUninitializedCapacity: w * h * 3) { bytes, count in
            if !pixels.isEmpty { withPicture { ck_halve_rgb8($0, bytes.baseAddress!, &sums) } }
            count = w * h * 3
        }
        return Raster(width: w, height: h, pixels: out)
    }

    private func withPicture<R>(_ body: (ck_picture) -> R) -> R {
        pixels.withUnsafeBufferPointer {
            body(ck_picture(pixels: $0.baseAddress, width: Int32(width), height: Int32(height), stride: width * 3))
        }
    }
}

/// The variants of the resampling kernels that this machine can run; all give the same bits.
package func resampleLevels() -> [Int32] { Array(0...Int32(ck_detect().rawValue)) }

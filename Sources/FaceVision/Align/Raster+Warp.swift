internal import CKernels
public import FaceCore

extension Raster {
    /// What is drawn where a chip reaches outside the picture.
    public enum Fill: Sendable, Hashable {
        case black
        /// The nearest pixel of the picture's edge.
        case edge
    }

    /// The `width`×`height` picture whose position p shows `transform(p)` of this one; bilinear, with
    /// anti-aliasing where it shrinks. Complexity: O(width·height + pixels shown).
    public func warped(
        by transform: SimilarityTransform, width outWidth: Int, height outHeight: Int, outside fill: Fill = .black
    ) throws(LikenessError) -> Raster {
        let t = transform
        let map = [t.a, -t.b, t.c, t.b, t.a, t.d]
        var out = Raster(width: outWidth, height: outHeight)
        let status = out.withUnsafeMutablePixels { target in
            pixels.withUnsafeBufferPointer { source in
                ck_warp_rgb8(
                    source.baseAddress, width, height, map, fill == .black ? CK_FILL_ZERO : CK_FILL_EDGE,
                    target.baseAddress, outWidth, outHeight)
            }
        }
        guard status == 0 else {
            throw LikenessError(.nonFinite, "a picture cannot be warped by a map that is not finite")
        }
        return out
    }
}

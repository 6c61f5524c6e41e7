import CKernels

/// Kernels over single rows in plain memory; the same bits on every machine.
package enum RowKernels {
    /// Σ a·b over n values.
    package static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ n: Int) -> Float {
        ck_dot(a, b, n, ck_detect())
    }

    /// Σ (a − b)² over n values.
    package static func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ n: Int) -> Float {
        ck_squared_distance(a, b, n, ck_detect())
    }

    /// Scales n values to unit length; zeros and what is not finite stay as they are.
    package static func normalise(_ x: UnsafeMutablePointer<Float>, _ n: Int) { _ = ck_normalise(x, n) }

    /// Fills with the first n standard normal numbers of the stream `key`.
    package static func normals(_ key: UInt64, into out: UnsafeMutablePointer<Float>, _ n: Int) {
        ck_normals(key, out, n, ck_detect())
    }
}

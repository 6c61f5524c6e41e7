import Glibc

/// Products and factorisations of dense matrices by OpenBLAS, for the rare steps that are no search for neighbours.
///
/// The library is opened on first use, not linked: OpenBLAS reads `OPENBLAS_CORETYPE` while it is loaded, and without it
/// versions that do not know the processor fall back to SSE3 kernels, ten times slower. Set here from the instructions
/// that the machine has, unless the person has set it. Calls use one thread: `parallelFor` is the place for more.
public struct DenseAlgebra: Sendable {
    /// The library, or `component-missing` where it is not installed.
    public static func load() throws(LikenessError) -> DenseAlgebra { try shared.get() }

    /// The processor whose kernels OpenBLAS chose.
    public let core: String

    private static let shared = Result { () throws(LikenessError) in try DenseAlgebra() }

    // C functions hold no state that two threads could tear.
    private nonisolated(unsafe) let sgemm: SGEMM
    private nonisolated(unsafe) let dsyevd: DSYEVD
    private nonisolated(unsafe) let dpotrf: DPOTRF
    private nonisolated(unsafe) let dpotrs: DPOTRS

    private init() throws(LikenessError) {
        let wanted =
            switch KernelLevel.current {
            case .avx512: "SKYLAKEX"
            case .avx2: "HASWELL"
            case .scalar, .neon: String?.none
            }
        if let wanted { setenv("OPENBLAS_CORETYPE", wanted, 0) }
        // with its own symbols first: those of LibTorch's LAPACK in the same process make its threads spin
        guard let library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND) else {
            throw LikenessError(
                .componentMissing, subject: "libopenblas.so.0", "OpenBLAS cannot be loaded",
                remedy: "run scripts/bootstrap, or install Debian's libopenblas0-pthread")
        }
        func symbol<T>(_ name: String, as type: T.Type) throws(LikenessError) -> T {
            guard let address = dlsym(library, name) else {
                throw LikenessError(.componentMissing, subject: "libopenblas.so.0", "\(name) is not in it")
            }
            return unsafeBitCast(address, to: type)
        }
        sgemm = try symbol("cblas_sgemm", as: SGEMM.self)
        dsyevd = try symbol("dsyevd_", as: DSYEVD.self)
        dpotrf = try symbol("dpotrf_", as: DPOTRF.self)
        dpotrs = try symbol("dpotrs_", as: DPOTRS.self)
        try symbol("openblas_set_num_threads", as: (@convention(c) (Int32) -> Void).self)(1)
        let name = try symbol("openblas_get_corename", as: (@convention(c) () -> UnsafePointer<CChar>?).self)()
        core = name.map { String(cString: $0) } ?? "unknown"
    }

    /// A·B of m×k and k×n, with either transposed beforehand: `transposeA` says that `a` is stored k×m, `transposeB`
    /// that `b` is stored n×k.
    public func product(
        _ a: Matrix, _ b: Matrix, transposeA: Bool = false, transposeB: Bool = false
    ) -> Matrix {
        let m = transposeA ? a.columns : a.rows
        let k = transposeA ? a.rows : a.columns
        let n = transposeB ? b.rows : b.columns
        precondition(k == (transposeB ? b.columns : b.rows), "the inner dimensions of a product are equal")
        var c = Matrix(rows: m, columns: n)
        guard m > 0, n > 0, k > 0 else { return c }
        let stride = c.stride
        a.withUnsafeRows { pa in
            b.withUnsafeRows { pb in
                c.withUnsafeMutableRows { pc in
                    sgemm(
                        rowMajor, transposeA ? transposed : plain, transposeB ? transposed : plain, Int32(m), Int32(n),
                        Int32(k), 1, pa, Int32(a.stride), pb, Int32(b.stride), 0, pc, Int32(stride))
                }
            }
        }
        return c
    }

    /// Eigenvalues (rising) and eigenvectors of a symmetric n×n matrix (row-major, n² values): vector i is
    /// `vectors[i * n..<(i + 1) * n]`. Throws `defect` when the iteration does not converge.
    public func symmetricEigen(
        _ matrix: [Double], order n: Int
    ) throws(LikenessError) -> (values: [Double], vectors: [Double]) {
        precondition(matrix.count == n * n, "an n×n matrix has n² values")
        guard n > 0 else { return ([], []) }
        var vectors = matrix
        var values = [Double](repeating: 0, count: n)
        var work = [0.0]
        var integers: [Int32] = [0]
        var info: Int32 = 0
        // sizes of −1 ask for the best sizes, which are then the first entries
        for isQuestion in [true, false] {
            var job = CChar(UInt8(ascii: "V"))
            var triangle = CChar(UInt8(ascii: "U"))
            var (size, leading) = (Int32(n), Int32(n))
            var workSize = isQuestion ? -1 : Int32(work[0])
            var integerSize = isQuestion ? -1 : integers[0]
            if !isQuestion {
                work = [Double](repeating: 0, count: Int(workSize))
                integers = [Int32](repeating: 0, count: Int(integerSize))
            }
            dsyevd(
                &job, &triangle, &size, &vectors, &leading, &values, &work, &workSize, &integers, &integerSize, &info)
        }
        guard info == 0 else { throw LikenessError(.defect, "eigenvalues did not converge (LAPACK says \(info))") }
        return (values, vectors)
    }

    /// X of S·X = B for a symmetric positive definite n×n S (row-major) and `count` right sides, each n values in a row
    /// of `right`. Throws `bad-data` where S is not positive definite.
    public func solve(
        _ symmetric: [Double], order n: Int, right: [Double], count: Int
    ) throws(LikenessError) -> [Double] {
        precondition(symmetric.count == n * n && right.count == n * count, "the sizes of S and B fit each other")
        guard n > 0, count > 0 else { return right }
        var factor = symmetric
        var solution = right
        var size = Int32(n)
        var columns = Int32(count)
        var info: Int32 = 0
        var triangle = CChar(UInt8(ascii: "U"))
        var leading = Int32(n)
        dpotrf(&triangle, &size, &factor, &leading, &info)
        guard info == 0 else {
            throw LikenessError(.badData, "a system of equations is not positive definite at row \(info - 1)")
        }
        var leadingRight = Int32(n)
        dpotrs(&triangle, &size, &columns, &factor, &leading, &solution, &leadingRight, &info)
        return solution
    }
}

private typealias SGEMM =
    @convention(c) (
        Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32,
        Float,
        UnsafeMutablePointer<Float>, Int32
    ) -> Void
private typealias Text = UnsafeMutablePointer<CChar>
private typealias Number = UnsafeMutablePointer<Int32>
private typealias Reals = UnsafeMutablePointer<Double>
private typealias DSYEVD =
    @convention(c) (Text, Text, Number, Reals, Number, Reals, Reals, Number, Number, Number, Number) -> Void
private typealias DPOTRF = @convention(c) (Text, Number, Reals, Number, Number) -> Void
private typealias DPOTRS = @convention(c) (Text, Number, Number, Reals, Number, Reals, Number, Number) -> Void

/// CBLAS_ROW_MAJOR, CblasNoTrans, CblasTrans of cblas.h.
private let rowMajor: Int32 = 101
private let plain: Int32 = 111
private let transposed: Int32 = 112

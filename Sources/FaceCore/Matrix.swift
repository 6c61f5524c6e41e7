import Glibc

/// n×d Float32 in row-major order, 64-byte aligned, owned or memory-mapped read-only; the only container of vectors.
///
/// Rows are `stride` floats apart: owned matrices pad each row with zeros to a multiple of 16 floats, so that every row
/// begins on a cache line; mapped ones are packed (`stride == columns`). A value type: a copy is cheap, and a
/// write to a shared or mapped matrix copies it first.
public struct Matrix: Sendable {
    public let rows: Int
    public let columns: Int
    public let stride: Int
    private var storage: MatrixStorage

    /// A matrix of zeros.
    public init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a matrix of \(rows)×\(columns) does not exist")
        self.rows = rows
        self.columns = columns
        stride = (columns + 15) / 16 * 16
        storage = MatrixStorage(count: rows * stride)
    }

    /// A matrix over foreign memory (a mapped file) of at least rows·stride floats, kept alive by `storage`.
    package init(rows: Int, columns: Int, stride: Int, storage: MatrixStorage) {
        self.rows = rows
        self.columns = columns
        self.stride = stride
        self.storage = storage
    }

    /// A matrix over packed rows in a mapped file.
    package init(rows: Int, columns: Int, mapped values: UnsafeBufferPointer<Float>, owner: MappedFile) {
        precondition(values.count == rows * columns, "\(values.count) values are not \(rows)×\(columns)")
        guard let base = values.baseAddress, rows > 0 else {
            self.init(rows: rows, columns: columns)
            return
        }
        let storage = MatrixStorage(base: UnsafeMutablePointer(mutating: base)) { withExtendedLifetime(owner) {} }
        self.init(rows: rows, columns: columns, stride: columns, storage: storage)
    }

    /// A matrix of the given rows, all of one length.
    public init(_ values: [[Float]]) {
        self.init(rows: values.count, columns: values.first?.count ?? 0)
        for (i, row) in values.enumerated() { setRow(i, row) }
    }

    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "index outside the matrix")
            return storage.base[row * stride + column]
        }
        set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "index outside the matrix")
            makeUnique()
            storage.base[row * stride + column] = newValue
        }
    }

    /// The values of one row, without copying.
    public func withRow<R, E: Error>(_ i: Int, _ body: (UnsafeBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
        precondition(i >= 0 && i < rows, "row \(i) outside 0..<\(rows)")
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeBufferPointer(start: storage.base + i * stride, count: columns))
    }

    /// A copy of one row.
    public func row(_ i: Int) -> [Float] { withRow(i) { Array($0) } }

    /// Replaces one row.
    public mutating func setRow(_ i: Int, _ values: some Collection<Float>) {
        precondition(i >= 0 && i < rows, "row \(i) outside 0..<\(rows)")
        precondition(values.count == columns, "a row has \(columns) values, not \(values.count)")
        makeUnique()
        _ = UnsafeMutableBufferPointer(start: storage.base + i * stride, count: columns).initialize(from: values)
    }

    /// All rows at once: base address of row 0; row i begins at `i·stride`.
    public func withUnsafeRows<R, E: Error>(_ body: (UnsafePointer<Float>) throws(E) -> R) throws(E) -> R {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafePointer(storage.base))
    }

    /// All rows at once, for writing.
    public mutating func withUnsafeMutableRows<R, E: Error>(
        _ body: (UnsafeMutablePointer<Float>) throws(E) -> R
    ) throws(E) -> R {
        makeUnique()
        defer { withExtendedLifetime(storage) {} }
        return try body(storage.base)
    }

    /// The rows at these indices, in this order.
    public func rows(at indices: some Collection<Int>) -> Matrix {
        var out = Matrix(rows: indices.count, columns: columns)
        for (k, i) in indices.enumerated() { withRow(i) { row in out.setRow(k, row) } }
        return out
    }

    /// The first rows, in the same memory.
    package func prefix(_ count: Int) -> Matrix {
        precondition(count >= 0 && count <= rows, "\(count) rows of \(rows)")
        return Matrix(rows: count, columns: columns, stride: stride, storage: storage)
    }

    private mutating func makeUnique() {
        if storage.writable, isKnownUniquelyReferenced(&storage) { return }
        let copy = MatrixStorage(count: rows * stride)
        copy.base.update(from: storage.base, count: rows * stride)
        storage = copy
    }
}

/// The memory behind a matrix. Immutable once shared: writers copy unless they are the only owner.
package final class MatrixStorage: @unchecked Sendable {
    package let base: UnsafeMutablePointer<Float>
    package let writable: Bool
    private let release: (() -> Void)?

    /// Zeroed, 64-byte aligned memory.
    package init(count: Int) {
        let bytes = max(64, count * MemoryLayout<Float>.stride)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        memset(raw, 0, bytes)
        base = raw.bindMemory(to: Float.self, capacity: max(16, count))
        writable = true
        release = nil
    }

    /// Foreign read-only memory, given back by `release`.
    package init(base: UnsafeMutablePointer<Float>, release: @escaping () -> Void) {
        self.base = base
        self.release = release
        writable = false
    }

    deinit {
        if let release { release() } else { UnsafeMutableRawPointer(base).deallocate() }
    }
}

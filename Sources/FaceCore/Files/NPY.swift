/// Arrays in NumPy's `.npy` format (versions 1.0 to 3.0), C order, little-endian.
///
/// Every file is treated as hostile: nothing is allocated that the file does not hold, and a file that says one thing
/// and holds another is refused.
public enum NPY {
    /// Reads n×d vectors of float32, float16 or float64 (the latter two are converted).
    ///
    /// With `mapped` a float32 file is not read but mapped: rows are fetched when touched, and it may be larger than
    /// memory. Throws `file-missing`, `file-unreadable`, `file-truncated` or `file-format`.
    public static func readMatrix(_ path: String, mapped: Bool = false) throws(LikenessError) -> Matrix {
        let file = try InputFile(path)
        let header = try NPYHeader(file)
        guard header.shape.count == 2 else {
            throw LikenessError(.fileFormat, subject: path, "vectors are n×d, the shape here is \(header.shape)")
        }
        let (rows, columns) = (header.shape[0], header.shape[1])
        guard columns > 0 || rows == 0 else {
            throw LikenessError(.fileFormat, subject: path, "\(rows) rows without a value make no vectors")
        }
        guard columns <= 1 << 24 else {
            throw LikenessError(.fileFormat, subject: path, "vectors of \(columns) values are not believed")
        }
        switch header.element {
        case .float32 where mapped && rows > 0 && header.offset % 4 == 0:
            return try map(file, header)
        case .float32: return try read(file, header, as: Float.self) { $0 }
        case .float16: return try read(file, header, as: UInt16.self, convert: float(half:))
        case .float64: return try read(file, header, as: Double.self) { Float($0) }
        case .int32, .int64:
            throw LikenessError(.fileFormat, subject: path, "vectors are real numbers, not \(header.element)")
        }
    }

    /// Reads n labels of int32 or int64 as Int. Throws as ``readMatrix(_:mapped:)``.
    public static func readLabels(_ path: String) throws(LikenessError) -> [Int] {
        let file = try InputFile(path)
        let header = try NPYHeader(file)
        guard header.shape.count == 1 else {
            throw LikenessError(.fileFormat, subject: path, "labels have one dimension, the shape is \(header.shape)")
        }
        switch header.element {
        case .int32: return try values(file, header, as: Int32.self).map(Int.init)
        case .int64: return try values(file, header, as: Int64.self).map(Int.init)
        default: throw LikenessError(.fileFormat, subject: path, "labels are whole numbers, not \(header.element)")
        }
    }

    /// Reads n labels as Int32; throws `bad-data` with the position of a label outside its range.
    public static func readLabels32(_ path: String) throws(LikenessError) -> [Int32] {
        let labels = try readLabels(path)
        if let k = labels.firstIndex(where: { Int32(exactly: $0) == nil }) {
            throw LikenessError(.badData, subject: path, "label \(labels[k]) of row \(k) needs more than 32 bits")
        }
        return labels.map(Int32.init)
    }

    /// Writes n×d vectors as float32, or as float16 (rounded to nearest even) to halve the file.
    public static func write(
        _ matrix: Matrix, to path: String, half: Bool = false, force: Bool = false
    ) throws(LikenessError) {
        let file = try AtomicFile(path, force: force)
        try file.write(NPYHeader.bytes(half ? .float16 : .float32, shape: [matrix.rows, matrix.columns]))
        var narrow = [UInt16](repeating: 0, count: half ? matrix.columns : 0)
        for i in 0..<matrix.rows {
            try matrix.withRow(i) { (row) throws(LikenessError) in
                guard half else { return try file.write(UnsafeRawBufferPointer(row)) }
                for (c, x) in row.enumerated() { narrow[c] = bits(half: x) }
                try file.write(values: narrow)
            }
        }
        try file.commit()
    }

    public static func write(labels: [Int32], to path: String, force: Bool = false) throws(LikenessError) {
        try write(values: labels, .int32, to: path, force: force)
    }

    /// Writes labels as int64.
    public static func write(labels: [Int], to path: String, force: Bool = false) throws(LikenessError) {
        try write(values: labels.map(Int64.init), .int64, to: path, force: force)
    }

    /// Writes n real numbers as float32.
    package static func write(reals: [Float], to path: String, force: Bool = false) throws(LikenessError) {
        try write(values: reals, .float32, to: path, force: force)
    }

    private static func write<T: BitwiseCopyable>(
        values: [T], _ element: NPYHeader.Element, to path: String, force: Bool
    ) throws(LikenessError) {
        let file = try AtomicFile(path, force: force)
        try file.write(NPYHeader.bytes(element, shape: [values.count]))
        try file.write(values: values)
        try file.commit()
    }

    private static func map(_ file: InputFile, _ header: NPYHeader) throws(LikenessError) -> Matrix {
        let memory = try file.map()
        let start = UnsafeMutableRawPointer(mutating: memory.bytes.baseAddress! + header.offset)
        let base = start.assumingMemoryBound(to: Float.self)
        let storage = MatrixStorage(base: base) { withExtendedLifetime(memory) {} }
        return Matrix(rows: header.shape[0], columns: header.shape[1], stride: header.shape[1], storage: storage)
    }

    private static func read<T: BitwiseCopyable>(
        _ file: InputFile, _ header: NPYHeader, as type: T.Type, convert: (T) -> Float
    ) throws(LikenessError) -> Matrix {
        let (rows, columns) = (header.shape[0], header.shape[1])
        // padding narrow rows to a cache line would take up to sixteen times what the file holds
        var matrix =
            columns >= 16
            ? Matrix(rows: rows, columns: columns)
            : Matrix(
                rows: rows, columns: columns, stride: columns, storage: MatrixStorage(count: rows * columns))
        guard rows > 0 else { return matrix }
        let stride = matrix.stride
        let block = max(1, min(rows, (1 << 20) / (columns * header.element.size)))
        let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: block * columns)
        defer { buffer.deallocate() }
        try matrix.withUnsafeMutableRows { (base) throws(LikenessError) in
            for first in Swift.stride(from: 0, to: rows, by: block) {
                let n = min(block, rows - first)
                let raw = UnsafeMutableRawBufferPointer(
                    start: buffer.baseAddress, count: n * columns * header.element.size)
                try file.read(into: raw, at: header.offset + first * columns * header.element.size)
                for i in 0..<n {
                    let out = base + (first + i) * stride
                    for c in 0..<columns { out[c] = convert(buffer[i * columns + c]) }
                }
            }
        }
        return matrix
    }

    private static func values<T: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        _ file: InputFile, _ header: NPYHeader, as type: T.Type
    ) throws(LikenessError) -> [T] {
        var out = [T](repeating: 0, count: header.count)
        try out.withUnsafeMutableBufferPointer { (raw) throws(LikenessError) in
            try file.read(into: UnsafeMutableRawBufferPointer(raw), at: header.offset)
        }
        return out
    }
}

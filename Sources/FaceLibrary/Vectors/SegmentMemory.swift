import FaceCore
import Glibc

/// The rows of one segment in the address space: the mapped file itself, or opened copies of sealed rows.
///
/// Room for the whole capacity is taken at once, so that a segment which grows never moves under its readers; only rows
/// below a reader's count may be touched. One writer adds rows beyond every reader's count.
final class SegmentMemory: Sendable {
    private let file: MappedFile
    private let start: Int
    private let isOwn: Bool
    let rowBytes: Int

    /// The file's own pages.
    init(file mapped: MappedFile, header: SegmentHeader) {
        file = mapped
        start = SegmentHeader.size
        isOwn = false
        rowBytes = header.rowBytes
    }

    /// Zeros, to be filled with opened rows.
    init(opened header: SegmentHeader, path: String) throws(LikenessError) {
        let length = header.capacity * header.plainBytes
        let protection = PROT_READ | PROT_WRITE
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let base = mmap(nil, length, protection, flags, -1, 0), base != MAP_FAILED else {
            throw LikenessError(.fileUnreadable, subject: path, "no memory for the rows: \(systemMessage(errno))")
        }
        // opened vectors belong neither in a core dump nor, where the system allows it, in the swap file
        madvise(base, length, MADV_DONTDUMP)
        file = MappedFile(base: base, count: length, path: path)
        start = 0
        isOwn = true
        rowBytes = header.plainBytes
    }

    func row(_ i: Int) -> UnsafeRawPointer {
        guard let base = file.bytes.baseAddress else { preconditionFailure("a mapping has a base") }
        return base + start + i * rowBytes
    }

    /// Puts opened rows in place, or zeros for nil.
    func put(_ row: Int, _ bytes: [UInt8]?) {
        precondition(isOwn, "mapped files are read only")
        let target = UnsafeMutableRawPointer(mutating: self.row(row))
        if let bytes {
            precondition(bytes.count == rowBytes, "an opened row has another size")
            bytes.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: rowBytes) }
        } else {
            memset(target, 0, rowBytes)
        }
    }

    /// The first `count` rows of Float32 as a matrix over this memory.
    func matrix(rows count: Int, columns: Int) -> Matrix {
        guard count > 0 else { return Matrix(rows: 0, columns: columns) }
        let values = UnsafeBufferPointer(
            start: row(0).assumingMemoryBound(to: Float.self), count: count * columns)
        return Matrix(rows: count, columns: columns, mapped: values, owner: file)
    }
}

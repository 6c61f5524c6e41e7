public import FaceCore
public import FaceVision
internal import Foundation

/// Pictures of digits with their labels, from files in MNIST's IDX format (as they are, or packed by gzip).
public struct Digits: Sendable {
    public let side: Int
    /// One byte a pixel, picture after picture.
    public let pixels: [UInt8]
    public let labels: [Int]

    public var count: Int { labels.count }

    /// `train` or `t10k` of a folder that holds the files by their usual names. Throws `file-missing`, `file-format`,
    /// `file-truncated`, and `component-missing` for a packed file where there is no gzip.
    public init(folder: String, part: String) throws(LikenessError) {
        let images = try Self.read("\(folder)/\(part)-images-idx3-ubyte", extents: 3)
        let labels = try Self.read("\(folder)/\(part)-labels-idx1-ubyte", extents: 1)
        guard images.shape[1] == images.shape[2], images.shape[0] == labels.shape[0],
            labels.bytes.allSatisfy({ $0 < 10 })
        else {
            throw LikenessError(
                .fileFormat, subject: folder, "pictures of \(images.shape) and labels of \(labels.shape) are no digits")
        }
        (side, pixels, self.labels) = (images.shape[1], images.bytes, labels.bytes.map(Int.init))
    }

    public func raster(_ i: Int) -> Raster {
        let size = side * side
        return Raster(
            width: side, height: side, pixels: pixels[i * size..<(i + 1) * size].flatMap { [$0, $0, $0] })
    }

    private static func read(_ path: String, extents: Int) throws(LikenessError) -> (shape: [Int], bytes: [UInt8]) {
        let isPlain = FileManager.default.fileExists(atPath: path)
        return try parse(isPlain ? plain(path) : unpacked(path + ".gz"), extents: extents, subject: path)
    }

    /// Two zeros, the type (8: bytes), the number of extents, the extents (big-endian), the values.
    package static func parse(
        _ bytes: [UInt8], extents: Int, subject: String
    ) throws(LikenessError) -> (shape: [Int], bytes: [UInt8]) {
        let header = 4 + 4 * extents
        guard bytes.count >= header else {
            throw LikenessError(.fileTruncated, subject: subject, "ends in its header")
        }
        guard Array(bytes[0..<4]) == [0, 0, 8, UInt8(extents)] else {
            throw LikenessError(.fileFormat, subject: subject, "is no IDX file of bytes with \(extents) extents")
        }
        let shape = (0..<extents).map { e in bytes[4 + 4 * e..<8 + 4 * e].reduce(0) { $0 << 8 | Int($1) } }
        let count = shape.reduce(1) { (a: Int, b: Int) in
            let (product, overflow) = a.multipliedReportingOverflow(by: b)
            return overflow ? Int.max : product
        }
        guard bytes.count - header == count else {
            throw LikenessError(
                .fileTruncated, subject: subject, "holds \(bytes.count - header) values, \(shape) were promised")
        }
        return (shape, Array(bytes[header...]))
    }

    private static func plain(_ path: String) throws(LikenessError) -> [UInt8] {
        let file = try InputFile(path)
        return try file.bytes(at: 0, count: file.size)
    }

    private static func unpacked(_ path: String) throws(LikenessError) -> [UInt8] {
        _ = try InputFile(path)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", "--", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch {
            throw LikenessError(.componentMissing, subject: "gzip", "packed files need it: \(error)")
        }
        // 64 MB hold MNIST; a file that unpacks to more is none
        var data = Data()
        while let part = try? pipe.fileHandleForReading.read(upToCount: 1 << 20), !part.isEmpty, data.count < 1 << 26 {
            data += part
        }
        if process.isRunning, data.count >= 1 << 26 { process.terminate() }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw LikenessError(.fileFormat, subject: path, "cannot be unpacked")
        }
        return Array(data)
    }
}

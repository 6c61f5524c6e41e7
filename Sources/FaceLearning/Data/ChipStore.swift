public import FaceCore
public import FaceVision
internal import Foundation

/// Decoded chips of a data set in one file, mapped: each is decoded once, however many epochs follow.
///
/// Bytes: magic, format, width, height, count, the data set's fingerprint (64 letters), then count·height·width·3 pixels.
public struct ChipStore: Sendable {
    public let width: Int
    public let height: Int
    public let count: Int
    public let fingerprint: String
    private let map: MappedFile
    private static let magic = Array("LKCHIPS1".utf8)
    private static let header = 8 + 3 * 8 + 64

    /// Throws `file-format` unless the file is a store whose size fits its header.
    public init(_ path: String) throws(LikenessError) {
        let file = try InputFile(path)
        guard file.size >= Self.header else { throw LikenessError(.fileTruncated, subject: path, "ends in its header") }
        let head = try file.bytes(at: 0, count: Self.header)
        let numbers = (0..<3).map { i in
            head[8 + 8 * i..<16 + 8 * i].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        guard Array(head[0..<8]) == Self.magic, numbers[0] <= 4096, numbers[1] <= 4096, numbers[2] <= 1 << 32,
            let text = String(validating: head[32...], as: UTF8.self)
        else { throw LikenessError(.fileFormat, subject: path, "is no store of chips") }
        (width, height, count, fingerprint) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]), text)
        guard file.size == Self.header + count * width * height * 3 else {
            throw LikenessError(.fileTruncated, subject: path, "holds \(file.size) bytes, not \(count) chips")
        }
        map = try file.map()
    }

    /// One chip.
    public func chip(_ i: Int) -> Raster {
        precondition((0..<count).contains(i), "chip \(i) of \(count)")
        let size = width * height * 3
        let start = Self.header + i * size
        return Raster(width: width, height: height, pixels: Array(map.bytes[start..<start + size]))
    }

    /// Decodes all pictures of a data set, resized to the given size where they have another. A picture that cannot be
    /// read is grey, and returned.
    public static func build(
        _ data: FaceDataset, width: Int, height: Int, to path: String, threads: Int = availableThreads(),
        progress: ProgressMeter? = nil
    ) throws(LikenessError) -> [LikenessError] {
        let decoder = try PhotoDecoder(.init(workingSize: 0, hashesContent: false))
        let file = try AtomicFile(path, force: true)
        try file.write(magic)
        try file.write(values: [UInt64(width), UInt64(height), UInt64(data.items.count)])
        try file.write(Array(data.fingerprint.utf8))
        var failures: [LikenessError] = []
        let block = 256
        for start in stride(from: 0, to: data.items.count, by: block) {
            let n = min(block, data.items.count - start)
            let chips = decoded(data, start..<start + n, decoder, width, height, threads)
            for chip in chips {
                switch chip {
                case .success(let raster): try file.write(raster.pixels)
                case .failure(let error):
                    failures.append(error)
                    try file.write([UInt8](repeating: 128, count: width * height * 3))
                }
            }
            progress?.advance(by: n)
        }
        try file.commit()
        return failures
    }

    private static func decoded(
        _ data: FaceDataset, _ range: Range<Int>, _ decoder: PhotoDecoder, _ width: Int, _ height: Int, _ threads: Int
    ) -> [Result<Raster, LikenessError>] {
        let slots = ChipSlots(range.count)
        parallelFor(range.count, threads: threads) { i in
            do throws(LikenessError) {
                let raster = try data.picture(range.lowerBound + i, decoder: decoder)
                let fits = raster.width == width && raster.height == height
                slots.set(i, .success(fits ? raster : raster.resized(width: width, height: height)))
            } catch { slots.set(i, .failure(error)) }
        }
        return slots.values
    }
}

/// Results of parallel decoding, each written once by its own index.
private final class ChipSlots: @unchecked Sendable {
    private let lock = NSLock()
    private var slots: [Result<Raster, LikenessError>]

    init(_ n: Int) {
        slots = Array(
            repeating: .failure(LikenessError(.defect, subject: "chips", "a picture was not looked at")), count: n)
    }
    func set(_ i: Int, _ value: Result<Raster, LikenessError>) { lock.withLock { slots[i] = value } }
    var values: [Result<Raster, LikenessError>] { lock.withLock { slots } }
}

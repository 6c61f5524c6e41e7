public import FaceCore

/// A verification set of InsightFace (`lfw.bin`, `cfp_fp.bin`, `agedb_30.bin` …): one pickle of a list of 2n encoded
/// photos and a list of n flags. Photos 2i and 2i + 1 are compared.
///
/// The pickle is read by a machine of ours that executes nothing (``pickle-forbidden`` for anything but lists of bytes
/// and truth values, as Python 2 and 3 write them under protocols 0 to 5, also as numpy arrays).
public struct InsightFacePack: Sendable {
    private enum Photo: Sendable {
        case slice(Range<Int>)
        case copy([UInt8])
    }

    private let file: [UInt8]
    private let photos: [Photo]
    /// Whether photos 2i and 2i + 1 are of one person.
    public let same: [Bool]
    public var photoCount: Int { photos.count }

    /// Files above this are not read: the largest published set has 300 MB.
    public static let largest = 4 << 30

    /// Throws `file-missing`, `file-unreadable`, `file-truncated`, `file-format`, `pickle-forbidden`.
    public init(path: String) throws(LikenessError) {
        try self.init(bytes: readBytes(path, limit: Self.largest), path: path)
    }

    /// - Parameter path: named in errors.
    public init(bytes: [UInt8], path: String = "pack") throws(LikenessError) {
        var machine = PickleMachine(bytes, path: path)
        guard case .tuple(let parts, _) = try machine.run(), parts.count == 2, case .list(let first) = parts[0],
            case .list(let second) = parts[1]
        else { throw Self.malformed(path, "the pickle is not a pair of lists") }
        var photos: [Photo] = []
        photos.reserveCapacity(first.items.count)
        for item in first.items {
            switch item {
            case .slice(let range): photos.append(.slice(range))
            case .bytes(let copy): photos.append(.copy(copy))
            default: throw Self.malformed(path, "photo \(photos.count) is not bytes")
            }
        }
        var same: [Bool] = []
        for item in second.items {
            switch item {
            case .bool(let flag): same.append(flag)
            case .integer(0), .integer(1):
                if case .integer(let n) = item { same.append(n == 1) }
            default: throw Self.malformed(path, "flag \(same.count) is not true or false")
            }
        }
        guard !same.isEmpty, photos.count == 2 * same.count else {
            throw Self.malformed(path, "\(photos.count) photos come with \(same.count) flags, not with half as many")
        }
        (file, self.photos, self.same) = (bytes, photos, same)
    }

    private static func malformed(_ path: String, _ message: String) -> LikenessError {
        LikenessError(.fileFormat, subject: path, message)
    }

    /// The encoded photo (JPEG, PNG …), as it stands.
    public func photo(_ i: Int) -> [UInt8] {
        switch photos[i] {
        case .slice(let range): Array(file[range])
        case .copy(let bytes): bytes
        }
    }

    /// The comparisons with photos named `000000`, `000001` …
    public var list: ComparisonList {
        ComparisonList(
            comparisons: same.indices.map {
                .init(left: Self.name(2 * $0), right: Self.name(2 * $0 + 1), same: same[$0])
            })
    }

    public static func name(_ photo: Int) -> String {
        let digits = String(photo)
        return String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }
}

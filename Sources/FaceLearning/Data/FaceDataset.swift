public import FaceCore
public import FaceVision
internal import Foundation

/// Pictures with identities, listed but not read. Classes are numbered 0… in the sorted order of their names.
public struct FaceDataset: Sendable {
    public struct Item: Sendable, Hashable {
        /// Path, or the key of a record.
        public var name: String
        public var label: Int
        /// Where the picture comes from, for mixtures.
        public var domain: String?
    }

    public let items: [Item]
    /// Names of the classes by number.
    public let classes: [String]
    /// What was left out, and why.
    public let skipped: [LikenessError]
    private let records: RecordFile?

    init(
        items: [(name: String, identity: String, domain: String?)], skipped: [LikenessError] = [],
        records: RecordFile? = nil, minimum: Int, subject: String
    ) throws(LikenessError) {
        var counts: [String: Int] = [:]
        for item in items { counts[item.identity, default: 0] += 1 }
        let kept = counts.filter { $0.value >= minimum }.keys
        let names = records == nil ? kept.sorted() : kept.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) }
        guard !names.isEmpty else {
            throw LikenessError(
                .trainingInput, subject: subject, "holds no identity with \(minimum) or more pictures")
        }
        let number = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        self.items = items.compactMap { item in
            number[item.identity].map { Item(name: item.name, label: $0, domain: item.domain) }
        }
        (classes, self.skipped, self.records) = (names, skipped, records)
    }

    /// `root/identity/picture`. Hidden files are left out silently, files that are no pictures are listed in `skipped`.
    public static func folder(_ root: String, minimum: Int = 1) throws(LikenessError) -> FaceDataset {
        let manager = FileManager.default
        guard let identities = try? manager.contentsOfDirectory(atPath: root) else {
            throw LikenessError(.fileMissing, subject: root, "is no folder that can be read")
        }
        var items: [(name: String, identity: String, domain: String?)] = []
        var skipped: [LikenessError] = []
        for identity in identities.sorted() where !identity.hasPrefix(".") {
            let folder = "\(root)/\(identity)"
            guard let files = try? manager.contentsOfDirectory(atPath: folder) else {
                skipped.append(LikenessError(.trainingInput, subject: folder, "is no folder of an identity"))
                continue
            }
            for file in files.sorted() where !file.hasPrefix(".") {
                let path = "\(folder)/\(file)"
                if pictureEndings.contains((file.split(separator: ".").last ?? "").lowercased()) {
                    items.append((path, identity, nil))
                } else {
                    skipped.append(LikenessError(.trainingInput, subject: path, "has no picture's ending"))
                }
            }
        }
        return try FaceDataset(items: items, skipped: skipped, minimum: minimum, subject: root)
    }

    /// A list with a header: `path,identity[,domain…]`; paths are relative to the list's folder or to `root`.
    public static func list(_ path: String, root: String? = nil, minimum: Int = 1) throws(LikenessError) -> FaceDataset
    {
        let rows = try CommaSeparated.read(path)
        guard let header = rows.first, let file = header.firstIndex(of: "path"),
            let identity = header.firstIndex(of: "identity")
        else { throw LikenessError(.fileFormat, subject: path, "has no header with 'path' and 'identity'") }
        let domain = header.firstIndex(of: "domain")
        let base = root ?? URL(fileURLWithPath: path).deletingLastPathComponent().path
        var items: [(name: String, identity: String, domain: String?)] = []
        for (n, row) in rows.enumerated().dropFirst() {
            guard row.count == header.count, !row[identity].isEmpty, !row[file].isEmpty else {
                throw LikenessError(
                    .fileFormat, subject: path, "row \(n + 1) has \(row.count) fields: \(row.prefix(3))")
            }
            let name = row[file].hasPrefix("/") ? row[file] : "\(base)/\(row[file])"
            items.append((name, row[identity], domain.map { row[$0] }))
        }
        return try FaceDataset(items: items, minimum: minimum, subject: path)
    }

    /// InsightFace's packing, `train.rec` with `train.idx` beside it. Reads every record once for its label.
    public static func records(_ path: String, minimum: Int = 1) throws(LikenessError) -> FaceDataset {
        let file = try RecordFile(path)
        var items: [(name: String, identity: String, domain: String?)] = []
        for key in file.imageKeys {
            items.append((String(key), String(try file.label(file.record(key), key: key)), nil))
        }
        return try FaceDataset(items: items, records: file, minimum: minimum, subject: path)
    }

    /// Pictures whose identities are not known, or not to be known: those of a folder at any depth of one, of a list or a
    /// `.rec`, all under one class.
    public static func unlabelled(_ path: String) throws(LikenessError) -> FaceDataset {
        if path.hasSuffix(".rec") || path.hasSuffix(".csv") {
            let named = try open(path)
            return try FaceDataset(
                items: named.items.map { ($0.name, "", nil) }, skipped: named.skipped, records: named.records,
                minimum: 1, subject: path)
        }
        var items: [(name: String, identity: String, domain: String?)] = []
        for found in PhotoFinder().find([path]) {
            if case .success(let photo) = found { items.append((photo, "", nil)) }
        }
        return try FaceDataset(items: items, minimum: 1, subject: path)
    }

    /// By what it is: a `.rec`, a `.csv`, or a folder.
    public static func open(_ path: String, minimum: Int = 1) throws(LikenessError) -> FaceDataset {
        if path.hasSuffix(".rec") { return try records(path, minimum: minimum) }
        if path.hasSuffix(".csv") { return try list(path, minimum: minimum) }
        return try folder(path, minimum: minimum)
    }

    /// The bytes of an item's file.
    public func bytes(_ index: Int) throws(LikenessError) -> [UInt8] {
        let item = items[index]
        if let records { return try records.record(Int(item.name) ?? -1).image }
        let file = try InputFile(item.name)
        return try file.bytes(at: 0, count: file.size)
    }

    /// An item's picture at its full size.
    public func picture(_ index: Int, decoder: PhotoDecoder) throws(LikenessError) -> Raster {
        try decoder.decode(bytes: bytes(index), name: items[index].name).raster
    }

    /// A digest of names and labels: a resumed run must see the same data.
    public var fingerprint: String {
        var digest = SHA256()
        for item in items { digest.update(Array("\(item.name)\u{0}\(item.label)\n".utf8)) }
        return digest.hex()
    }

    /// Some items, by their numbers; classes keep their numbers.
    public func labels(_ indices: [Int]) -> [Int] { indices.map { items[$0].label } }

    /// Divides identities, not pictures: shares of each part (the last takes the rest), seeded.
    public func splitByIdentity(_ shares: [Double], seed: UInt64) -> [[Int]] {
        var random = SeededRandom(seed: seed)
        var order = Array(classes.indices)
        order.shuffle(using: &random)
        var parts = [[Int]](repeating: [], count: shares.count + 1)
        var part = [Int](repeating: shares.count, count: classes.count)
        var start = 0
        for (p, share) in shares.enumerated() {
            let end = min(classes.count, start + Int((share * Double(classes.count)).rounded()))
            for c in order[start..<end] { part[c] = p }
            start = end
        }
        for (i, item) in items.enumerated() { parts[part[item.label]].append(i) }
        return parts
    }

    private static let pictureEndings: Set<String> = [
        "jpg", "jpeg", "png", "webp", "bmp", "pgm", "ppm", "tif", "tiff", "gif", "heic", "avif",
    ]
}

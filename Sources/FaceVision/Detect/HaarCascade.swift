internal import FaceCore
internal import FoundationEssentials

/// A boosted cascade of Haar-like features (Viola & Jones 2001; trees after Lienhart & Maydt 2002), flat in memory.
struct HaarCascade: Sendable {
    /// A weighted sum of pixels in an upright rectangle of the window.
    struct Rectangle: Hashable, Sendable {
        var x: Int
        var y: Int
        var width: Int
        var height: Int
        var weight: Float
    }

    /// Left when the feature is below the threshold. A positive side is a node of the same tree, counted from its first;
    /// 0 and below is a leaf of the tree.
    struct Node: Sendable {
        var feature: Int32
        var threshold: Float
        var left: Int32
        var right: Int32
    }

    struct Tree: Sendable {
        var firstNode: Int32
        var firstLeaf: Int32
    }

    struct Stage: Sendable {
        var trees: Range<Int32>
        /// A window whose trees sum to less is rejected.
        var threshold: Float
    }

    var width = 0
    var height = 0
    var features: [[Rectangle]] = []
    var nodes: [Node] = []
    var leaves: [Float] = []
    var trees: [Tree] = []
    var stages: [Stage] = []

    /// Reads a file of the format `opencv-cascade-classifier`.
    ///
    /// Throws `file-missing`, `file-unreadable`, `file-truncated`, or `file-format` for anything that is not a cascade of
    /// upright Haar-like features, or whose numbers point outside of it.
    init(file: String) throws(LikenessError) {
        guard FileManager.default.fileExists(atPath: file) else {
            throw LikenessError(
                .fileMissing, subject: file, "there is no such file", remedy: "run scripts/bootstrap")
        }
        let bytes: Data
        do { bytes = try Data(contentsOf: URL(filePath: file)) } catch {
            throw LikenessError(.fileUnreadable, subject: file, "the file cannot be read: \(error)")
        }
        try self.init(bytes: [UInt8](bytes), file: file)
    }

    /// - Parameter file: named in errors.
    init(bytes: [UInt8], file: String) throws(LikenessError) {
        let root = try HaarElement.parse(bytes, file: file)
        let parse = HaarFields(file: file)
        guard root.name == "opencv_storage", let cascade = root.child("cascade") else {
            throw parse.wrong("this is not a cascade of the format opencv-cascade-classifier")
        }
        guard try parse.word(cascade, "stageType") == "BOOST", try parse.word(cascade, "featureType") == "HAAR" else {
            throw parse.wrong("only boosted cascades of Haar-like features are read")
        }
        width = try parse.whole(cascade, "width", 4...256)
        height = try parse.whole(cascade, "height", 4...256)
        for element in try parse.list(cascade, "features", 1...100_000) {
            features.append(try rectangles(element, parse))
        }
        for element in try parse.list(cascade, "stages", 1...1000) { try append(stage: element, parse) }
    }

    private func rectangles(_ feature: HaarElement, _ parse: HaarFields) throws(LikenessError) -> [Rectangle] {
        if let tilted = feature.child("tilted"), try parse.numbers(tilted, 1...1) != [0] {
            throw parse.wrong("tilted features are not read")
        }
        var out: [Rectangle] = []
        for rect in try parse.list(feature, "rects", 1...3) {
            let v = try parse.numbers(rect, 5...5)
            let fits = v[0] >= 0 && v[1] >= 0 && v[2] > 0 && v[3] > 0
            guard fits, v[0] + v[2] <= Double(width), v[1] + v[3] <= Double(height),
                v[..<4].allSatisfy({ $0 == $0.rounded() })
            else { throw parse.wrong("a rectangle \(v) lies outside the window") }
            out.append(
                Rectangle(x: Int(v[0]), y: Int(v[1]), width: Int(v[2]), height: Int(v[3]), weight: Float(v[4])))
        }
        return out
    }

    private mutating func append(stage: HaarElement, _ parse: HaarFields) throws(LikenessError) {
        guard let threshold = stage.child("stageThreshold") else { throw parse.wrong("a stage has no threshold") }
        let first = Int32(trees.count)
        for tree in try parse.list(stage, "weakClassifiers", 1...10_000) {
            guard let inner = tree.child("internalNodes"), let outer = tree.child("leafValues") else {
                throw parse.wrong("a tree has no nodes or no leaves")
            }
            try append(nodes: try parse.numbers(inner, 4...400), leaves: try parse.numbers(outer, 2...101), parse)
        }
        // The slack that the training allows for rounding.
        let limit = Float(try parse.numbers(threshold, 1...1)[0]) - 1e-5
        stages.append(Stage(trees: first..<Int32(trees.count), threshold: limit))
    }

    /// One tree: four numbers a node (left, right, feature, threshold) and its leaves.
    private mutating func append(
        nodes v: [Double], leaves values: [Double], _ parse: HaarFields
    ) throws(LikenessError) {
        let count = v.count / 4
        guard v.count % 4 == 0, values.count == count + 1 else { throw parse.wrong("a tree of \(v.count) numbers") }
        trees.append(Tree(firstNode: Int32(nodes.count), firstLeaf: Int32(leaves.count)))
        for k in 0..<count {
            let (sides, feature) = (v[4 * k..<4 * k + 2], v[4 * k + 2])
            // A child comes after its parent: so a walk ends.
            let good = sides.allSatisfy {
                $0 == $0.rounded() && ($0 > 0 ? $0 > Double(k) && $0 < Double(count) : -$0 <= Double(count))
            }
            guard good, feature >= 0, feature < Double(features.count), feature == feature.rounded() else {
                throw parse.wrong("a node of a tree points nowhere: \(v[4 * k..<4 * k + 3])")
            }
            nodes.append(
                Node(
                    feature: Int32(feature), threshold: Float(v[4 * k + 3]), left: Int32(v[4 * k]),
                    right: Int32(v[4 * k + 1])))
        }
        leaves += values.map { Float($0) }
    }
}

/// Reads fields of a cascade file; every failure is a `file-format` error that names the file.
private struct HaarFields {
    let file: String

    func wrong(_ what: String) -> LikenessError { LikenessError(.fileFormat, subject: file, what) }

    func word(_ element: HaarElement, _ name: String) throws(LikenessError) -> String {
        guard let text = element.child(name)?.text.split(whereSeparator: \.isWhitespace), text.count == 1 else {
            throw wrong("\(element.name) has no \(name)")
        }
        return String(text[0])
    }

    func whole(_ element: HaarElement, _ name: String, _ range: ClosedRange<Int>) throws(LikenessError) -> Int {
        guard let n = Int(try word(element, name)), range.contains(n) else {
            throw wrong("\(name) is not a whole number in \(range.lowerBound)…\(range.upperBound)")
        }
        return n
    }

    func list(
        _ element: HaarElement, _ name: String, _ count: ClosedRange<Int>
    ) throws(LikenessError) -> [HaarElement] {
        guard let items = element.child(name)?.children, count.contains(items.count),
            items.allSatisfy({ $0.name == "_" })
        else { throw wrong("\(name) is not a list of \(count.lowerBound)…\(count.upperBound) entries") }
        return items
    }

    func numbers(_ element: HaarElement, _ count: ClosedRange<Int>) throws(LikenessError) -> [Double] {
        let words = element.text.split(whereSeparator: \.isWhitespace)
        let values = words.compactMap { Double($0) }
        guard values.count == words.count, count.contains(values.count), values.allSatisfy({ abs($0) <= 1e6 }) else {
            throw wrong("\(element.name) is not a list of \(count.lowerBound)…\(count.upperBound) finite numbers")
        }
        return values
    }
}

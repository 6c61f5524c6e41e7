public import ArgumentParser
import FaceCore
public import FaceEvaluation
import Foundation

/// Vectors with the names of their rows.
struct NamedVectorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Vectors, one row an item (.npy).", valueName: "file")) var vectors: String
    @Option(
        help: ArgumentHelp("Names of the rows, one a line, or what embed --index wrote (.jsonl).", valueName: "file"))
    var index: String

    func read() throws(LikenessError) -> (vectors: Matrix, index: ItemIndex) {
        let matrix = try NPY.readMatrix(vectors)
        let names = try ItemIndex(path: index)
        guard matrix.rows == names.names.count else {
            throw LikenessError(
                .lengthMismatch, subject: index,
                "\(names.names.count) names stand for \(matrix.rows) rows of \(vectors)")
        }
        return (matrix, names)
    }
}

/// Vectors with the person of each row.
struct LabelledVectorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Vectors, one row a face (.npy).", valueName: "file")) var vectors: String
    @Option(help: ArgumentHelp("Names of the rows; the folder of a name is the person.", valueName: "file"))
    var index: String?
    @Option(help: ArgumentHelp("The person of each row as a number, −1 for unknown (.npy).", valueName: "file"))
    var labels: String?

    func validate() throws {
        if (index == nil) == (labels == nil) {
            throw ValidationError("Say who is in each row: either --index or --labels.")
        }
    }

    func read() throws(LikenessError) -> (vectors: Matrix, identities: [Int], names: [String]?) {
        let matrix = try NPY.readMatrix(vectors)
        if let labels { return (matrix, try NPY.readLabels(labels), nil) }
        let names = try index.map { (path) throws(LikenessError) in try ItemIndex(path: path).names } ?? []
        return (matrix, try LabelNumbers.ofFolders(names), names)
    }
}

/// The list of comparisons, the rule and the rates.
struct ProtocolOptions: ParsableArguments {
    @Option(
        help: "How a fold's threshold is chosen: \(ThresholdRule.allCases.map(\.rawValue).joined(separator: ", ")).")
    var rule = ThresholdRule.midpointMean
    @Option(help: ArgumentHelp("Folds where the list declares none.", valueName: "k")) var folds = 10
    @Option(help: ArgumentHelp("False accept rates to report.", valueName: "rate")) var far: [Double] = []
    @Option(help: ArgumentHelp("Items and people to leave out: errata.", valueName: "file")) var exclude: String?
    @Option(help: ArgumentHelp("Resamples of identities behind the intervals; 0 for none.", valueName: "n"))
    var resamples = 1000

    static let usualRates = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6]
    var rates: [Double] { far.isEmpty ? Self.usualRates : far }

    func validate() throws {
        if let bad = far.first(where: { !(0...1).contains($0) }) {
            throw ValidationError("--far takes 0…1, not \(bad)")
        }
        if !(0...1_000_000).contains(resamples) {
            throw ValidationError("--resamples takes 0…1000000, not \(resamples)")
        }
        if folds < 2 { throw ValidationError("--folds takes 2 or more, not \(folds)") }
    }

    func exclusions() throws(LikenessError) -> ExclusionList? {
        try exclude.map { (path) throws(LikenessError) in try ExclusionList(path: path) }
    }
}

extension ThresholdRule: ExpressibleByArgument {}

/// Reads a list of comparisons by its shape: a table has separators, an LFW list begins with numbers, a folder has a
/// folder a person.
enum PairsFile {
    static func read(_ path: String) throws(LikenessError) -> (list: ComparisonList, name: String) {
        if path.lowercased().hasSuffix(".csv") || path.lowercased().hasSuffix(".tsv") {
            return (try CSVPairs.read(path: path), "pairs")
        }
        let list = try LFWPairs.read(path: path)
        return (list, list.folds.isEmpty ? "lfw-view1" : "lfw-view2")
    }

    static func isPack(_ path: String) -> Bool { path.lowercased().hasSuffix(".bin") }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}

/// Numbers as tables show them.
enum Figure {
    static func rate(_ x: Double?) -> String { x.map { String(format: "%.6f", $0) } ?? "–" }
    static func interval(_ i: Interval?) -> String {
        i.map { String(format: "%.4f–%.4f", $0.low, $0.high) } ?? "–"
    }
    static func far(_ x: Double) -> String { String(format: "%g", x) }
}

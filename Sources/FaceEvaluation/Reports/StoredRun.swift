public import FaceCore
import Foundation

/// A report of an earlier run, read from its folder: its plots, its figures, and its scores where it has them.
public struct StoredRun: Sendable {
    public let name: String
    public let title: String
    public let plots: [Plot]
    /// Every number of the result, by its path (`accuracy.mean`).
    public let figures: [String: Double]
    /// The scored comparisons of a verification; nil for other protocols.
    public let list: ScoredList?

    private struct Record: Decodable {
        let title: String
        let plots: [Plot]
    }

    /// Largest `report.json` that is read.
    private static let limit = 1 << 28

    /// Throws `file-missing`, `file-format`, and what ``CSVPairs`` throws for a damaged `scores.csv`.
    public init(folder: String) throws(LikenessError) {
        let path = "\(folder)/report.json"
        let bytes = try readBytes(path, limit: Self.limit)
        do {
            let record = try JSONDecoder().decode(Record.self, from: Data(bytes))
            (title, plots) = (record.title, record.plots)
        } catch {
            throw LikenessError(.fileFormat, subject: path, "this is not the report of an evaluation: \(error)")
        }
        let root = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
        figures = Self.numbers(root?["result"] ?? [:], "")
        name = folder.split(separator: "/").last.map(String.init) ?? folder
        let scores = "\(folder)/scores.csv"
        list = FileManager.default.fileExists(atPath: scores) ? try ScoreFile.read(scores) : nil
    }

    private static func numbers(_ node: Any, _ path: String) -> [String: Double] {
        switch node {
        case let object as [String: Any]:
            var out: [String: Double] = [:]
            for (key, value) in object {
                out.merge(numbers(value, path.isEmpty ? key : "\(path).\(key)")) { $1 }
            }
            return out
        case let array as [Any]:
            // long lists are points of curves, not figures
            guard array.count <= 20 else { return [:] }
            var out: [String: Double] = [:]
            for (k, value) in array.enumerated() { out.merge(numbers(value, "\(path)[\(k)]")) { $1 } }
            return out
        case let number as NSNumber: return [path: number.doubleValue]
        default: return [:]
        }
    }
}

/// `scores.csv`: the scored comparisons of a report, so that runs can be compared later on the same draws.
public enum ScoreFile {
    public static func text(_ list: ScoredList) -> String {
        var out = "left,right,label,score,fold\n"
        for (f, fold) in list.folds.enumerated() {
            for i in fold {
                let c = list.comparisons[i]
                out += "\(field(c.left)),\(field(c.right)),\(c.same ? 1 : 0),\(list.pairs.scores[i]),\(f + 1)\n"
            }
        }
        return out
    }

    private static func field(_ text: String) -> String {
        let plain = text.allSatisfy { $0 != "," && $0 != "\"" && !$0.isNewline }
        return plain ? text : "\"\(text.filter { !$0.isNewline }.replacingOccurrences(of: "\"", with: "\"\""))\""
    }

    /// Throws `file-format` for a score or a fold that is no number, and what ``CSVPairs`` throws.
    public static func read(_ path: String) throws(LikenessError) -> ScoredList {
        var list = try CSVPairs.read(path: path)
        guard list.columns == ["score", "fold"] else {
            throw LikenessError(.fileFormat, subject: path, "the columns are left,right,label,score,fold")
        }
        var scores: [Double?] = []
        var folds: [Range<Int>] = []
        var current: String?
        for (k, c) in list.comparisons.enumerated() {
            guard let score = Double(c.attributes[0]), score.isFinite else {
                throw LikenessError(.fileFormat, subject: "\(path):\(k + 2)", "the score is not a number")
            }
            scores.append(score)
            if c.attributes[1] != current {
                folds.append(k..<k)
                current = c.attributes[1]
            }
            folds[folds.count - 1] = folds[folds.count - 1].lowerBound..<k + 1
        }
        for k in list.comparisons.indices { list.comparisons[k].attributes = [] }
        list.columns = []
        list.folds = folds.count > 1 ? folds : []
        return try ScoredList(list, scores: scores)
    }
}

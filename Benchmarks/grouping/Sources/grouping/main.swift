import FaceCore
import FaceEvaluation
import FaceSpace
import Foundation

// grouping graph  VECTORS.npy K OUT.graph
// grouping run    VECTORS.npy LABELS METHOD [name=value ...] [graph=FILE] [calibration=CARD.json]

func peakMegabytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
    return (Int(line.split(separator: " ").dropLast().last ?? "0") ?? 0) / 1024
}

func labels(_ path: String) throws -> [Int] {
    if path.hasSuffix(".npy") { return try NPY.readLabels(path) }
    var numbers: [Substring: Int] = [:]
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
        let name = line.split(separator: "/")[0]
        let number = numbers[name] ?? numbers.count
        numbers[name] = number
        return number
    }
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let time = ContinuousClock.now - start
    return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
}

func score(_ truth: [Int], _ found: [Int]) throws -> String {
    let m = try GroupingReport(truth: truth, predicted: found).noiseAsSingletons
    return String(
        format: "P %.4f R %.4f F %.4f | B3 P %.4f R %.4f F %.4f | NMI %.4f | groups %d largest %d",
        m.pairwise.precision, m.pairwise.recall, m.pairwise.f, m.bcubed.precision, m.bcubed.recall, m.bcubed.f,
        m.nmi.arithmetic, m.clusters,
        Dictionary(grouping: found.filter { $0 >= 0 }) { $0 }.values.map(\.count).max() ?? 0)
}

struct Card: Decodable {
    struct Embedding: Decodable { let calibration: Calibration? }
    let calibration: Calibration?
    let embedding: Embedding?
}

func space(_ options: [String: String], _ vectors: Matrix) throws -> EmbeddingSpace {
    var calibration: Calibration?
    if options["calibration"] == "self" {
        calibration = StrangerSimilarity(of: vectors)?.calibration
    } else if let path = options["calibration"] {
        let card = try JSONDecoder().decode(Card.self, from: Data(contentsOf: URL(filePath: path)))
        calibration = card.calibration ?? card.embedding?.calibration
    }
    return EmbeddingSpace(
        id: "vectors", dimension: vectors.columns, metric: .cosine, normalised: true, calibration: calibration)
}

var words = Array(CommandLine.arguments.dropFirst())
var options: [String: String] = [:]
for word in words where word.contains("=") {
    let parts = word.split(separator: "=", maxSplits: 1)
    options[String(parts[0])] = String(parts[1])
}
words.removeAll { $0.contains("=") }
let threads = Int(options["threads"] ?? "2") ?? 2
let vectors = try NPY.readMatrix(words[1])
let kind = try space(options, vectors)
switch words[0] {
case "graph":
    let time = try seconds {
        let k = Int(words[2]) ?? 80
        try NeighbourGraph.exact(of: vectors, space: kind, k: k, threads: threads).write(to: words[3], force: true)
    }
    print(String(format: "graph of %d rows %.1f s, peak %d MB", vectors.rows, time, peakMegabytes()))
case "run":
    let truth = try labels(words[2])
    var settings: [String: Double] = [:]
    for (name, value) in options
    where !["graph", "calibration", "threads", "seed", "verbose", "before", "sweep", "after"].contains(name) {
        settings[name] = Double(value)
    }
    var graph = try options["graph"].map { try NeighbourGraph($0) }
    var rows = vectors
    for step in options["before"]?.split(separator: ",") ?? [] {
        guard let old = graph else { break }
        let time = try seconds {
            if step.hasPrefix("structure") {
                graph = StructureRanking(
                    neighbours: min(80, old.k + 1), similarityShare: Float(step.dropFirst(9)) ?? 0.3
                ).reranked(old, threads: threads)
            } else {
                let meaning = kind.calibration ?? StrangerSimilarity(of: vectors)!.calibration
                let floor = meaning.threshold(falseAcceptRate: 1e-4)
                (rows, graph) = try FeatureAggregation(layers: Int(step.dropFirst(9)) ?? 1, floor: floor).aggregated(
                    vectors, graph: old, space: kind, threads: threads)
            }
        }
        print(String(format: "%@ %.1f s", String(step), time))
    }
    let input = try ClusteringInput(vectors: rows, space: kind, graph: graph)
    let sweep = options["sweep"]?.split(separator: ":") ?? ["-"]
    for name in words[3].split(separator: ",") {
        for value in sweep.last?.split(separator: ",") ?? ["-"] {
            if sweep.count == 2 { settings[String(sweep[0])] = Double(value) }
            let method = try ClusterMethod.named(String(name)).make(settings, seed: UInt64(options["seed"] ?? "1") ?? 1)
            var found: Grouping?
            let time = try seconds { found = try method.group(input, threads: threads) }
            print(
                String(
                    format: "%@ %@ %@ | %.1f s %d MB", String(name), String(value),
                    try score(truth, found?.labels ?? []), time, peakMegabytes()))
            if options["after"] == "divide", let graph, let found {
                let division = HugeGroupDivision()
                let suspects = division.suspects(found.labels, rows)
                let names = Set(suspects.map(\.group))
                let inside = found.labels.indices.filter { names.contains(found.labels[$0]) }
                let divided = division.divided(found.labels, rows, graph)
                let some = { (labels: [Int]) in inside.map { labels[$0] } }
                print(
                    "  \(suspects.count) groups divided; their rows before:", try score(some(truth), some(found.labels))
                )
                print("    after:", try score(some(truth), some(divided)))
                print("  all rows after:", try score(truth, divided))
            }
            if options["verbose"] != nil { print(found?.parameters.sorted { $0.key < $1.key } ?? []) }
        }
    }
default:
    print("unknown command \(words[0])")
    exit(64)
}

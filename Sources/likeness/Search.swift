import ArgumentParser
import FaceCore
import FaceSpace
import Foundation

/// `likeness search`: the nearest vectors of queries.
struct Search: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the vectors nearest to query vectors, in an index or a file of vectors.",
        discussion: """
            likeness search faces.npy query.npy --top 10
            likeness search faces.index query.npy --top 5 --floor 0.5 --json
            likeness search faces.npy query.npy --within 0.5
            likeness search faces.npy query.npy --where people.npy=3,7

            Ids of a file of vectors are its row numbers. The answer is exact among the vectors that are let through;
            of an index in cells it is as complete as was measured when that was made.
            """)

    @Argument(help: "An index, or vectors (.npy).") var index: String
    @Argument(help: "Query vectors (.npy).") var query: String
    @Option(help: ArgumentHelp("Neighbours of each query.", valueName: "n")) var top = 10
    @Option(help: ArgumentHelp("List nothing below this similarity.", valueName: "similarity")) var floor: Float?
    @Option(help: ArgumentHelp("List all vectors that are at least this similar.", valueName: "similarity"))
    var within: Float?
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only vectors whose entry in a .npy of labels, at their id, is one of these.",
            valueName: "labels.npy=a,b"))
    var filter: String?
    @Option(help: ArgumentHelp("Name the space of files without side-car.", valueName: "id")) var space: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(1...1_000_000).contains(top) { throw ValidationError("--top takes 1…1000000, not \(top)") }
        if within != nil, floor != nil { throw ValidationError("--within and --floor contradict each other") }
        if let within, within.isNaN { throw ValidationError("--within takes a number") }
        if let floor, floor.isNaN { throw ValidationError("--floor takes a number") }
    }

    func run() throws {
        let index = try open()
        let (queries, space) = try VectorInput.read(query, space: space, console: common.console)
        try index.space.require(space)
        if case .estimated(let recall, _, _, _) = index.exactness {
            common.console.note("the index finds \(Format.number(100 * recall, 1)) % of the nearest vectors")
        }
        let passes = try predicate()
        let threads = common.threadCount
        let found =
            if let within {
                try index.within(within, of: queries, filter: passes, threads: threads)
            } else {
                try index.search(queries, k: top, floor: floor ?? -.infinity, filter: passes, threads: threads)
            }
        if common.json {
            return try common.console.json(
                found.map { hits in hits.map { SearchHit(id: $0.id, similarity: $0.similarity) } })
        }
        common.console.table(
            ["query", "place", "id", "similarity"],
            found.enumerated().flatMap { q, hits in
                hits.enumerated().map { place, hit in
                    ["\(q)", "\(place + 1)", "\(hit.id)", String(format: "%.6f", hit.similarity)]
                }
            })
    }

    private func open() throws(LikenessError) -> VectorIndex {
        guard index.hasSuffix(".npy") else { return try VectorIndex(index) }
        let (vectors, space) = try VectorInput.read(index, space: space, console: common.console)
        return .flat(FlatIndex(vectors, space: space))
    }

    /// Rows whose label is one of those that `--where` names.
    private func predicate() throws(LikenessError) -> ((Int64) -> Bool)? {
        guard let filter else { return nil }
        guard let sign = filter.lastIndex(of: "=") else {
            throw LikenessError(.usage, subject: filter, "no labels are named", remedy: "say labels.npy=1,2")
        }
        var wanted = Set<Int>()
        for word in filter[filter.index(after: sign)...].split(separator: ",") {
            guard let label = Int(word) else {
                throw LikenessError(.usage, subject: filter, "\(word) is not a whole number")
            }
            wanted.insert(label)
        }
        let labels = try NPY.readLabels(String(filter[..<sign]))
        return { id in id < labels.count && wanted.contains(labels[Int(id)]) }
    }
}

private struct SearchHit: Encodable {
    let id: Int64
    let similarity: Float
}

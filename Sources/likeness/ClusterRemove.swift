import ArgumentParser
import FaceCore
import FaceSpace

/// `likeness cluster remove`: rows leave a lasting grouping, and their bytes with them.
struct ClusterRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes rows from a lasting grouping.",
        discussion: """
            likeness cluster remove people/ 3,17,40-52

            likeness cluster state people/

            The numbers are those that `add` printed, from 0; they are never given again. Groups that only these rows held \
            together part. Afterwards no file of the state holds the rows' vectors.
            """)

    @Argument(help: ArgumentHelp("Folder of the state.", valueName: "state")) var state: String
    @Argument(help: ArgumentHelp("Numbers of the rows and ranges of them, separated by commas.", valueName: "rows"))
    var rows: String
    @OptionGroup var common: CommonOptions

    func run() throws {
        let ranges = try Self.ranges(rows)
        let store = try GroupingStore.open(state)
        let numbers = try Self.numbers(ranges, below: store.grouping.count)
        let change = try store.remove(numbers, threads: common.threadCount)
        try IncrementalOutput(store, removed: numbers.count, change).print(common)
    }

    /// `3,17,40-52` → the ranges. Throws `usage`.
    static func ranges(_ text: String) throws(LikenessError) -> [ClosedRange<Int>] {
        var out: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first >= 0,
                first <= last
            else {
                throw LikenessError(
                    .usage, subject: "rows", "'\(part)' is no row number and no range", remedy: "write 3,17,40-52")
            }
            out.append(first...last)
        }
        return out
    }

    /// Each number of the ranges once, rising; no memory beyond the rows there are. Throws `row-missing`.
    static func numbers(_ ranges: [ClosedRange<Int>], below count: Int) throws(LikenessError) -> [Int] {
        if let far = ranges.map(\.upperBound).max(), far >= count {
            throw LikenessError(
                .rowMissing, subject: "row \(far)", "there is no such row in the grouping",
                remedy: count > 0 ? "rows have the numbers 0…\(count - 1)" : nil)
        }
        var out: [Int] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let first = max(range.lowerBound, (out.last ?? -1) + 1)
            if first <= range.upperBound { out += first...range.upperBound }
        }
        return out
    }
}

/// `likeness cluster state`: what a lasting grouping holds.
struct ClusterState: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state", abstract: "Shows a lasting grouping.",
        discussion: """
            likeness cluster state people/
            likeness cluster state people/ --labels groups.npy

            Labels are the lasting ids of the groups, one a row in the order in which rows were added.
            """)

    @Argument(help: ArgumentHelp("Folder of the state.", valueName: "state")) var state: String
    @Option(
        help: ArgumentHelp(
            "Write the id of each row's group, −1 for nobody and removed rows (.npy).", valueName: "file"))
    var labels: String?
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        if let labels { try Output.requireFree([labels], force: force) }
        let store = try GroupingStore.open(state)
        if let labels { try NPY.write(labels: store.grouping.groups.map(Int.init), to: labels, force: force) }
        try IncrementalOutput(store).print(common)
    }
}

import ArgumentParser
import FaceCore
import FaceLibrary

struct LibraryConflicts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts", abstract: "Lists what contradicts itself: decisions that cannot all hold.",
        discussion: """
            likeness library conflicts people/

            Each stays in the list until one side goes: a face is moved, a merge is undone, a grouping is made on purpose.
            """)

    @OptionGroup var options: LibraryOptions
    @Option(help: "How many.") var limit = 100
    @Option(help: "Where the last page ended.") var cursor: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        let page = try options.open(.read).conflicts(
            page: PageRequest(limit: limit, cursor: cursor, includesTotal: true))
        if common.json { return try common.console.json(page) }
        common.console.table(
            ["since", "person", "faces", "why"],
            page.items.map {
                [
                    String($0.since.prefix(10)), $0.person.map { $0.name ?? $0.id } ?? "–",
                    $0.faces.map(\.id).joined(separator: " "), $0.reason,
                ]
            })
    }
}

import ArgumentParser

@main
struct Likeness: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "likeness", abstract: "Finds the people in photos.",
        subcommands: [Evaluate.self])
}

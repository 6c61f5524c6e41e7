import ArgumentParser
import FaceCore

/// What every command understands.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(help: "Print nothing but the result and errors.")
    var quiet = false

    @Flag(help: "Show no progress line.")
    var noProgress = false

    @Option(help: ArgumentHelp("Use this many cores (default: all).", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Seed of everything random.", valueName: "n"))
    var seed: UInt64 = 1

    var console: Console { Console(quiet: quiet, noProgress: noProgress) }
    var threadCount: Int { threads ?? availableThreads() }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads takes 1…1024, not \(threads)")
        }
    }
}

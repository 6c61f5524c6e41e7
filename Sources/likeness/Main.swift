import ArgumentParser
import FaceCore
import Foundation

/// Parses, runs, and turns every error into its sentence and its exit status.
@main
enum Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try Likeness.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as LikenessError {
            Console().error(error)
            exit(error.code.exitStatus)
        } catch {
            Likeness.exit(withError: error)
        }
    }
}

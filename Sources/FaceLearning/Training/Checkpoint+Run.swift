#if Training
    internal import FaceCore
    internal import Foundation

    /// The folder of a run: checkpoints beside its recipe and metrics.
    extension Checkpoint {
        static func makeFolder(ofRun run: String) throws(LikenessError) {
            do {
                try FileManager.default.createDirectory(
                    atPath: "\(run)/checkpoints", withIntermediateDirectories: true)
            } catch { throw LikenessError(.fileUnwritable, subject: run, "\(error.localizedDescription)") }
        }

        /// Paths, oldest first.
        static func all(ofRun run: String) -> [String] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(run)/checkpoints")) ?? []
            return names.filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }.sorted()
                .map { "\(run)/checkpoints/\($0)" }
        }

        /// Writes it under the number of its step and drops all but the newest.
        func write(toRun run: String, keeping kept: Int) throws(LikenessError) {
            let digits = String(position.step)
            let name = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
            try write(to: "\(run)/checkpoints/step-\(name).safetensors")
            for old in Self.all(ofRun: run).dropLast(max(1, kept)) {
                try? FileManager.default.removeItem(atPath: old)
            }
        }
    }
#endif

import FaceCore
import FaceLearning
import FaceTestSupport
import FaceVision
import Foundation
import Testing

/// `likeness train` and `export` as a person runs them.
@Suite(.serialized) struct TrainCommandTests {
    /// Twelve people of eight pictures, 28×28, each with a colour of its own.
    private func pictures() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for person in 0..<12 {
            let home = folder.file("person-\(person)")
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            for n in 0..<8 {
                var random = SeededRandom(seed: UInt64(person * 100 + n))
                let grey = 20 + person * 18
                let pixels = (0..<28 * 28 * 3).map { i in
                    UInt8(max(0, min(255, grey + (i / 84 > person + 8 ? 60 : 0) + Int(random.next() % 31) - 15)))
                }
                let picture = Raster(width: 28, height: 28, pixels: pixels)
                try Data(RasterEncoder.encode(picture, as: .png)).write(to: URL(fileURLWithPath: "\(home)/\(n).png"))
            }
        }
        return folder
    }

    private static let environment = ["OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"]

    private func arguments(_ data: String, _ out: String, _ more: [String] = []) -> [String] {
        [
            "train", "--data", data, "--out", out, "--backbone", "lenet-pp-2d", "--loss", "normface", "--scale", "16",
            "--rate", "0.002", "--clip", "5", "--batch", "12", "--epochs", "8", "--validation", "0.25", "--save-every",
            "4",
            "--log-every",
            "2", "--augment", "colour=0.5", "--threads", "1", "--quiet",
        ] + more
    }

    @Test func withoutTheTraitItSaysSo() throws {
        guard !Training.isAvailable else { return }
        let outcome = try Program.run(["train", "--data", "x", "--out", "y"])
        #expect(outcome.status == 69 && outcome.errors.contains("--traits Training"))
    }

    @Test func mistakesAreNamed() throws {
        guard Training.isAvailable else { return }
        let folder = try TemporaryFolder()
        for (more, word) in [
            (["--loss", "nothing"], "cosface"), (["--backbone", "alexnet"], "iresnet-18"),
            (["--augment", "x=1"], "flip"),
            (["--data", folder.file("missing")], "missing"), (["--device", "cuda"], "LibTorch with CUDA"),
        ] {
            let outcome = try Program.run(
                arguments(folder.path, folder.file("run"), more), environment: Self.environment)
            #expect(outcome.status != 0 && outcome.errors.contains(word), "\(more): \(outcome.errors)")
        }
        try Data("{\"rat\": 1}".utf8).write(to: URL(fileURLWithPath: folder.file("r.json")))
        let outcome = try Program.run(["train", "--recipe", folder.file("r.json"), "--out", folder.file("run")])
        #expect(outcome.status == 65 && outcome.errors.contains("rat"))
    }

    #if Training
        private func tensors(_ run: String) throws -> [String: [Float]] {
            let path = try #require(Trainer.checkpoints(run).last)
            return try Checkpoint(path).tensors.filter { $0.key != "generator" }.mapValues { try $0.floats() }
        }

        /// Killed in the middle of an epoch, a run goes on to the same bits as one that nobody disturbed.
        @Test func killedRunsResume() throws {
            let (data, runs) = (try pictures(), try TemporaryFolder())
            let whole = try Program.run(arguments(data.path, runs.file("whole")), environment: Self.environment)
            #expect(whole.status == 0, "\(whole.errors)")

            let process = Process()
            process.executableURL = URL(fileURLWithPath: Program.path)
            process.arguments = arguments(data.path, runs.file("killed"))
            process.environment = ProcessInfo.processInfo.environment.merging(Self.environment) { $1 }
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            let deadline = Date().addingTimeInterval(200)
            while Trainer.checkpoints(runs.file("killed")).count < 2, process.isRunning, Date() < deadline {
                usleep(1000)
            }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal, "the run ended before it could be killed")
            let resumed = try Program.run(
                ["train", "--out", runs.file("killed"), "--resume", "--threads", "1", "--quiet"],
                environment: Self.environment)
            #expect(resumed.status == 0, "\(resumed.errors)")
            let (want, got) = (try tensors(runs.file("whole")), try tensors(runs.file("killed")))
            #expect(want.count > 20 && Set(want.keys) == Set(got.keys))
            for (name, values) in want { #expect(values.map(\.bitPattern) == got[name]?.map(\.bitPattern), "\(name)") }
        }

        /// Two processes with half the batch each learn what one does, also with the classes divided between them; and one
        /// goes on from where two stopped.
        @Test(arguments: ["full", "partial"])
        func twoProcesses(_ head: String) throws {
            let (data, runs) = (try pictures(), try TemporaryFolder())
            let more = ["--head", head, "--until", "8"]
            let one = try Program.run(arguments(data.path, runs.file("one"), more), environment: Self.environment)
            #expect(one.status == 0, "\(one.errors)")
            let two = try Program.run(
                arguments(data.path, runs.file("two"), more + ["--batch", "6", "--processes", "2"]),
                environment: Self.environment)
            #expect(two.status == 0, "\(two.errors)")
            let (want, got) = (try tensors(runs.file("one")), try tensors(runs.file("two")))
            #expect(Set(want.keys) == Set(got.keys))
            for (name, values) in want {
                let other = got[name]?.map(Double.init) ?? []
                #expect(mismatch(other, values.map(Double.init), 2e-4) == nil, "\(name)")
            }
            let onward = try Program.run(
                ["train", "--out", runs.file("two"), "--resume", "--until", "10", "--threads", "1", "--quiet"],
                environment: Self.environment)
            #expect(onward.status == 0, "\(onward.errors)")
        }
    #endif
}

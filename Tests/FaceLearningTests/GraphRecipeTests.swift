import FaceCore
import FaceLearning
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

/// Recipes of graph networks and the command that reads them.
@Suite(.serialized) struct GraphRecipeTests {
    private static let environment = ["OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"]

    private func code(_ body: () throws -> Void) -> LikenessError.Code? {
        do { try body() } catch { return (error as? LikenessError)?.code }
        return nil
    }

    @Test func everyFieldIsReadAndStrangersAreRefused() throws {
        let folder = try TemporaryFolder()
        var recipe = GraphRecipe.standard(.connectivity)
        (recipe.vectors, recipe.labels) = (["a.npy", "b.npy"], ["a", "b"])
        (recipe.confidence, recipe.clip, recipe.seed) = ("v.safetensors", 3, 9)
        let path = folder.file("recipe.json")
        try Data(recipe.json().utf8).write(to: URL(fileURLWithPath: path))
        #expect(try GraphRecipe.read(path) == recipe)
        // what a file leaves out is what the kind has
        try Data(#"{"kind": "gcn-s", "steps": 7}"#.utf8).write(to: URL(fileURLWithPath: path))
        var wanted = GraphRecipe.standard(.segmentation)
        wanted.steps = 7
        #expect(try GraphRecipe.read(path) == wanted)
        for text in [#"{"kind": "gcn-x"}"#, #"{"step": 7}"#, #"{"steps": "7"}"#, "[]", "{"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            #expect(code { _ = try GraphRecipe.read(path) } == .trainingInput, "\(text)")
        }
    }

    @Test func valuesThatMakeNoSenseAreNamed() {
        let changes: [(String, (inout GraphRecipe) -> Void)] = [
            ("vectors", { $0.vectors = [] }), ("labels", { $0.labels = [] }), ("neighbours", { $0.neighbours = 1 }),
            ("validation", { $0.validation = 0 }), ("hidden", { $0.hidden = [] }), ("hidden", { $0.hidden = [8, 8] }),
            ("hidden", { $0.hidden = [0] }), ("head", { $0.head = 0 }), ("purity", { $0.purity = [0.8, 0.2] }),
            ("confident", { $0.confident = 0 }), ("balance", { $0.balance = 2 }), ("rate", { $0.rate = .nan }),
            ("decay", { $0.decay = -1 }), ("steps", { $0.steps = 0 }), ("batch", { $0.batch = 0 }),
            ("clip", { $0.clip = 0 }), ("saveEvery", { $0.saveEvery = 0 }), ("frame", { $0.frame = .own }),
            ("axes", { $0.axes = 0 }),
        ]
        for (field, change) in changes {
            var recipe = GraphRecipe.standard(.confidence)
            (recipe.vectors, recipe.labels) = (["a"], ["a"])
            #expect(code { try recipe.check() } == nil)
            change(&recipe)
            do {
                try recipe.check()
                Issue.record("\(field) was taken")
            } catch { #expect(error.subject == field) }
        }
    }

    @Test func withoutTheTraitItSaysSo() throws {
        guard !Training.isAvailable else { return }
        let outcome = try Program.run(["train", "graph", "--kind", "gcn-v", "--out", "y"])
        #expect(outcome.status == 69 && outcome.errors.contains("--traits Training"))
    }

    /// Vectors from `cluster synth`, all four networks, and `cluster` with what they became.
    @Test func theCommandTrainsWhatClusterReads() throws {
        guard Training.isAvailable else { return }
        let folder = try TemporaryFolder()
        func run(_ arguments: [String]) throws -> Program.Outcome {
            try Program.run(arguments, environment: Self.environment)
        }
        let vectors = folder.file("a.npy")
        let made = try run([
            "cluster", "synth", "--preset", "ms1m", "--n", "600", "--seed", "4", "--set", "dimension=16", "--set",
            "sizeMean=12", "--set", "sizeMost=40", "--out", vectors, "--quiet",
        ])
        #expect(made.status == 0, "\(made.errors)")
        let data = ["--vectors", vectors, "--labels", folder.file("a.labels.npy"), "--threads", "1", "--quiet"]
        func train(_ kind: String, _ more: [String] = []) throws -> Program.Outcome {
            try run(
                [
                    "train", "graph", "--kind", kind, "--out", folder.file("\(kind).safetensors"), "--steps", "12",
                    "--save-every", "6", "--hidden", kind == "gcn-v" ? "16" : "16,8", "--validation", "0.3",
                ] + data + more)
        }
        for kind in ["gcn-d", "gcn-s", "gcn-v"] {
            let outcome = try train(kind, ["--purity", "0.02,0.98"])
            #expect(outcome.status == 0, "\(kind): \(outcome.errors)")
        }
        let edges = try train(
            "gcn-e", ["--head", "8", "--confidence", folder.file("gcn-v.safetensors"), "--half", "--json"])
        #expect(edges.status == 0, "\(edges.errors)")
        #expect(try edges.json()["steps"] as? Int == 12)
        let names = ["recipe.json", "run.json", "metrics.jsonl", "checkpoints/step-000000012.safetensors"]
        for name in names {
            #expect(FileManager.default.fileExists(atPath: folder.file("gcn-e.safetensors.run/\(name)")), "\(name)")
        }
        // neither the file nor the run is overwritten unasked
        #expect(try train("gcn-v").status == 73)
        for (method, files) in [("gcn-d+s", ["gcn-s", "gcn-d"]), ("gcn-v+e", ["gcn-v", "gcn-e"])] {
            let weights = files.flatMap { ["--weights", folder.file("\($0).safetensors")] }
            let outcome = try run(["cluster", vectors, "--method", method, "--json"] + weights)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try outcome.json()["method"] as? String == method)
        }
        let misfit = try run(["cluster", vectors, "--method", "gcn-v+e", "--weights", folder.file("gcn-d.safetensors")])
        #expect(misfit.status == 64, "\(misfit.errors)")
        // the shipped ones are for 128 numbers
        let shipped = try run(["cluster", vectors, "--method", "gcn-v"])
        #expect(shipped.status == 65 && shipped.errors.contains("128"), "\(shipped.errors)")
        let unknown = try run(["train", "graph", "--kind", "gcn-x", "--out", folder.file("x")] + data)
        #expect(unknown.status == 64 && unknown.errors.contains("gcn-e"))
    }
}

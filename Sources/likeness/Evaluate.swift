import ArgumentParser

/// `likeness evaluate …`: figures by the field's own protocols.
struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures by the field's own protocols.",
        subcommands: [
            EvaluateVerification.self, EvaluateIdentification.self, EvaluateClustering.self, EvaluateDetection.self,
            EvaluateBLUFR.self, EvaluateMegaFace.self, EvaluateSets.self, EvaluateCohorts.self, EvaluateQuality.self,
            EvaluateBaselines.self, EvaluateIncremental.self, EvaluateOwner.self, EvaluateCompare.self,
        ])
}

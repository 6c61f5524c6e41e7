public import FaceCore

/// Verification on all pairs of the test photos and open-set identification, over the trials of a benchmark; the
/// figure is the mean minus one deviation.
public struct BLUFRReport: Sendable {
    public struct Trial: Sendable {
        public let genuine: Int
        public let impostors: Int
        public let genuineProbes: Int
        public let impostorProbes: Int
        public let verification: FalseAcceptPoint
        public let identification: IdentificationReport.OpenSetPoint
    }

    /// Mean and sample deviation (divisor trials − 1) of a rate over the trials.
    public struct Summary: Sendable, Hashable {
        public let mean: Double
        public let deviation: Double
        /// What the benchmark prints.
        public var fused: Double { mean - deviation }

        init(_ values: [Double]) {
            let mean = compensatedSum(values) / Double(values.count)
            let squares = compensatedSum(values.map { ($0 - mean) * ($0 - mean) })
            self.mean = mean
            deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
        }
    }

    public let trials: [Trial]
    /// VR at the verification rate and DIR at the open-set rate and rank, by `kth_impostor`.
    public var verification: Summary { Summary(trials.map(\.verification.trueAcceptRate)) }
    public var identification: Summary { Summary(trials.map(\.identification.rate)) }

    /// Throws what ``AllPairsReport`` and ``GallerySearch`` throw, and `empty` without a trial or without probes of
    /// both kinds in one.
    public static func measure(
        _ vectors: Matrix, identities: [Int], trials: [BLUFRTrial], verificationFAR: Double = 1e-3,
        openSetFAR: Double = 1e-2, rank: Int = 1, threads: Int = availableThreads()
    ) throws(LikenessError) -> BLUFRReport {
        guard vectors.rows == identities.count else {
            throw LikenessError(.lengthMismatch, "\(vectors.rows) vectors come with \(identities.count) identities")
        }
        guard !trials.isEmpty else { throw LikenessError(.emptyInput, "there is no trial") }
        var out: [Trial] = []
        for t in trials {
            if let bad = (t.gallery + t.probes).first(where: { !identities.indices.contains($0) }) {
                throw LikenessError(.badData, subject: "row \(bad)", "the trial names a row that is not there")
            }
            var options = AllPairsReport.Options()
            options.threads = threads
            (options.rates, options.keptImpostors, options.hardest) = ([], 1, 0)
            let pairs = try AllPairsReport.measure(
                vectors.rows(at: t.test), identities: t.test.map { identities[$0] }, options)
            let search = try GallerySearch(vectors.rows(at: t.gallery), identities: t.gallery.map { identities[$0] })
            let outcomes = try search.search(
                vectors.rows(at: t.probes), identities: t.probes.map { identities[$0] }, threads: threads)
            let report = try IdentificationReport(outcomes, identities: search.identities)
            guard let open = try report.openSet(far: openSetFAR, rank: rank, .kthImpostor) else {
                throw LikenessError(.emptyInput, "a trial has no genuine, or no impostor probe")
            }
            out.append(
                Trial(
                    genuine: pairs.genuine, impostors: pairs.impostors, genuineProbes: report.mated.count,
                    impostorProbes: report.nonMated.count,
                    verification: try pairs.curve.operatingPoint(far: verificationFAR, .kthImpostor),
                    identification: open))
        }
        return BLUFRReport(trials: out)
    }
}

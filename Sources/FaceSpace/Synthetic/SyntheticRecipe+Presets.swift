extension SyntheticRecipe {
    private func with(_ change: (inout SyntheticRecipe) -> Void) -> SyntheticRecipe {
        var copy = self
        change(&copy)
        return copy
    }

    /// Grouping at scale: as difficult as MS-Celeb-1M part 1 is published to be. 256 values, identities of 68 rows.
    public static let ms1m = SyntheticRecipe().with {
        $0.identityCosineMean = 0.81
        $0.identityCosineSpread = 0.075
        $0.rowCosineSpread = 0.06
        $0.hardFraction = 0.18
        $0.hardCosineMost = 0.75
        $0.hardShared = 0.06
        $0.modeEnergy = 0.45
        $0.modes = 4
        $0.modeJitter = 0.7
        $0.familyFraction = 0.6
        $0.familySizeMost = 8
        $0.familyCosineLeast = 0.37
        $0.familyCosineMost = 0.58
        $0.bridges = 0.4
    }

    /// Matched to the similarities of 128 values that a MobileFaceNet gives Labeled Faces in the Wild.
    public static let lfw = SyntheticRecipe().with {
        $0.dimension = 128
        $0.spectrum = 1.2
        $0.cohorts = 16
        $0.cohortCosine = 0.14
        $0.sizeLaw = .zipf
        $0.sizeLeast = 1
        $0.sizeMost = 530
        $0.zipfExponent = 2.3
        $0.identityCosineMean = 0.835
        $0.identityCosineSpread = 0.038
        $0.rowCosineSpread = 0.042
        $0.hardFraction = 0.1
        $0.hardCosineLeast = 0.4
        $0.hardCosineMost = 0.75
        $0.hardShared = 0.05
        $0.modeEnergy = 0.2
        $0.familyFraction = 0.14
        $0.familySizeMost = 3
        $0.familyCosineLeast = 0.4
        $0.familyCosineMost = 0.8
        $0.duplicateFraction = 0.005
    }

    /// A family's photos: a few people in hundreds, most in one or two; ageing, bursts, passers-by.
    public static let album = SyntheticRecipe().with {
        $0.sizeLaw = .zipf
        $0.sizeLeast = 1
        $0.sizeMost = 1000
        $0.zipfExponent = 1.5
        $0.hardFraction = 0.15
        $0.duplicateFraction = 0.12
        $0.outlierFraction = 0.03
        $0.drift = 0.6
        $0.bridges = 0.05
    }

    /// What every method must solve.
    public static let easy = SyntheticRecipe().with {
        $0.identityCosineMean = 0.92
        $0.identityCosineSpread = 0.02
        $0.rowCosineSpread = 0.02
        $0.hardFraction = 0
        $0.familyFraction = 0
        $0.duplicateFraction = 0
    }

    /// Ageing alone.
    public static let drift = SyntheticRecipe().with {
        $0.drift = 1
        $0.modes = 1
    }

    /// Rows between two people alone.
    public static let bridge = SyntheticRecipe().with {
        $0.bridges = 0.6
        $0.familyFraction = 0.5
    }
}

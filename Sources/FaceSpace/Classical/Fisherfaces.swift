public import FaceCore

/// Principal components, then linear discriminants inside them (Belhumeur, Hespanha & Kriegman 1997).
public struct Fisherfaces: Sendable {
    public let components: PrincipalComponents
    public let discriminants: LinearDiscriminants

    /// From n×d samples with a class each. The authors take n − c components; on small sets that leaves the within-class
    /// covariance all but singular, so the number is asked for, with the shrinkage of ``LinearDiscriminants``.
    public init(
        _ samples: Matrix, classes: [Int], components count: Int, shrinkage: Double = 0,
        method: PrincipalComponents.Method = .exact
    ) throws(LikenessError) {
        try self.init(
            samples, classes: classes, components: PrincipalComponents(samples, count: count, method: method),
            shrinkage: shrinkage)
    }

    /// With components that were found before.
    public init(
        _ samples: Matrix, classes: [Int], components: PrincipalComponents, shrinkage: Double = 0
    ) throws(LikenessError) {
        self.components = components
        discriminants = try LinearDiscriminants(
            components.project(samples), classes: classes, shrinkage: shrinkage)
    }

    /// Coordinates of n×d samples, n×(c − 1) at most.
    public func project(_ samples: Matrix) -> Matrix { discriminants.project(components.project(samples)) }
}

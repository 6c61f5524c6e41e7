public import FaceCore

/// A method that finds who belongs together.
///
/// The same rows in another order give the same groups, and 1 and N threads the same labels.
public protocol Clusterer: Sendable {
    /// The name that `--method` takes and ``Grouping/method`` carries.
    var method: String { get }

    /// Groups the rows of `input`.
    ///
    /// Throws `calibration-missing` where the method needs to know what a similarity of the space means.
    func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping
}

extension Clusterer {
    /// Groups the rows of `input` on all cores.
    public func group(_ input: ClusteringInput) throws(LikenessError) -> Grouping {
        try group(input, threads: availableThreads())
    }
}

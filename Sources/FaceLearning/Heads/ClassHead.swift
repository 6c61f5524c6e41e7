#if Training
    public import FaceCore

    /// The last layer of training: class weights, and the loss over them.
    ///
    /// A head collects gradients itself, in its own parameters and in the features, because some need the other processes for
    /// that. All of it in float32 or float64, whatever the trunk computes in.
    public protocol ClassHead: AnyObject {
        var parameters: [Parameter] { get }
        /// Numbers and tensors beside the parameters that a checkpoint must keep.
        var state: HeadState { get }
        func restore(_ state: HeadState) throws(LikenessError)
        /// One batch: features N×D (a leaf), labels N. Gradients are those of `factor` · loss.
        func step(_ features: Tensor, _ labels: [Int], factor: Double) throws(LikenessError) -> HeadReport
    }

    /// What a head keeps from step to step.
    public struct HeadState: Sendable, Hashable {
        public var numbers: [String: Double]
        /// Lists of whole numbers, as long as there are classes.
        public var integers: [String: [Int]]

        public init(numbers: [String: Double] = [:], integers: [String: [Int]] = [:]) {
            (self.numbers, self.integers) = (numbers, integers)
        }
    }

    /// One step of a head, for the log and the watch.
    public struct HeadReport: Sendable {
        /// The whole loss, without the factor.
        public var loss: Double
        /// Its terms by name, where there are several.
        public var parts: [String: Double] = [:]
        /// Mean cosine between features and their class; nil where there is none.
        public var targetCosine: Double?
        /// Share of samples whose own class has the largest cosine, margins left out.
        public var accuracy: Double
    }
#endif

#if Training
    internal import FaceCore

    /// Plain softmax: nothing normalised, no margin.
    public struct PlainSoftmax: MarginRule {
        public var normalisation: MarginNormalisation { .none }
        public var scale: MarginScale { .fixed(1) }
        public init() {}
    }
#endif

#if Training
    public import FaceCore

    /// Synaptic intelligence (Zenke et al. 2017): the path integral of −gradient · movement, over the squared way.
    public struct SynapticIntelligence {
        public private(set) var paths: [Tensor]
        private let start: [Tensor]
        private let damping: Double

        public init(_ parameters: [Tensor], damping: Double = 0.1) throws(LikenessError) {
            paths = try parameters.map { (p) throws(LikenessError) in try p.detached().zeros() }
            start = try parameters.map { (p) throws(LikenessError) in try p.detached().copied() }
            self.damping = damping
        }

        /// One optimiser step: gradients before it, parameters before and after it.
        public mutating func record(gradients: [Tensor], before: [Tensor], after: [Tensor]) throws(LikenessError) {
            for i in paths.indices {
                paths[i] = try (paths[i] - gradients[i].detached() * (after[i].detached() - before[i].detached()))
                    .detached()
            }
        }

        /// Path over (way² + ξ), at the parameters' present values.
        public func importance(_ parameters: [Tensor]) throws(LikenessError) -> ParameterImportance {
            var out: [Tensor] = []
            for i in paths.indices {
                let way = try parameters[i].detached() - start[i]
                out.append(try paths[i] / (way.squared() + damping))
            }
            return try ParameterImportance(
                importance: out, anchors: parameters.map { (p) throws(LikenessError) in try p.detached().copied() })
        }
    }
#endif

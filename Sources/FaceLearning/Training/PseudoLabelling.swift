#if Training
    public import FaceCore
    internal import FaceVision

    /// Embeds chips by given weights and clusters the unlabelled ones, see ``PseudoLabels``.
    public struct PseudoLabelling {
        private let net: Backbone
        private let threads: Int

        /// Throws what reading the weights throws.
        public init(weights: String, plan: BackbonePlan, threads: Int = availableThreads()) throws(LikenessError) {
            try LibTorch.setThreads(threads)
            net = try Backbone(plan, seed: nil)
            try BackboneWeights.load(weights, into: net)
            self.threads = threads
        }

        /// Pseudo-labels of all chips of a store, beside the labelled data.
        public func labels(
            _ chips: ChipStore, beside data: TrainingData, options: PseudoLabels.Options = .init(), seed: UInt64
        ) throws(LikenessError) -> PseudoLabels {
            let known = try embeddings(data.labels.count, data.chip)
            return try PseudoLabels(
                embeddings(chips.count, chips.chip), labelled: known, identities: data.labels, options: options,
                seed: seed, threads: threads)
        }

        private func embeddings(_ count: Int, _ chip: (Int) -> Raster) throws(LikenessError) -> Matrix {
            var out = Matrix(rows: count, columns: net.plan.dimension)
            let size = net.plan.input
            try withoutGradients { () throws(LikenessError) in
                for start in stride(from: 0, to: count, by: 64) {
                    let some = start..<min(start + 64, count)
                    let rasters = some.map { i in
                        let raster = chip(i)
                        let fits = raster.width == size[2] && raster.height == size[1]
                        return fits ? raster : raster.resized(width: size[2], height: size[1])
                    }
                    let flat = try net(ChipTensor.make(rasters, channels: size[0]), training: false).floats()
                    for (k, i) in some.enumerated() {
                        out.setRow(i, flat[k * out.columns..<(k + 1) * out.columns])
                    }
                }
            }
            out.normaliseRows(threads: threads)
            return out
        }
    }
#endif

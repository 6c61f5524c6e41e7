#if Training
    internal import FaceCore

    extension Trainer {
        /// Class weights at the mean embeddings of their classes ("weight imprinting", Qi et al. 2018), as long as drawn ones
        /// are on the average, so that a rate means the same. One pass over the data, without augmentation.
        ///
        /// A good trunk then begins with a small loss, and is not torn apart by the gradients of class weights that are noise.
        func beginAtClassMeans() throws(LikenessError) {
            let d = backbone.plan.dimension
            guard let weights = objective.parameters.first(where: { $0.name == "head.weight" }),
                weights.value.dimensions == 2
            else {
                throw LikenessError(
                    .usage, subject: "classMeans", "\(recipe.loss.kind.rawValue) has no weights of one row a class")
            }
            var sums = Matrix(rows: data.classes.count, columns: d)
            let block = 512
            for start in stride(from: 0, to: data.labels.count, by: block) {
                let some = start..<min(start + block, data.labels.count)
                for (i, row) in zip(some, try embeddings(some.map(data.chip))) {
                    let old = sums.row(data.labels[i])
                    sums.setRow(data.labels[i], zip(old, row).map { $0 + $1 })
                }
            }
            sums.normaliseRows()
            let length = Float(Objective.drawnDeviation * Double(d).squareRoot())
            let values = (0..<sums.rows).flatMap { sums.row($0).map { $0 * length } }
            try withoutGradients { () throws(LikenessError) in
                let all = try Tensor(values, [sums.rows, d], device: device)
                try weights.value.detached().copyInPlace(own(weights, all))
            }
            _ = try (objective.head as? TwoHeadSoftmax)?.recluster(seed: recipe.seed)
        }
    }
#endif

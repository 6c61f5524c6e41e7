#if Training
    package import FaceCore

    extension MarginBatch {
        /// All classes at hand: features N×D, weights C×D, or C×K×D with K centres a class of which the nearest counts.
        package init(
            features: Tensor, weights: Tensor, bias: Tensor? = nil, labels: Tensor, rule: any MarginRule
        ) throws(LikenessError) {
            columns = labels
            owned = nil
            sumOverClasses = { (tensor) throws(LikenessError) in tensor }
            featureNorms = try features.rowNorms()
            switch rule.normalisation {
            case .both:
                products = try Self.cosines(features.unitRows(), weights)
                target = try products.picked(labels)
                weightNorms = nil
            case .weights:
                products = try features.productOfRows(weights.unitRows())
                target = try features.unitRows().rowProducts(weights.rows(labels).unitRows())
                weightNorms = nil
            case .none:
                let own = try weights.rows(labels)
                let all = try features.productOfRows(weights)
                products = try bias.map { (b) throws(LikenessError) in try all + b } ?? all
                target = try features.unitRows().rowProducts(own.unitRows())
                weightNorms = rule is PlainSoftmax ? nil : try own.rowNorms()
            }
        }

        private static func cosines(_ rows: Tensor, _ weights: Tensor) throws(LikenessError) -> Tensor {
            let shape = weights.shape
            guard shape.count == 3 else { return try rows.productOfRows(weights.unitRows()) }
            let flat = try weights.reshaped([shape[0] * shape[1], shape[2]]).unitRows()
            return try rows.productOfRows(flat).reshaped([rows.shape[0], shape[0], shape[1]]).maximum(over: 2).values
        }
    }
#endif

#if Training
    public import FaceCore
    internal import Foundation

    /// Softmax over scaled cosines (Wang et al. 2017): features and weights of length one, the scale fixed or learned.
    ///
    /// `positiveFactor` below 1 shrinks the true class's logit only (0.75 with s = 15 in the authors' talk).
    public struct NormFace: MarginRule {
        public let scale: MarginScale
        public let positiveFactor: Double

        public init(scale: MarginScale, positiveFactor: Double = 1) {
            self.scale = scale
            self.positiveFactor = positiveFactor
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            positiveFactor == 1 ? batch.target : try batch.target * positiveFactor
        }

        /// The smallest loss that perfect features can reach: log(1 + (C − 1) e^(−s C/(C−1))). A scale too small shows as a
        /// loss that stays there.
        public static func lowerBound(classes: Int, scale: Double) -> Double {
            guard classes > 1 else { return 0 }
            let c = Double(classes)
            return Foundation.log1p((c - 1) * Foundation.exp(-scale * c / (c - 1)))
        }
    }
#endif

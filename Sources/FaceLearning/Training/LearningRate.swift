internal import Foundation

/// The learning rate as a pure function of the step.
public struct LearningRate: Sendable, Hashable, Codable {
    public enum Shape: String, Sendable, Codable, CaseIterable {
        /// base (1 − t)².
        case polynomial
        /// base (1 + cos πt)/2.
        case cosine
        /// base · 0.1^(milestones passed).
        case steps
        case constant
    }

    public var shape: Shape
    public var base: Double
    /// Steps over which the rate rises linearly from base/warmUp.
    public var warmUp: Int
    public var total: Int
    /// Steps at which `steps` divides by ten.
    public var milestones: [Int]

    public init(shape: Shape, base: Double, warmUp: Int = 0, total: Int, milestones: [Int] = []) {
        (self.shape, self.base, self.warmUp, self.total, self.milestones) = (shape, base, warmUp, total, milestones)
    }

    /// Steps count from 0; after the last one the end value stays.
    public func value(at step: Int) -> Double {
        if step < warmUp { return base * Double(step + 1) / Double(warmUp) }
        let t = total > warmUp ? min(1, Double(step - warmUp) / Double(total - warmUp)) : 1
        switch shape {
        case .polynomial: return base * (1 - t) * (1 - t)
        case .cosine: return base * (1 + Foundation.cos(.pi * t)) / 2
        case .steps: return base * Foundation.pow(0.1, Double(milestones.count { $0 <= step }))
        case .constant: return base
        }
    }
}

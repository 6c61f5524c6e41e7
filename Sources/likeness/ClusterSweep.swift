import FaceSpace
import Foundation

/// The settings that `cluster compare` tries for a method.
struct ClusterSweep {
    /// Settings beside the standard ones, in the order in which they are tried.
    let points: [[String: Double]]
    /// Settings without which the method cannot run at all, taken from the truth.
    let given: [String: Double]
    /// The similarity that stands for a point on the axis of the plot; nil where the method has none.
    let similarity: (@Sendable ([String: Double]) -> Double?)

    /// `people` is the true number of identities: only methods that have to be told the number of groups see it.
    init(_ method: ClusterMethod, people: Int) {
        let needed = method.settings.filter { $0.standard == nil }.map(\.name)
        given = Dictionary(uniqueKeysWithValues: needed.map { ($0, Double(people)) })
        let names = method.settings.map(\.name)
        if needed.contains("clusters") {
            points = [0.5, 0.75, 1.5].map { ["clusters": (Double(people) * $0).rounded()] }
        } else if method.name == "evidence" {
            points = [1e-4, 1e-3, 0.005, 0.05, 0.15, 0.5, 1.5, 5].map { ["falseAccepts": $0] }
        } else if method.name == "rank-order" {
            points = [0, 0.1, 0.25, 0.5, 1.5, 2, 3, 4, 6, 8].map { ["threshold": $0] }
        } else if names.contains("minSize") {
            points = [2, 3, 5, 8].flatMap { size in [1, 2, 4].map { ["minSize": size, "minPoints": $0] } }
        } else if names.contains("preference") {
            points = [0, 0.25, 0.9, 0.99, 1].map { ["preference": $0] }
        } else if names.contains("threshold") {
            points = Self.thresholds.map { ["threshold": $0] }
        } else if names.contains("distance") {
            points = Self.thresholds.map { ["distance": 1 - $0] }
        } else if names.contains("floor") {
            points = Self.thresholds.map { ["floor": $0] }
        } else {
            points = []
        }
        let isRank = method.name == "rank-order"
        similarity = { settings in
            isRank ? nil : settings["threshold"] ?? settings["floor"] ?? settings["distance"].map { 1 - $0 }
        }
    }

    /// Where real embedders have their thresholds.
    private static let thresholds = stride(from: 12, through: 72, by: 6).map { Double($0) / 100 }

    /// What to try around the best of all points: thresholds two hundredths apart.
    func around(_ best: [String: Double]) -> [[String: Double]] {
        guard similarity(best) != nil else { return [] }
        return [-0.04, -0.02, 0.02, 0.04].map { way in
            best.mapValues { (($0 + way) * 1000).rounded() / 1000 }
        }
    }
}

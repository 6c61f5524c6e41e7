public import FaceCore
public import FaceSpace

/// One small graph that a network is shown: a proposal, a proposal with its seed, or a pivot with its candidates.
public struct GraphSample: Sendable, Hashable {
    /// Which set, and its rows, rising.
    public let set: Int
    public let members: [Int]
    /// The place of the pivot; nil where there is none, or where each step draws one.
    public let pivot: Int?
    /// gcn-d: what is to be told of the proposal, one number for each score of the network.
    public let worths: [Float]

    /// Rows of a proposal that is shown at most: the cost of a batch grows with the square of its largest.
    static let largest = 600
}

extension GraphSample {
    /// All samples of a kind, in an order that depends on the data alone. gcn-v has none: it is shown single rows.
    public static func all(
        _ recipe: GraphRecipe, of sets: [GraphSet], proposals: GroupProposals = GroupProposals(),
        confidences: [[Float]], threads: Int = availableThreads()
    ) throws(LikenessError) -> [GraphSample] {
        var all: [GraphSample] = []
        for (index, set) in sets.enumerated() {
            switch recipe.kind {
            case .confidence: break
            case .connectivity:
                all += ParentCandidates.surest(recipe.confident, of: confidences[index]).compactMap { row in
                    guard set.truth[row] >= 0,
                        let found = ParentCandidates(of: row, in: set.graph, confidence: confidences[index])
                    else { return nil }
                    return GraphSample(set: index, members: found.members, pivot: found.pivot, worths: [0])
                }
            case .detection, .segmentation:
                let found = try proposals.proposals(of: set.graph, vectors: set.vectors, threads: threads)
                let targets = ProposalTarget.targets(of: found, truth: set.truth)
                all += zip(found, targets).compactMap { members, target in
                    let isMixed = (recipe.purity[0]...recipe.purity[1]).contains(Double(target.iop))
                    guard members.count <= largest, recipe.kind == .detection || isMixed else { return nil }
                    return GraphSample(
                        set: index, members: members, pivot: nil, worths: worths(target, recipe.target))
                }
            }
        }
        return all
    }

    private static func worths(_ target: ProposalTarget, _ wanted: GraphRecipe.Target) -> [Float] {
        switch wanted {
        case .iou: [target.iou]
        case .iop: [target.iop]
        case .both: [target.iou, target.iop]
        }
    }

    /// 1 for rows of the person of the row at `pivot`, 0 for others; unknown people are nobody's.
    func labels(_ pivot: Int, _ truth: [Int]) -> [Int] {
        let person = truth[members[pivot]]
        return members.indices.map { $0 == pivot || (person >= 0 && truth[members[$0]] == person) ? 1 : 0 }
    }
}

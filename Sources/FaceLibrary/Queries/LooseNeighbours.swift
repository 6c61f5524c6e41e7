import FaceCore
import FaceSpace
import Synchronization

/// The person whom each loose face resembles most, remembered from one pass to the next.
///
/// After a change of a few people, only those are compared again: the answer is that of comparing with all.
package final class LooseNeighbours: Sendable {
    typealias Near = (person: Int, similarity: Float)

    private struct Known: Sendable {
        var vector: [Float]
        /// nil where nobody reaches the floor.
        var nearest: Near?
    }

    private struct State {
        var model = 0
        var floor: Float = 0
        var view: Prototypes.View?
        var faces: [Int: Known] = [:]
    }

    private let state = Mutex(State())

    package func reset() { state.withLock { $0 = State() } }

    /// For faces with their vectors, one a row. `taken`: when each was photographed.
    func nearest(
        _ faces: [Int], _ rows: Matrix, taken: [Double?], in view: Prototypes.View, floor: Float, _ model: ModelRow
    ) throws(LikenessError) -> [Near?] {
        let kept = state.withLock { $0 }
        var found = [Near?](repeating: nil, count: faces.count)
        var open = Array(faces.indices)
        // whoever is compared by age is another person at every date
        if !view.hasAges, let old = kept.view, !old.hasAges, kept.model == model.number, kept.floor == floor {
            let changed = view.changed(since: old)
            let same = open.filter { k in
                guard let known = kept.faces[faces[k]], known.vector == rows.row(k) else { return false }
                return known.nearest.map { !changed.contains($0.person) && view.mean($0.person) != nil } ?? true
            }
            for k in same { found[k] = kept.faces[faces[k]]?.nearest }
            let lists = try view.nearest(rows.rows(at: same), among: changed, floor: floor)
            for (k, near) in zip(same, lists) { found[k] = Self.better(found[k], near) }
            let settled = Set(same)
            open = open.filter { !settled.contains($0) }
        }
        let lists = try view.nearest(rows.rows(at: open), k: 1, floor: floor, taken: open.map { taken[$0] })
        for (k, list) in zip(open, lists) { found[k] = list.first }
        var all: [Int: Known] = [:]
        for (k, face) in faces.enumerated() { all[face] = Known(vector: rows.row(k), nearest: found[k]) }
        let made = all
        state.withLock { $0 = State(model: model.number, floor: floor, view: view, faces: made) }
        return found
    }

    /// The more similar one; of equals the one with the smaller number, as a search among all has it.
    private static func better(_ a: Near?, _ b: Near?) -> Near? {
        guard let a, let b else { return a ?? b }
        return (b.similarity, a.person) > (a.similarity, b.person) ? b : a
    }
}

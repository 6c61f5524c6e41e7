internal import FaceCore

/// The neighbour lists of faces by their places in an order.
struct NeighbourLists {
    private let graph: NeighbourGraph
    /// Place → row of the graph and back; empty where places are rows.
    private let order: [Int]
    private let place: [Int32]

    /// Lists of a graph whose rows stand at the places.
    init(_ graph: NeighbourGraph) { self.init(graph, order: [], place: []) }

    private init(_ graph: NeighbourGraph, order: [Int], place: [Int32]) {
        self.graph = graph
        self.order = order
        self.place = place
    }

    /// The graph of `input`, its rows at the places of `order`; the exact one of `arranged` where none is given.
    init(
        _ input: ClusteringInput, order: [Int], arranged: Matrix, k: Int, floor: Float, threads: Int
    ) throws(LikenessError) {
        guard let given = input.graph else {
            self.init(
                try NeighbourGraph.forGrouping(arranged, space: input.space, k: k, floor: floor, threads: threads))
            return
        }
        var place = [Int32](repeating: 0, count: order.count)
        for (p, row) in order.enumerated() { place[row] = Int32(p) }
        self.init(
            try input.neighbours(k: min(k, given.k), floor: floor, threads: threads), order: order, place: place)
    }

    /// The neighbours at a place, most similar first.
    func neighbours(of place: Int) -> [Int] {
        let row = order.isEmpty ? place : order[place]
        return graph.withNeighbours(of: row) { indices, _ in
            order.isEmpty ? indices.map(Int.init) : indices.map { Int(self.place[Int($0)]) }
        }
    }

    /// Whether a face may have more neighbours above the floor than its list holds.
    func isFull(_ place: Int, of rows: Int) -> Bool {
        graph.k > 0 && graph.k < rows - 1 && graph.degree(order.isEmpty ? place : order[place]) == graph.k
    }
}

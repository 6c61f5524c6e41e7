internal import FaceCore

/// The k most similar rows of each row, cut at a floor.
struct NeighbourLists {
    let k: Int
    private let indices: [Int32]
    private let similarities: [Float]

    init(_ vectors: Matrix, k: Int, floor: Float, threads: Int) throws(LikenessError) {
        self.k = k
        (indices, similarities) = try vectors.topNeighbours(k: k, floor: floor, threads: threads)
    }

    /// The neighbours of a row, most similar first.
    func neighbours(of row: Int) -> some Sequence<Int> {
        indices[row * k..<(row + 1) * k].lazy.prefix { $0 >= 0 }.map { Int($0) }
    }

    /// Whether a row may have more neighbours above the floor than its list holds.
    func isFull(_ row: Int, of rows: Int) -> Bool { k > 0 && k < rows - 1 && indices[(row + 1) * k - 1] >= 0 }
}

public import FaceCore

/// Square patches of a picture at regular places, and the cell of each.
public struct PatchGrid: Sendable, Hashable {
    /// Side of a patch and distance of neighbours, in pixels.
    public let side: Int
    public let step: Int
    /// Cells across and down.
    public let cells: Int

    public init(side: Int, step: Int, cells: Int) {
        precondition(side > 0 && step > 0 && cells > 0, "patches, steps and cells are positive")
        self.side = side
        self.step = step
        self.cells = cells
    }

    /// All patches, row by row: n×side², each of mean 0 and, but for nearly flat ones, about unit length, with the cell of each
    /// patch's centre. No patch for a picture smaller than one.
    public func patches(of picture: GreyPicture) -> (patches: Matrix, cells: [Int]) {
        let ys = Array(stride(from: 0, through: picture.height - side, by: step))
        let xs = Array(stride(from: 0, through: picture.width - side, by: step))
        var out = Matrix(rows: ys.count * xs.count, columns: side * side)
        var places: [Int] = []
        for y in ys {
            for x in xs {
                var values: [Float] = []
                for dy in 0..<side {
                    let start = (y + dy) * picture.width + x
                    values += picture.pixels[start..<start + side].map(Float.init)
                }
                out.setRow(places.count, Self.normalised(values))
                let row = (2 * y + side) * cells / (2 * picture.height)
                let column = (2 * x + side) * cells / (2 * picture.width)
                places.append(row * cells + column)
            }
        }
        return (out, places)
    }

    /// A variance of ten squared grey levels, added, keeps nearly flat patches from becoming pure noise (Coates, Lee & Ng 2011).
    private static func normalised(_ values: [Float]) -> [Float] {
        let mean = values.reduce(0, +) / Float(values.count)
        let energy = values.reduce(Float(0)) { $0 + ($1 - mean) * ($1 - mean) }
        let scale = 1 / (energy + 10 * Float(values.count)).squareRoot()
        return values.map { ($0 - mean) * scale }
    }
}

internal import FaceCore
import Glibc

/// Tensors of a network by name, with the shapes that fit each other.
struct NetworkTensors {
    let file: Safetensors
    let path: String
    /// What all names begin with.
    let prefix: String

    init(_ path: String, prefix: String) throws(LikenessError) {
        file = try Safetensors(path)
        self.path = path
        self.prefix = prefix
    }

    func has(_ name: String) -> Bool { file.entries[prefix + name] != nil }

    /// A matrix of `rows` rows; throws `file-format` for another height.
    func matrix(_ name: String, rows: Int? = nil) throws(LikenessError) -> Matrix {
        let matrix = try file.matrix(prefix + name)
        if let rows, matrix.rows != rows { throw misfit(name, "\(rows) rows", "\(matrix.rows)") }
        return matrix
    }

    func vector(_ name: String, count: Int) throws(LikenessError) -> [Float] {
        let values = try file.floats(prefix + name)
        guard values.count == count else { throw misfit(name, "\(count) values", "\(values.count)") }
        return values
    }

    /// `layer0.weight`, `layer1.weight`, … as long as there are any.
    func layers(input: Int?, doubled: Bool) throws(LikenessError) -> [GraphLayer] {
        var layers: [GraphLayer] = []
        var width = input
        while has("layer\(layers.count).weight") {
            let name = "layer\(layers.count)"
            let weight = try matrix("\(name).weight", rows: width.map { doubled ? 2 * $0 : $0 })
            let bias = doubled ? try vector("\(name).bias", count: weight.columns) : nil
            layers.append(GraphLayer(weight: weight, bias: bias))
            width = weight.columns
        }
        guard !layers.isEmpty else {
            throw LikenessError(.tensorMissing, subject: path, "the file holds no tensor '\(prefix)layer0.weight'")
        }
        return layers
    }

    /// The header of the file. Throws `file-format` unless it is of this network.
    func card(
        _ kind: GraphNetworkKind, dimension: Int, _ layers: [GraphLayer]
    ) throws(LikenessError) -> GraphNetworkCard {
        let card = try GraphNetworkCard(file.metadata, path: path)
        try card.require(kind, dimension: dimension, hidden: layers.map(\.weight.columns), path: path)
        return card
    }

    private func misfit(_ name: String, _ wanted: String, _ found: String) -> LikenessError {
        LikenessError(
            .fileFormat, subject: path, "'\(prefix)\(name)' has \(found) where \(wanted) fit the layers before")
    }
}

/// One averaging layer: relu(Â·H·W) without a bias, relu([H, Â·H]·W + b) with one.
struct GraphLayer: Sendable {
    /// in×out, or 2·in×out where a bias is.
    let weight: Matrix
    let bias: [Float]?

    /// The rows of `range` only; `h` holds all.
    func callAsFunction(
        _ h: Matrix, _ adjacency: MeanAdjacency, _ range: Range<Int>, _ algebra: DenseAlgebra
    ) -> Matrix {
        let means = adjacency.means(of: h, range)
        guard let bias else {
            var out = algebra.product(means, weight)
            out.mapRows { _, x in max(0, x) }
            return out
        }
        var both = Matrix(rows: range.count, columns: 2 * h.columns)
        for (t, v) in range.enumerated() {
            both.setRow(t, h.row(v) + means.row(t))
        }
        var out = algebra.product(both, weight)
        out.mapRows { c, x in max(0, x + bias[c]) }
        return out
    }

    func callAsFunction(_ h: Matrix, _ adjacency: MeanAdjacency, _ algebra: DenseAlgebra) -> Matrix {
        self(h, adjacency, 0..<adjacency.rows, algebra)
    }
}

/// Linear, PReLU with a slope a unit, linear.
struct ClassifierHead: Sendable {
    let first: Matrix
    let firstBias: [Float]
    let slope: [Float]
    let second: Matrix
    let secondBias: [Float]

    init(first: Matrix, firstBias: [Float], slope: [Float], second: Matrix, secondBias: [Float]) {
        self.first = first
        self.firstBias = firstBias
        self.slope = slope
        self.second = second
        self.secondBias = secondBias
    }

    init(_ tensors: NetworkTensors, input: Int, outputs: Int) throws(LikenessError) {
        first = try tensors.matrix("head0.weight", rows: input)
        firstBias = try tensors.vector("head0.bias", count: first.columns)
        slope = try tensors.vector("prelu.weight", count: first.columns)
        second = try tensors.matrix("head1.weight", rows: first.columns)
        secondBias = try tensors.vector("head1.bias", count: outputs)
        guard second.columns == outputs else {
            throw LikenessError(
                .fileFormat, subject: tensors.path, "the classifier has \(second.columns) outputs, not \(outputs)")
        }
    }

    func callAsFunction(_ h: Matrix, _ algebra: DenseAlgebra) -> Matrix {
        var z = algebra.product(h, first)
        z.mapRows { c, x in
            let y = x + firstBias[c]
            return y > 0 ? y : slope[c] * y
        }
        var out = algebra.product(z, second)
        out.mapRows { c, x in x + secondBias[c] }
        return out
    }
}

extension Matrix {
    /// Replaces every value by a function of its column and itself.
    mutating func mapRows(_ body: (Int, Float) -> Float) {
        let (rows, columns, stride) = (rows, columns, stride)
        withUnsafeMutableRows { base in
            for row in 0..<rows {
                for c in 0..<columns { base[row * stride + c] = body(c, base[row * stride + c]) }
            }
        }
    }

    /// Log-softmax of every row.
    func logSoftmax() -> Matrix {
        var out = self
        for row in 0..<rows {
            let values = self.row(row)
            let top = values.max() ?? 0
            let sum = log(values.reduce(0) { $0 + exp($1 - top) })
            out.setRow(row, values.map { $0 - top - sum })
        }
        return out
    }

    /// Every row less one of them.
    func centred(on pivot: Int) -> Matrix {
        let centre = row(pivot)
        var out = self
        out.mapRows { c, x in x - centre[c] }
        return out
    }
}

/// What a model does to its pixels before its first convolution: p ↦ factor · p + shift, a channel each or one for all.
struct ONNXInput {
    private var factors: [Double] = [1]
    private var shifts: [Double] = [0]

    /// The arithmetic with constants that stands before the first convolution; nil where there is none, and pixels are
    /// normalised outside the file.
    init?(_ graph: ONNXGraph) {
        var isEmpty = true
        for node in graph.nodes.prefix(while: { $0.operation != "Conv" }) {
            guard let name = node.inputs.last, node.inputs.count == 2, let constant = graph.constants[name] else {
                continue
            }
            let values = constant.values.map(Double.init)
            switch node.operation {
            case "Sub": shifts = Self.combined(shifts, values, -)
            case "Add": shifts = Self.combined(shifts, values, +)
            case "Mul": (factors, shifts) = (Self.combined(factors, values, *), Self.combined(shifts, values, *))
            case "Div": (factors, shifts) = (Self.combined(factors, values, /), Self.combined(shifts, values, /))
            default: continue
            }
            isEmpty = false
        }
        if isEmpty { return nil }
    }

    private static func combined(
        _ a: [Double], _ b: [Double], _ operation: (Double, Double) -> Double
    ) -> [Double] {
        (0..<max(a.count, b.count)).map { operation(a[a.count == 1 ? 0 : $0], b[b.count == 1 ? 0 : $0]) }
    }

    /// The same in terms of pixels that are normalised already: from x = (p − mean) · scale to factor · x + shift.
    func after(mean: Double, scale: Double, channels: Int) -> [(factor: Double, shift: Double)]? {
        guard [1, channels].contains(factors.count), [1, channels].contains(shifts.count) else { return nil }
        return (0..<channels).map { c in
            let (factor, shift) = (factors[factors.count == 1 ? 0 : c], shifts[shifts.count == 1 ? 0 : c])
            return (factor / scale, factor * mean + shift)
        }
    }
}

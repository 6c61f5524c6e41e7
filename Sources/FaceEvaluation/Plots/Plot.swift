/// A figure as data: what is drawn, on which axes, with which names. ``PlotRenderer`` draws it; `report.json` keeps it,
/// so that several runs can be drawn in one figure.
public struct Plot: Sendable, Codable, Hashable {
    public struct Axis: Sendable, Codable, Hashable {
        public enum Scale: String, Sendable, Codable {
            case linear
            case logarithmic
            /// Values are rates in (0, 1), drawn by their normal deviates (DET curves).
            case probit
        }

        public var label: String
        public var scale: Scale
        /// nil: as far as the data reach.
        public var low: Double?
        public var high: Double?

        public init(_ label: String, _ scale: Scale = .linear, from low: Double? = nil, to high: Double? = nil) {
            (self.label, self.scale, self.low, self.high) = (label, scale, low, high)
        }
    }

    public enum Style: String, Sendable, Codable {
        case line
        /// A line whose figures rest on too few comparisons, or that is there to compare with.
        case dotted
        case linePoints
        /// An area over 0, for histograms: x is the lower edge of a bin.
        case steps
        /// From ``Series/low`` to ``Series/high``.
        case band
        /// A point at (x, y) with a line from low to high.
        case whiskers
        /// A bar a category (``Series/categories``), with a whisker from low to high where given.
        case bars
        /// A line upwards at each x, over the whole height.
        case mark
    }

    public struct Series: Sendable, Codable, Hashable {
        /// Empty: not in the legend.
        public var name: String
        public var style: Style
        public var x: [Double]
        public var y: [Double]
        public var low: [Double]?
        public var high: [Double]?
        public var categories: [String]?
        /// Series of one colour belong together; nil: the next colour.
        public var colour: Int?

        public init(
            _ name: String, _ style: Style, x: [Double], y: [Double], low: [Double]? = nil, high: [Double]? = nil,
            categories: [String]? = nil, colour: Int? = nil
        ) {
            (self.name, self.style, self.x, self.y) = (name, style, x, y)
            (self.low, self.high, self.categories, self.colour) = (low, high, categories, colour)
        }
    }

    public enum Legend: String, Sendable, Codable {
        case topLeft, topRight, bottomLeft, bottomRight, none
        /// In rows over the plot: for curves that reach every corner.
        case above
    }

    /// Also the name of its files: letters, digits and hyphens.
    public var id: String
    public var title: String
    /// What the reader should see, and the rule behind it.
    public var caption: String
    public var x: Axis
    public var y: Axis
    public var legend: Legend
    public var series: [Series]

    public init(
        _ id: String, title: String, caption: String, x: Axis, y: Axis, legend: Legend = .bottomRight,
        series: [Series]
    ) {
        (self.id, self.title, self.caption, self.x, self.y) = (id, title, caption, x, y)
        (self.legend, self.series) = (legend, series)
    }

    /// The main series of the same figure of several runs, named after the runs; nil when a run lacks it or the axes
    /// differ in kind. Bands, marks and dotted parts without a name are left out: they would hide each other. The caption
    /// names the runs instead of the figures of one of them.
    public static func overlay(_ id: String, of runs: [(name: String, plots: [Plot])]) -> Plot? {
        let found = runs.compactMap { run in run.plots.first { $0.id == id }.map { (run.name, $0) } }
        guard found.count == runs.count, let first = found.first?.1 else { return nil }
        let fits = found.allSatisfy { $0.1.x.scale == first.x.scale && $0.1.y.scale == first.y.scale }
        guard fits, first.series.contains(where: { $0.style == .line || $0.style == .linePoints }) else { return nil }
        var out = first
        out.series = []
        out.legend = .above
        out.caption = "One curve a run: \(found.map(\.0).joined(separator: ", "))."
        for (k, (name, plot)) in found.enumerated() {
            let lines = plot.series.filter { $0.style == .line || $0.style == .linePoints }
            for line in lines {
                var line = line
                line.name = lines.count > 1 ? "\(name): \(line.name)" : name
                line.colour = lines.count > 1 ? nil : k
                out.series.append(line)
            }
        }
        func widest(_ axis: KeyPath<Plot, Axis>) -> (Double?, Double?) {
            let all = found.map { $0.1[keyPath: axis] }
            let (lows, highs) = (all.compactMap(\.low), all.compactMap(\.high))
            return (lows.count == all.count ? lows.min() : nil, highs.count == all.count ? highs.max() : nil)
        }
        (out.x.low, out.x.high) = widest(\.x)
        (out.y.low, out.y.high) = widest(\.y)
        return out
    }
}

import Foundation

/// One figure as commands of gnuplot and the data files that they read.
struct PlotScript {
    private let plot: Plot
    private let index: Int
    /// Name and text of each data file.
    private(set) var files: [(name: String, text: String)] = []
    private(set) var commands = ""

    /// Colours that stay apart for colour-blind readers (after Okabe & Ito 2008), on light and on dark ground.
    private static let light = ["#1b7c6f", "#d1642a", "#3f63ad", "#c79a1e", "#9a4f96", "#5b6068", "#3c9fd0", "#7a2f2a"]
    private static let dark = ["#5fc2b1", "#f0905a", "#8aa6e6", "#e3bd52", "#d08fcb", "#a9aeb6", "#7fc8ec", "#d98a83"]

    private struct Theme {
        let terminal: String
        let file: String
        let ink: String
        let faint: String
        let colours: [String]
    }

    init(_ plot: Plot, index: Int) {
        (self.plot, self.index) = (plot, index)
        for (k, s) in plot.series.enumerated() where s.style != .mark { files.append((data(k), table(s))) }
        for theme in themes { commands += script(theme) }
    }

    private var themes: [Theme] {
        let size = isBars ? "560,\(140 + 34 * max(2, categories))" : "560,400"
        // twice the points for screens of high density
        let large = isBars ? "1120,\(280 + 68 * max(2, categories))" : "1120,800"
        return [
            Theme(
                terminal: "svg size \(size) dynamic enhanced font 'sans-serif,14' background '#ffffff'",
                file: "p\(index).svg", ink: "#4a463f", faint: "#e6e2da", colours: Self.light),
            Theme(
                terminal: "svg size \(size) dynamic enhanced font 'sans-serif,14' background '#1c1e20'",
                file: "p\(index)-dark.svg",
                ink: "#c9c4ba", faint: "#33373a", colours: Self.dark),
            Theme(
                terminal: "pngcairo size \(large) enhanced font 'sans-serif,14' fontscale 1.6 linewidth 2 "
                    + "background '#ffffff'", file: "p\(index).png", ink: "#4a463f", faint: "#e6e2da",
                colours: Self.light),
        ]
    }

    private var isBars: Bool { plot.series.contains { $0.style == .bars } }
    private var categories: Int { plot.series.filter { $0.style == .bars }.map(\.x.count).max() ?? 0 }

    private func data(_ k: Int) -> String { "d\(index)-\(k)" }

    // MARK: data

    /// Tabs between columns; the first line names the series, for the legend.
    private func table(_ s: Plot.Series) -> String {
        var lines = ["x\t\(Self.quoted(s.name))\tlow\thigh\tname"]
        for i in s.x.indices where i < s.y.count {
            let low = s.low.map { $0.indices.contains(i) ? $0[i] : .nan } ?? .nan
            let high = s.high.map { $0.indices.contains(i) ? $0[i] : .nan } ?? .nan
            let values = [place(s.x[i], plot.x), place(s.y[i], plot.y), place(low, plot.y), place(high, plot.y)]
            let name = s.categories.map { $0.indices.contains(i) ? $0[i] : "" } ?? ""
            lines.append((values.map(Self.number) + [Self.quoted(name)]).joined(separator: "\t"))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func place(_ v: Double, _ axis: Plot.Axis) -> Double {
        switch axis.scale {
        case .linear: v
        case .logarithmic: v > 0 ? v : .nan
        case .probit: v > 0 && v < 1 ? normalQuantile(v) : .nan
        }
    }

    private static func number(_ v: Double) -> String { v.isFinite ? "\(v)" : "NaN" }

    /// A name as a field of a data file: no quotation marks, no control characters, not too long.
    private static func quoted(_ name: String) -> String {
        let scalars = name.unicodeScalars.prefix(60).map { s -> Unicode.Scalar in
            s == "\"" ? "'" : s.properties.generalCategory == .control || s == "\\" ? " " : s
        }
        return "\"\(String(String.UnicodeScalarView(scalars)))\""
    }

    // MARK: commands

    private func script(_ theme: Theme) -> String {
        var lines = [
            "reset", "set terminal \(theme.terminal)", "set output '\(theme.file)'", "set datafile separator '\\t'",
            "set datafile missing 'NaN'", "set border 3 lc rgb '\(theme.ink)' lw 1",
            "set grid lc rgb '\(theme.faint)' lt 1 lw 1", "set tics nomirror out scale 0.5 tc rgb '\(theme.ink)'",
            "set style fill transparent solid 0.25 noborder",
        ]
        lines += legend(theme)
        lines += axis("x", isBars ? plot.y : plot.x, theme) + axis("y", isBars ? nil : plot.y, theme)
        // room for the legend above histograms
        if plot.series.contains(where: { $0.style == .steps }) { lines.append("set offsets 0, 0, graph 0.22, 0") }
        if isBars {
            lines += ["set yrange [\(categories).5:0.5]", "set ytics noenhanced", "set grid noytics", "unset key"]
        }
        for (k, s) in plot.series.enumerated() where s.style == .mark {
            for x in s.x where x.isFinite {
                let at = Self.number(place(x, plot.x))
                lines.append(
                    "set arrow from first \(at), graph 0 to first \(at), graph 1 nohead dt 2 lw 1.2 lc rgb '"
                        + "\(colour(k, theme))'")
            }
        }
        let drawn = plot.series.indices.filter { plot.series[$0].style != .mark && hasPoint(plot.series[$0]) }
        // bands first: lines stay on top
        let order = drawn.filter { plot.series[$0].style == .band } + drawn.filter { plot.series[$0].style != .band }
        let parts = order.flatMap { draw($0, theme) }
        lines.append(
            parts.isEmpty
                ? "unset logscale\nset format '%g'\nplot [0:1][0:1] -1 notitle"
                : "plot \(parts.joined(separator: ", "))")
        return lines.joined(separator: "\n") + "\nunset output\n"
    }

    /// Whether anything of a series can be placed: gnuplot refuses a figure without a point.
    private func hasPoint(_ s: Plot.Series) -> Bool {
        zip(s.x, s.y).contains { place($0, isBars ? plot.y : plot.x).isFinite && place($1, plot.y).isFinite }
    }

    private func legend(_ theme: Theme) -> [String] {
        let place: String
        switch plot.legend {
        case .topLeft: place = "top left"
        case .topRight: place = "top right"
        case .bottomLeft: place = "bottom left"
        case .bottomRight: place = "bottom right"
        case .none: return ["unset key"]
        case .above:
            return [
                "set key tmargin left horizontal Left reverse noenhanced tc rgb '\(theme.ink)' samplen 2 spacing 1.1"
            ]
        }
        let side = plot.legend == .topLeft || plot.legend == .bottomLeft ? "Left reverse" : "Right"
        return ["set key \(place) \(side) noenhanced tc rgb '\(theme.ink)' samplen 2 spacing 1.1"]
    }

    private func axis(_ name: String, _ axis: Plot.Axis?, _ theme: Theme) -> [String] {
        guard let axis else { return [] }
        var lines = ["set \(name)label '\(Self.harmless(axis.label))' tc rgb '\(theme.ink)'"]
        // a range of no width is left to gnuplot
        let hasWidth = axis.low.flatMap { low in axis.high.map { low < $0 } } ?? true
        let ends = [hasWidth ? axis.low : nil, hasWidth ? axis.high : nil].map { end in
            end.map { place($0, axis) }.flatMap { $0.isFinite ? Self.number($0) : nil } ?? "*"
        }
        lines.append("set \(name)range [\(ends[0]):\(ends[1])]")
        switch axis.scale {
        case .linear: break
        case .logarithmic:
            lines += ["set logscale \(name)", "set format \(name) '10^{%L}'"]
        case .probit:
            let ticks = [1e-6, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99]
            let inside = ticks.filter { $0 >= (axis.low ?? 0) * 0.999 && $0 <= (axis.high ?? 1) * 1.001 }
            let texts = inside.map { "'\(Self.percent($0))' \(Self.number(normalQuantile($0)))" }
            lines.append("set \(name)tics (\(texts.joined(separator: ", ")))")
        }
        return lines
    }

    private static func percent(_ rate: Double) -> String {
        // tick labels are formats of gnuplot: the sign is doubled
        rate < 0.001 ? ReportNumber.far(rate) : String(format: "%g %%%%", rate * 100)
    }

    private func colour(_ k: Int, _ theme: Theme) -> String {
        let number = plot.series[k].colour ?? k
        return theme.colours[abs(number) % theme.colours.count]
    }

    private func draw(_ k: Int, _ theme: Theme) -> [String] {
        let s = plot.series[k]
        let (file, ink) = ("'\(data(k))'", "lc rgb '\(colour(k, theme))'")
        let title = s.name.isEmpty ? "notitle" : "title columnheader(2)"
        switch s.style {
        case .line: return ["\(file) using 1:2 with lines lw 2.2 \(ink) \(title)"]
        case .dotted: return ["\(file) using 1:2 with lines lw 1.6 dt '.' \(ink) \(title)"]
        case .linePoints: return ["\(file) using 1:2 with linespoints lw 2 pt 7 ps 0.5 \(ink) \(title)"]
        case .steps:
            return [
                "\(file) using 1:2 with fillsteps \(ink) notitle",
                "\(file) using 1:2 with steps lw 1.6 \(ink) \(title)",
            ]
        case .band: return ["\(file) using 1:3:4 with filledcurves \(ink) fs transparent solid 0.16 noborder \(title)"]
        case .bars:
            var parts = [
                "\(file) skip 1 using 2:($0+1):(0):2:($0+0.66):($0+1.34):ytic(5) with boxxyerror \(ink) fs solid 0.75 noborder "
                    + "notitle"
            ]
            if s.low != nil {
                parts.append(
                    "\(file) skip 1 using 2:($0+1):3:4 with xerrorbars pt 7 ps 0.3 lw 1.6 lc rgb '\(theme.ink)' notitle"
                )
            }
            return parts
        case .whiskers: return ["\(file) using 1:2:3:4 with yerrorbars pt 7 ps 0.5 lw 1.6 \(ink) \(title)"]
        case .mark: return []
        }
    }

    /// An axis title for a command: what could end the quotation or start markup becomes a blank.
    static func harmless(_ label: String) -> String {
        let signs: Set<Unicode.Scalar> = [" ", "(", ")", "%", ".", ",", "-", "–", "−", "/", ":", "°", "≤", "≥", "="]
        let scalars = label.unicodeScalars.prefix(80).map { s -> Unicode.Scalar in
            s.properties.isAlphabetic || (s.value < 128 && s.properties.numericType != nil) || signs.contains(s)
                ? s : " "
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

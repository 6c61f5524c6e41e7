import FaceCore
import FaceEvaluation
import FaceLearning
import Foundation

#if Training
    /// All losses of a study of digits in one picture: each embedding, and below it the angles to the own class and to the
    /// nearest other one.
    struct DigitFigure {
        private let embeddings: [DigitStudy.Embedding]
        private let dimension: Int
        private static let columns = 5
        private static let panel = (width: 300, embedding: 300, angles: 150)
        private static let head = 70
        private static let colours = [
            "#4e79a7", "#f28e2b", "#d9534f", "#5bb5ad", "#59a14f", "#e3b505", "#a566a3", "#ff8fa3", "#8c6249",
            "#7d7d7d",
        ]

        init(_ embeddings: [DigitStudy.Embedding]) {
            self.embeddings = embeddings
            dimension = embeddings.first?.points.columns ?? 2
        }

        private var rows: Int { (embeddings.count + Self.columns - 1) / Self.columns }
        private var size: (width: Int, height: Int) {
            (
                min(Self.columns, embeddings.count) * Self.panel.width,
                Self.head + rows * (Self.panel.embedding + Self.panel.angles)
            )
        }

        /// The picture as PNG and as SVG.
        func rendered() throws(LikenessError) -> (png: [UInt8], svg: [UInt8]) {
            var files: [(name: String, text: String)] = []
            for (k, e) in embeddings.enumerated() {
                files.append(("points-\(k)", points(e)))
                files.append(("angles-\(k)", histogram(e)))
            }
            let terminals = [
                "set terminal pngcairo size \(size.width),\(size.height) enhanced font 'sans-serif,12' background '#ffffff'\n"
                    + "set output 'figure.png'\n",
                "set terminal svg size \(size.width),\(size.height) dynamic enhanced font 'sans-serif,12' "
                    + "background '#ffffff'\nset output 'figure.svg'\n",
            ]
            let drawn = try PlotRenderer().run(
                commands: terminals.map { $0 + body }.joined(), files: files, outputs: ["figure.png", "figure.svg"])
            return (drawn[0], drawn[1])
        }

        // MARK: Data

        /// Rows of digit and place; blocks of digits are chosen by column 1. In three dimensions at length one.
        private func points(_ e: DigitStudy.Embedding) -> String {
            var text = ""
            for i in 0..<e.points.rows {
                let row = e.points.row(i)
                let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
                let scale = dimension == 3 && length > 0 ? 1 / length : 1
                text += "\(e.labels[i]) " + row.map { "\($0 * scale)" }.joined(separator: " ") + "\n"
            }
            return text
        }

        /// Shares of the digits in steps of two degrees: edge, own, other.
        private func histogram(_ e: DigitStudy.Embedding) -> String {
            let step = 2.0
            let bins = Int(180 / step)
            func shares(_ angles: [Double]) -> [Double] {
                var out = [Double](repeating: 0, count: bins)
                for a in angles { out[min(bins - 1, Int(a / step))] += 1 / Double(max(1, angles.count)) }
                return out
            }
            let (own, other) = (shares(e.own), shares(e.other))
            return (0..<bins).map { "\(Double($0) * step) \(own[$0]) \(other[$0])\n" }.joined()
        }

        /// Half the side of a panel: what holds nearly all points.
        private func reach(_ e: DigitStudy.Embedding) -> Double {
            let lengths = (0..<e.points.rows).map { i in
                Double(e.points.row(i).map(abs).max() ?? 0)
            }.sorted()
            return 1.22 * max(1e-6, lengths[Int(0.995 * Double(lengths.count - 1))])
        }

        // MARK: Commands

        private var body: String {
            let title = dimension == 2 ? "Ten digits in the plane" : "Ten digits on the sphere"
            let below = "below: angles in degrees to the own class (dark) and to the nearest other one (light)"
            var text = """
                set multiplot
                unset key
                set label 1 '{/:Bold=20 \(title)}' at screen 0.012,\(fraction(26)) left textcolor '#33302b'
                set label 2 '{/=12 MNIST test digits under each loss; \(below)}' at screen 0.012,\(fraction(50)) left \
                textcolor '#6b665d'

                """
            for k in embeddings.indices { text += panel(k) }
            return text + "unset multiplot\nunset output\nreset\n"
        }

        private func fraction(_ fromTop: Int) -> String { "\(1 - Double(fromTop) / Double(size.height))" }

        private func place(_ k: Int, below offset: Int, height: Int) -> String {
            let (row, column) = (k / Self.columns, k % Self.columns)
            let top = Self.head + row * (Self.panel.embedding + Self.panel.angles) + offset
            let x = Double(column * Self.panel.width) / Double(size.width)
            let y = 1 - Double(top + height) / Double(size.height)
            let (w, h) = (Double(Self.panel.width) / Double(size.width), Double(height) / Double(size.height))
            return "set origin \(x),\(y)\nset size \(w),\(h)\n"
        }

        private func panel(_ k: Int) -> String {
            let e = embeddings[k]
            let percent = Format.number(e.accuracy * 100, 1)
            let title = "{/:Bold=13 \(e.loss.kind.rawValue)}  {/=11 \(percent) %}"
            let top = place(k, below: 0, height: Self.panel.embedding)
            return (k == 0 ? "" : "unset label 1\nunset label 2\n") + top
                + (dimension == 2 ? flat(k, title) : round(k, title)) + angles(k)
        }

        private func flat(_ k: Int, _ title: String) -> String {
            let r = reach(embeddings[k])
            return """
                set title "\(title)" offset 0,-0.6 textcolor '#33302b'
                set xrange [\(-r):\(r)]
                set yrange [\(-r):\(r)]
                set size ratio 1
                unset tics
                set lmargin 1.5
                set rmargin 1.5
                set tmargin 2
                set bmargin 0.5
                set border 0
                set arrow 1 from \(-r),0 to \(r),0 nohead linecolor '#e2ddd3' back
                set arrow 2 from 0,\(-r) to 0,\(r) nohead linecolor '#e2ddd3' back
                \(names(k, reach: r))
                plot for [d=0:9] 'points-\(k)' using ($1==d ? $2 : NaN):3 with points pointtype 7 pointsize 0.28 \
                linecolor rgb word("\(Self.colours.joined(separator: " "))", d+1)
                unset arrow
                unset label

                """
        }

        private func round(_ k: Int, _ title: String) -> String {
            """
            set title "\(title)" offset 0,-1.4 textcolor '#33302b'
            set xrange [-1:1]
            set yrange [-1:1]
            set zrange [-1:1]
            unset tics
            set border 0
            set view equal xyz
            set view 68,32,1.35
            set xyplane at -1
            set lmargin 0
            set rmargin 0
            set tmargin 1
            set bmargin 0
            set parametric
            set urange [0:2*pi]
            set vrange [-pi/2:pi/2]
            set isosamples 25,13
            splot cos(u)*cos(v),sin(u)*cos(v),sin(v) with lines linewidth 0.4 linecolor '#e2ddd3', \
            for [d=0:9] 'points-\(k)' using ($1==d ? $2 : NaN):3:4 with points pointtype 7 pointsize 0.32 \
            linecolor rgb word("\(Self.colours.joined(separator: " "))", d+1)
            unset parametric
            unset label

            """
        }

        /// Each digit written beyond the mean of its points.
        private func names(_ k: Int, reach: Double) -> String {
            let e = embeddings[k]
            return (0..<10).map { digit in
                var sum = [0.0, 0.0]
                var n = 0.0
                for i in e.labels.indices where e.labels[i] == digit {
                    sum[0] += Double(e.points[i, 0])
                    sum[1] += Double(e.points[i, 1])
                    n += 1
                }
                let length = max(1e-9, (sum[0] * sum[0] + sum[1] * sum[1]).squareRoot() / max(1, n))
                // a little beyond the mean, but within the panel
                let factor = min((length + 0.16 * reach) / length, 0.93 * reach / length) / max(1, n)
                return "set label \(digit + 11) '{/:Bold=12 \(digit)}' at \(sum[0] * factor),\(sum[1] * factor) center "
                    + "front textcolor '\(Self.colours[digit])'"
            }.joined(separator: "\n")
        }

        private func angles(_ k: Int) -> String {
            """
            \(place(k, below: Self.panel.embedding, height: Self.panel.angles))
            unset title
            set size noratio
            set lmargin 2.5
            set rmargin 2.5
            set tmargin 0.5
            set bmargin 2.6
            set border 1 linecolor '#8a847a'
            set xrange [0:180]
            set yrange [0:*]
            set xtics 0,45,180 nomirror out scale 0.4 textcolor '#6b665d' font ',9' offset 0,0.4
            set style fill solid 0.85 noborder
            plot 'angles-\(k)' using ($1+1):3 with boxes linecolor rgb '#e8c7a0', \
            '' using ($1+1):2 with boxes linecolor rgb '#1b7c6f'
            unset xtics

            """
        }
    }
#endif

import FaceCore
import FaceEvaluation
import Foundation

/// Pairwise F over the similarity at which each method cuts, drawn by gnuplot.
enum ClusterPlot {
    /// Throws `component-missing` without gnuplot, `defect` where it fails, and as ``FaceCore/AtomicFile``.
    static func write(_ comparison: ClusterComparison, to path: String, force: Bool) throws(LikenessError) {
        try AtomicFile.write(try run(script(comparison)), to: path, force: force)
    }

    private static func script(_ comparison: ClusterComparison) -> String {
        let lines = comparison.methods.compactMap { entry -> (name: String, data: String)? in
            let points = entry.points.compactMap { point in point.similarity.map { ($0, point.pairwise.f) } }
                .sorted { $0 < $1 }
            guard points.count > 1 else { return nil }
            return (entry.method, points.map { "\($0.0) \($0.1)" }.joined(separator: "\n"))
        }
        let curves = lines.map { "'-' using 1:2 with lines linewidth 2 title '\($0.name)'" }
        return """
            set terminal svg size 1100,620 font 'sans-serif,14' background 'white'
            set xlabel 'similarity at which the method cuts'
            set ylabel 'pairwise F'
            set yrange [0:1]
            set key outside right noenhanced
            set grid
            set title '\(comparison.faces) faces of \(comparison.people) people' noenhanced
            plot \(curves.isEmpty ? "NaN notitle" : curves.joined(separator: ", "))
            \(lines.map { $0.data + "\ne" }.joined(separator: "\n"))
            """
    }

    private static func run(_ script: String) throws(LikenessError) -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gnuplot"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        let picture: Data
        do {
            try process.run()
            try input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
            try input.fileHandleForWriting.close()
            picture = try output.fileHandleForReading.readToEnd() ?? Data()
        } catch {
            throw LikenessError(.componentMissing, subject: "gnuplot", "cannot be run: \(error.localizedDescription)")
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0, !picture.isEmpty else {
            // 127 is env's word for a program that is not there
            throw LikenessError(
                process.terminationStatus == 127 ? .componentMissing : .defect, subject: "gnuplot",
                "ended with status \(process.terminationStatus)", remedy: "install Debian's gnuplot-nox")
        }
        return Array(picture)
    }
}

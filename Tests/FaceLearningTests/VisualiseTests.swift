import FaceCore
import FaceEvaluation
import FaceLearning
import FaceTestSupport
import Foundation
import Testing

@Suite(.serialized) struct VisualiseTests {
    /// Pictures of ten digits as IDX files: a bright square whose place is the digit's.
    private func digits(_ count: Int) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for part in ["train", "t10k"] {
            var images: [UInt8] = [0, 0, 8, 3, 0, 0, UInt8(count >> 8), UInt8(count & 255), 0, 0, 0, 28, 0, 0, 0, 28]
            var labels: [UInt8] = [0, 0, 8, 1, 0, 0, UInt8(count >> 8), UInt8(count & 255)]
            for i in 0..<count {
                let digit = i % 10
                var picture = [UInt8](repeating: 0, count: 784)
                for y in 0..<6 {
                    for x in 0..<5 {
                        picture[(digit / 5 * 14 + y + i % 3) * 28 + digit % 5 * 5 + x] = UInt8(180 + i % 70)
                    }
                }
                images += picture
                labels.append(UInt8(digit))
            }
            try Data(images).write(to: URL(fileURLWithPath: folder.file("\(part)-images-idx3-ubyte")))
            try Data(labels).write(to: URL(fileURLWithPath: folder.file("\(part)-labels-idx1-ubyte")))
        }
        return folder
    }

    @Test func idxFilesAreHostile() throws {
        let good: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]
        #expect(try Digits.parse(good, extents: 1, subject: "x").bytes == [7, 9])
        for length in 0..<good.count {
            let code = failure { _ = try Digits.parse(Array(good.prefix(length)), extents: 1, subject: "x") }?.code
            #expect(code == .fileTruncated, "\(length)")
        }
        #expect(
            failure { _ = try Digits.parse([0, 0, 9, 1, 0, 0, 0, 0], extents: 1, subject: "x") }?.code == .fileFormat)
        let huge: [UInt8] = [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12)
        #expect(failure { _ = try Digits.parse(huge, extents: 3, subject: "x") }?.code == .fileTruncated)
        let folder = try TemporaryFolder()
        #expect(failure { _ = try Digits(folder: folder.path, part: "train") }?.code == .fileMissing)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder.file("train-images-idx3-ubyte.gz")))
        #expect(failure { _ = try Digits(folder: folder.path, part: "train") }?.code == .fileFormat)
    }

    @Test func curvesOfRuns() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("metrics.jsonl")
        try Data("{\"step\":1,\"loss\":2}\n{\"step\":2,\"loss\":1,\"rate\":0.1}\n".utf8)
            .write(to: URL(fileURLWithPath: path))
        let curves = try TrainingCurves(path)
        #expect(curves.names == ["loss", "rate"] && curves.points["loss"]?.map(\.value) == [2, 1])
        let plot = TrainingCurves.plot("loss", of: [("a", curves), ("b", curves)])
        #expect(plot.series.map(\.name) == ["a", "b"] && plot.series[0].x == [1, 2])
        try Data("{\"step\":1}\n[3]\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(failure { _ = try TrainingCurves(path) }?.message.contains("line 2") == true)
    }

    #if Training
        @Test func digitsAreToldApartInThePlane() throws {
            let (folder, runs) = (try digits(640), try TemporaryFolder())
            var options = DigitStudy.Options()
            (options.training, options.epochs, options.batch) = (640, 6, 64)
            let study = try DigitStudy(
                training: Digits(folder: folder.path, part: "train"), test: Digits(folder: folder.path, part: "t10k"),
                options: options)
            let cosFace = try #require(DigitStudy.losses.first { $0.kind == .cosFace })
            let found = try study.embedding(cosFace, dimension: 2, folder: runs.path, threads: 1)
            #expect(found.points.rows == 640 && found.points.columns == 2)
            #expect(found.accuracy > 0.6, "\(found.accuracy)")
            let own = found.own.sorted()[320]
            let other = found.other.sorted()[320]
            #expect(own < other)
            let again = try study.embedding(cosFace, dimension: 2, folder: runs.file("again"), threads: 1)
            #expect(again.own == found.own)
        }
    #endif
}

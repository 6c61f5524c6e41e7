import FaceCore
import FaceEvaluation
import FaceTestSupport
import Foundation
import Testing

/// 100,000 mutated inputs over all formats that evaluations read: a value or a typed error, never a crash, and no more
/// memory than a small multiple of the input.
@Suite struct ReaderFuzzTests {
    private struct Format: Sendable {
        let name: String
        let seeds: [[UInt8]]
        let codes: Set<String>
        let read: @Sendable ([UInt8], String) throws(LikenessError) -> Void
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static let formats: [Format] = [
        Format(
            name: "pairs",
            seeds: ["2\t1\nA\t1\t2\nB\t1\tC\t3\nD\t1\t2\nE\t1\tF\t12\n", "1\nAbel\t1\t2\nZoë\t1\tB\t2\n"]
                .map { Array($0.utf8) }, codes: ["file-format"]
        ) { bytes, _ throws(LikenessError) in _ = try LFWPairs.parse(text(bytes)) },
        Format(
            name: "csv",
            seeds: [
                "left,right,label,age\na.jpg,b.jpg,1,child\nc.jpg,\"d,\"\"x\"\".jpg\",No,adult\n",
                "a;b;same\nc;d;different\n",
            ]
            .map { Array($0.utf8) }, codes: ["file-format"]
        ) { bytes, _ throws(LikenessError) in _ = try CSVPairs.parse(text(bytes)) },
        Format(
            name: "sets", seeds: [Array("fold, a, b, same\n1, A/0, B/1, 0, 7\n1, A/0, A/1, 1\n2, C/0, D/1, 0\n".utf8)],
            codes: ["file-format"]
        ) { bytes, _ throws(LikenessError) in _ = try SetPairs.parse(text(bytes)) },
        Format(
            name: "qualities", seeds: [Array("name,sharpness,size\na/1.jpg,0.5,90\nb/1.jpg,,12\n".utf8)],
            codes: ["file-format", "bad-data"]
        ) { bytes, _ throws(LikenessError) in _ = try QualityTable(text: text(bytes)) },
        Format(
            name: "wider",
            seeds: [
                Array(
                    "0--P/a.jpg\n2\n10 20 30 40 0 0 0 0 0 0 \n1 2 3 4 2 1 1 1 2 1\n0--P/b.jpg\n0\n0 0 0 0 0 0 0 0 0 0\n"
                        .utf8)
            ],
            codes: ["file-format"]
        ) { bytes, _ throws(LikenessError) in _ = try WiderAnnotations(file: "w", text: text(bytes)) },
        Format(
            name: "fddb", seeds: [Array("2002/08/11/big/img_591\n1\n123.5 85.5 1.26 269.6 161.7  1\n2002/x\n0\n".utf8)],
            codes: ["file-format"]
        ) { bytes, _ throws(LikenessError) in _ = try FDDBAnnotations(file: "f", text: text(bytes)) },
        Format(
            name: "detections", seeds: [Array("a/b.jpg\n2\n1 2 3 4 0.9\n5 6 7 8 0.1\n".utf8)], codes: ["file-format"]
        ) { bytes, _ throws(LikenessError) in _ = try DetectionList(file: "d", text: text(bytes)) },
        Format(
            name: "pickle", seeds: [pickle(4), pickle(2)], codes: ["file-format", "file-truncated", "pickle-forbidden"]
        ) { bytes, _ throws(LikenessError) in
            let pack = try InsightFacePack(bytes: bytes)
            for i in 0..<min(pack.photoCount, 4) { _ = pack.photo(i) }
        },
        Format(name: "npy", seeds: [npy("<f4", "(2, 3)", 24), npy("<f2", "(4, 2)", 16)], codes: fileCodes) {
            bytes, path throws(LikenessError) in
            try put(bytes, path)
            _ = try NPY.readMatrix(path)
        },
        Format(name: "labels", seeds: [npy("<i8", "(3,)", 24), npy("<i4", "(5,)", 20)], codes: fileCodes) {
            bytes, path throws(LikenessError) in
            try put(bytes, path)
            _ = try NPY.readLabels(path)
        },
    ]

    private static let fileCodes: Set<String> = [
        "file-format", "file-truncated", "bad-data", "non-finite", "dimension-mismatch", "file-unreadable",
    ]

    private static func put(_ bytes: [UInt8], _ path: String) throws(LikenessError) {
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
            throw LikenessError(.fileUnwritable, subject: path, "no room for the test")
        }
    }

    private static func npy(_ type: String, _ shape: String, _ bytes: Int) -> [UInt8] {
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
        header += String(repeating: " ", count: 127 - 10 - header.utf8.count) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
            + (0..<bytes).map { UInt8($0 % 7) }
    }

    private static func pickle(_ version: UInt8) -> [UInt8] {
        func short(_ s: String) -> [UInt8] { [UInt8(ascii: "C"), UInt8(s.utf8.count)] + Array(s.utf8) }
        let photos = [short("one"), short("two"), short("three"), short("four")].flatMap { $0 }
        return [0x80, version] + Array("](".utf8) + photos + Array("e](".utf8) + [0x88, 0x89] + [
            UInt8(ascii: "e"), 0x86, 46,
        ]
    }

    /// Bytes that formats care about.
    private static let spice: [UInt8] =
        Array("\n\t ,;\"0179-.eE()[]{}'/\\#\r".utf8) + [0, 0x7F, 0x80, 0x88, 0x93, 0x95, 0xFF]

    private static func mutated(_ seed: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, at + Int.random(in: 0...6, using: &random))
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes.removeSubrange(at..<end)
            case 1: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 2: bytes.removeSubrange(at...)
            case 3: if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &random) }
            case 4: if at < bytes.count { bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
            case 5: bytes.insert(contentsOf: Array("99999999999999999999".utf8), at: at)
            default: bytes.insert(spice.randomElement(using: &random) ?? 0, at: at)
            }
        }
        return bytes
    }

    /// The most memory that this process has had, in bytes.
    private static func peakMemory() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
        return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
    }

    @Test func aHundredThousandMutatedInputs() throws {
        let folder = try TemporaryFolder()
        let before = Self.peakMemory()
        let each = 100_000 / Self.formats.count
        var total = 0
        for (k, format) in Self.formats.enumerated() {
            for seed in format.seeds {
                #expect(
                    errorCode { try format.read(seed, folder.file("seed")) } == nil, "\(format.name): the seed is good")
            }
            var random = SeededRandom(seed: UInt64(k))
            var (passed, refused) = (0, 0)
            for round in 0..<each {
                let bytes = Self.mutated(format.seeds[round % format.seeds.count], &random)
                let code = errorCode { try format.read(bytes, folder.file("fuzz")) }
                if let code {
                    refused += 1
                    if !format.codes.contains(code) {
                        Issue.record(
                            "\(format.name), seed \(k), round \(round): \(code) \(Data(bytes).base64EncodedString())")
                    }
                } else {
                    passed += 1
                }
            }
            #expect(refused > each / 10 && passed > 0, "\(format.name): \(passed) passed, \(refused) refused")
            total += passed + refused
        }
        #expect(total == 100_000)
        // of the whole process: other tests run beside this one
        #expect(Self.peakMemory() - before < 4 << 30, "\(before) \(Self.peakMemory())")
    }
}

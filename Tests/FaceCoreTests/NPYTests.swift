import FaceCore
import FaceTestSupport
import Foundation
import Testing

@Suite struct NPYTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A file as numpy writes it: `numpy.save` of the given header text and values.
    static func file(_ header: String, _ values: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let text = Array(header.utf8)
        let length =
            version == 1
            ? [UInt8(text.count & 255), UInt8(text.count >> 8)]
            : (0..<4).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + values
    }

    static func header(_ type: String, _ shape: String, fortran: String = "False") -> String {
        "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }\n"
    }

    static func bytes<T>(_ values: [T]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

    @Test(arguments: [(0, 5), (1, 1), (3, 7), (1000, 33), (5, 128)])
    func vectorsReturn(_ n: Int, _ d: Int) throws {
        var random = SeededRandom(seed: 5)
        let m = TileKernelTests.matrix(n, d, &random)
        for half in [false, true] {
            let path = folder.file("v-\(half).npy")
            try NPY.write(m, to: path, half: half)
            for mapped in [false, true] {
                let back = try NPY.readMatrix(path, mapped: mapped)
                #expect(back.rows == n && back.columns == d)
                for i in 0..<n {
                    let expected = half ? m.row(i).map { float(half: bits(half: $0)) } : m.row(i)
                    #expect(back.row(i) == expected)
                }
            }
        }
    }

    @Test func aMappedMatrixIsCopiedBeforeAWrite() throws {
        let path = folder.file("v.npy")
        try NPY.write(Matrix([[1, 2], [3, 4]]), to: path)
        var m = try NPY.readMatrix(path, mapped: true)
        #expect(m.stride == 2)
        m[1, 0] = 9
        #expect(m.row(1) == [9, 4])
        #expect(try NPY.readMatrix(path).row(1) == [3, 4])
        // a file whose name goes stays mapped
        let still = try NPY.readMatrix(path, mapped: true)
        try FileManager.default.removeItem(atPath: path)
        #expect(still.row(0) == [1, 2])
    }

    @Test func labelsReturn() throws {
        try NPY.write(labels: [1, -1, 7] as [Int32], to: folder.file("a.npy"))
        try NPY.write(labels: [1, -1, 1 << 40], to: folder.file("b.npy"))
        #expect(try NPY.readLabels(folder.file("a.npy")) == [1, -1, 7])
        #expect(try NPY.readLabels32(folder.file("a.npy")) == [1, -1, 7])
        #expect(try NPY.readLabels(folder.file("b.npy")) == [1, -1, 1 << 40])
        #expect(throws: LikenessError.self) { try NPY.readLabels32(folder.file("b.npy")) }
        #expect(throws: LikenessError.self) { try NPY.readMatrix(folder.file("b.npy")) }
    }

    @Test func readsWhatNumPyWrites() throws {
        let values = NPYTests.bytes([1, 2, 3, 4, 5, 6] as [Float])
        for (k, version) in [1, 2, 3].enumerated() {
            let file = NPYTests.file(NPYTests.header("<f4", "(2, 3)"), values, version: UInt8(version))
            let path = folder.file("numpy-\(k)")
            try Data(file).write(to: URL(fileURLWithPath: path))
            for mapped in [false, true] { #expect(try NPY.readMatrix(path, mapped: mapped).row(1) == [4, 5, 6]) }
        }
        let doubles = NPYTests.file(NPYTests.header("<f8", "(1, 2)"), NPYTests.bytes([0.1, -3]))
        try Data(doubles).write(to: URL(fileURLWithPath: folder.file("doubles")))
        #expect(try NPY.readMatrix(folder.file("doubles")).row(0) == [0.1, -3])
    }

    @Test func readsTheProjectsOwnVectors() throws {
        let m = try NPY.readMatrix(TestData.file("lfw-mobilefacenet-y1.npy"))
        #expect(m.rows == 13233 && m.columns == 128)
        let labels = try NPY.readLabels32(TestData.file("celeba-labels.npy"))
        #expect(labels.count == 17474)
    }

    @Test func everyCutIsRefused() throws {
        let file = NPYTests.file(NPYTests.header("<f4", "(2, 3)"), [UInt8](repeating: 1, count: 24))
        for mapped in [false, true] {
            #expect(
                try HostileFile.acceptedCuts(file, in: folder) { (p) throws(LikenessError) in
                    _ = try NPY.readMatrix(p, mapped: mapped)
                }.isEmpty)
        }
        let truncated = try HostileFile.error(Array(file.dropLast()), in: folder) { (p) throws(LikenessError) in
            _ = try NPY.readMatrix(p)
        }
        #expect(truncated?.code == .fileTruncated)
    }

    @Test(arguments: [
        ("<f4", "(2, 3)", "True"), (">f4", "(2, 3)", "False"), ("|O", "(2, 3)", "False"), ("<f4", "(2, 4)", "False"),
        ("<f4", "(2, 2)", "False"), ("<f4", "(6,)", "False"), ("<f4", "(2, 3, 1)", "False"), ("<i4", "(2, 3)", "False"),
        ("<f4", "(9223372036854775807, 2)", "False"), ("<f4", "(4611686018427387904, 4)", "False"),
        ("<f4", "(0, 9223372036854775807)", "False"), ("<f4", "(99999999999999999999, 1)", "False"),
        ("<f4", "(-2, -3)", "False"), ("<f4", "(4294967296, 4294967296)", "False"), ("<f4", "(7, 0)", "False"),
        ("<c8", "(1, 3)", "False"), ("<f4", "(2 3)", "False"), ("<f4", "2, 3", "False"), ("<f4", "(2, 3)", "false"),
        ("<f4", "(2, 3)", "0"),
    ])
    func liesAreRefused(_ type: String, _ shape: String, _ fortran: String) throws {
        let file = NPYTests.file(
            NPYTests.header(type, shape, fortran: fortran), NPYTests.bytes([1, 2, 3, 4, 5, 6] as [Float]))
        for mapped in [false, true] {
            let error = try HostileFile.error(file, in: folder) { (p) throws(LikenessError) in
                _ = try NPY.readMatrix(p, mapped: mapped)
            }
            #expect(error != nil, "\(type) \(shape) \(fortran) was read")
        }
    }

    @Test func brokenHeadersAreRefused() throws {
        let values = [UInt8](repeating: 0, count: 24)
        let good = NPYTests.header("<f4", "(2, 3)")
        let headers = [
            "", "{", "{}", "[1]", good + "x", "{'descr': '<f4'}\n",
            good.replacingOccurrences(of: "descr", with: "descx"),
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (" + String(repeating: "1,", count: 40) + ")}",
            String(repeating: "(", count: 60000),
        ]
        for header in headers {
            let error = try HostileFile.error(NPYTests.file(header, values), in: folder) { (p) throws(LikenessError) in
                _ = try NPY.readMatrix(p)
            }
            #expect(error?.code == .fileFormat, "\(header.prefix(80))")
        }
        // every byte of the head changed in turn: an error or six numbers, never a crash
        var file = NPYTests.file(good, values)
        for at in 0..<file.count - 24 {
            for change in [0, 0xFF, 0x80, 0x27] as [UInt8] where file[at] != change {
                let kept = file[at]
                file[at] = change
                _ = try HostileFile.error(file, in: folder) { (p) throws(LikenessError) in _ = try NPY.readMatrix(p) }
                file[at] = kept
            }
        }
        var long = NPYTests.file(good, values, version: 2)
        long.replaceSubrange(8..<12, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(
            try HostileFile.error(long, in: folder) { (p) throws(LikenessError) in _ = try NPY.readMatrix(p) }?.code
                == .fileTruncated)
    }

    @Test func whatIsNoFileIsRefused() throws {
        for path in try HostileFile.notFiles(in: folder) {
            #expect(throws: LikenessError.self, "\(path)") { try NPY.readMatrix(path) }
        }
        #expect(
            throws: LikenessError(
                .fileMissing, subject: folder.file("missing"), "there is no such file", remedy: "check the path")
        ) {
            try NPY.readMatrix(folder.file("missing"))
        }
    }

    @Test func halfPrecisionRoundsToNearestEven() {
        for pattern in UInt16.min...UInt16.max {
            let x = float(half: pattern)
            if x.isNaN { #expect(float(half: bits(half: x)).isNaN) } else { #expect(bits(half: x) == pattern) }
        }
        #expect(bits(half: 1 + 0x1p-11) == bits(half: 1))
        #expect(bits(half: 1 + 0x3p-11) == bits(half: 1 + 0x2p-10))
        #expect(bits(half: 65519) == 0x7BFF)
        #expect(bits(half: 65520) == 0x7C00)
        #expect(bits(half: 0x1p-25) == 0)
        #expect(bits(half: 0x1.000002p-25) == 1)
        #expect(bits(half: -0x1.FFFFFEp-15) == 0x8400)
    }
}

import FaceCore
import FaceLearning
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite struct RecordTests {
    static let stem = "\(TestData.packageFolder)/Tests/Fixtures/learning/recordio/train"

    struct Expected: Decodable {
        struct Record: Decodable {
            let key, offset, parts, flag: Int
            let labels: [Float]
            let id: UInt64
            let image_base64: String
        }
        let records: [Record]
    }

    private func expected() throws -> [Expected.Record] {
        let path = "\(TestData.packageFolder)/Tests/Fixtures/learning/recordio/expected.json"
        return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: URL(fileURLWithPath: path))).records
    }

    @Test func reads() throws {
        let file = try RecordFile(Self.stem)
        #expect(file.imageKeys == Array(1...7))
        for want in try expected() {
            let record = try file.record(want.key)
            #expect(record.labels == want.labels && record.flag == want.flag && record.id == want.id)
            #expect(record.image == Array(Data(base64Encoded: want.image_base64) ?? Data()), "record \(want.key)")
            #expect(try file.parts(want.key) == want.parts)
            #expect(file.offset(want.key) == want.offset)
        }
    }

    @Test func writesTheSameBytes() throws {
        var writer = RecordWriter()
        let file = try RecordFile(Self.stem)
        for key in file.keys { try writer.add(file.record(key), key: key) }
        let folder = try TemporaryFolder()
        try writer.write(stem: folder.file("train"), classes: 3, height: 112, width: 112)
        for (name, original) in [("train.rec", ".rec"), ("train.idx", ".idx")] {
            let want = try Data(contentsOf: URL(fileURLWithPath: Self.stem + original))
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) == want)
        }
    }

    /// Cut at every byte, and every bit of every header flipped: an error or the right records, never a crash.
    @Test func hostile() throws {
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: Self.stem + ".rec")))
        let index = try Array(Data(contentsOf: URL(fileURLWithPath: Self.stem + ".idx")))
        let folder = try TemporaryFolder()
        try Data(index).write(to: URL(fileURLWithPath: folder.file("x.idx")))
        func attempt(_ bytes: [UInt8]) throws -> Bool {
            try Data(bytes).write(to: URL(fileURLWithPath: folder.file("x.rec")))
            return failure {
                let file = try RecordFile(folder.file("x"))
                for key in file.keys { _ = try file.record(key) }
            } != nil
        }
        for n in 0..<bytes.count { #expect(try attempt(Array(bytes[0..<n])), "cut at \(n)") }
        for at in 0..<8 {
            for bit in 0..<8 {
                var changed = bytes
                changed[40 + at] ^= 1 << bit
                // lower bits of the length may still give a readable record
                let refused = try attempt(changed)
                if at < 4 || (at == 7 && bit >= 4) { #expect(refused, "byte \(at), bit \(bit)") }
            }
        }
        for text in ["0\t0\n0\t0\n", "1\t3\n", "1\t-4\n", "a\t0\n", "1\t9223372036854775807\n", "5\t48\n"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("x.idx")))
            #expect(try attempt(bytes), "\(text)")
        }
    }

    @Test func dataset() throws {
        let data = try FaceDataset.records(Self.stem + ".rec")
        #expect(data.items.map(\.label) == [0, 0, 1, 1, 1, 2, 2])
        #expect(data.classes == ["0", "1", "2"])
    }
}

@Suite struct DatasetTests {
    @Test func lists() throws {
        let folder = try TemporaryFolder()
        try Data("path,identity\n\"a,1.jpg\",\"Bo \"\"b\"\" B\"\r\nc.jpg,Al\n".utf8)
            .write(to: URL(fileURLWithPath: folder.file("l.csv")))
        let data = try FaceDataset.open(folder.file("l.csv"))
        #expect(data.classes == ["Al", "Bo \"b\" B"])
        #expect(data.items.map(\.label) == [1, 0])
        #expect(data.items[0].name == "\(folder.path)/a,1.jpg")
        for text in ["", "path\nx\n", "path,identity\nx\n", "path,identity\n\"x,y\n", "path,identity\nx\"y\",z\n"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("l.csv")))
            #expect(failure { _ = try FaceDataset.open(folder.file("l.csv")) } != nil, "\(text)")
        }
    }

    @Test func folders() throws {
        let folder = try TemporaryFolder()
        for name in ["b/1.jpg", "b/2.jpg", "a/1.png", ".git/x.jpg", "b/notes.txt", "b/.hidden.jpg"] {
            let path = URL(fileURLWithPath: folder.file(name))
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: path)
        }
        let data = try FaceDataset.open(folder.path)
        #expect(data.classes == ["a", "b"] && data.items.count == 3 && data.skipped.count == 1)
        #expect(try FaceDataset.open(folder.path, minimum: 2).classes == ["b"])
        #expect(failure { _ = try FaceDataset.open(folder.path, minimum: 3) }?.code == .trainingInput)
    }

    @Test func chipStore() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("a"), withIntermediateDirectories: true)
        let picture = Raster(width: 8, height: 8, grey: 90)
        try Data(RasterEncoder.encode(picture, as: .png)).write(to: URL(fileURLWithPath: folder.file("a/1.png")))
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder.file("a/2.png")))
        let data = try FaceDataset.folder(folder.path)
        let failures = try ChipStore.build(data, width: 8, height: 8, to: folder.file("chips"))
        #expect(failures.count == 1)
        let store = try ChipStore(folder.file("chips"))
        #expect(store.count == 2 && store.fingerprint == data.fingerprint)
        #expect(store.chip(0) == picture && store.chip(1) == Raster(width: 8, height: 8, grey: 128))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("chips")))
        for n in [0, 7, 40, 95, bytes.count - 1] {
            try bytes.prefix(n).write(to: URL(fileURLWithPath: folder.file("cut")))
            #expect(failure { _ = try ChipStore(folder.file("cut")) } != nil)
        }
    }
}

@Suite struct SamplerTests {
    private let labels = (0..<20).flatMap { Array(repeating: $0, count: $0 % 5 + 1) }

    @Test func shuffled() throws {
        let sampler = try BatchSampler(labels: labels, order: .shuffled, batch: 6, seed: 3)
        let first = sampler.epoch(0)
        #expect(first == sampler.epoch(0) && first != sampler.epoch(1))
        #expect(first.allSatisfy { $0.count == 6 } && Set(first.joined()).count == 60)
    }

    /// Two processes together see what one sees with twice the batch.
    @Test func distributed() throws {
        let two = try BatchSampler(labels: labels, order: .shuffled, batch: 3, seed: 3)
        let one = try BatchSampler(labels: labels, order: .shuffled, batch: 6, seed: 3)
        for (step, batch) in one.epoch(2).enumerated() {
            let parts = (0..<2).map { two.epoch(2, rank: $0, processes: 2)[step] }
            #expect(Set(parts.joined()) == Set(batch))
        }
        let groups = try BatchSampler(labels: labels, order: .identities(count: 3, images: 2), batch: 6, seed: 3)
        let shares = (0..<2).map { groups.epoch(0, rank: $0, processes: 2) }
        #expect(zip(shares[0], shares[1]).allSatisfy { $0 != $1 })
    }

    @Test(arguments: [0.0, 0.5, 1])
    func identities(_ power: Double) throws {
        let sampler = try BatchSampler(
            labels: labels, order: .identities(count: 4, images: 3, power: power), batch: 12, seed: 1)
        for batch in sampler.epoch(0) {
            let counts = Dictionary(grouping: batch) { labels[$0] }.mapValues(\.count)
            #expect(counts.count == 4 && counts.values.allSatisfy { $0 == 3 })
            for label in counts.keys where label % 5 >= 2 {
                #expect(Set(batch.filter { labels[$0] == label }).count == 3)
            }
        }
    }

    @Test func balanced() throws {
        let sampler = try BatchSampler(
            labels: [0] + Array(repeating: 1, count: 99), order: .balanced(beta: 1), batch: 50, seed: 1)
        let drawn = (0..<40).flatMap { sampler.epoch($0).joined() }
        let share = Double(drawn.count { $0 == 0 }) / Double(drawn.count)
        #expect(abs(share - 0.5) < 0.05)
    }

    @Test func mixture() throws {
        let domains = labels.indices.map { $0 < 30 ? "old" : "new" }
        let sampler = try BatchSampler(
            labels: labels, order: .mixture(["old": 0.75, "new": 0.25]), batch: 8, seed: 1, domains: domains)
        for batch in sampler.epoch(0) { #expect(batch.count { $0 < 30 } == 6) }
    }

    @Test func refusals() throws {
        #expect(
            failure {
                _ = try BatchSampler(labels: [0, 1], order: .identities(count: 3, images: 2), batch: 6, seed: 1)
            } != nil)
        #expect(failure { _ = try BatchSampler(labels: [], order: .shuffled, batch: 6, seed: 1) } != nil)
    }
}

@Suite struct AugmentationTests {
    private let face = Landmarks([Point(38, 52), Point(74, 52), Point(56, 72), Point(42, 92), Point(71, 92)])

    private func chip() -> Raster { SelfTestPattern.chip(seed: 5, size: 112) }

    @Test func dependsOnSeedEpochAndItemAlone() throws {
        var all = ChipAugmentation()
        all.flip = 0.5
        (all.crop, all.lowResolution, all.colour, all.grey) = (0.5, 0.5, 0.5, 0.5)
        (all.blur, all.jpeg, all.cutout, all.mask) = (0.5, 0.5, 0.5, 0.5)
        try all.check()
        let one = try all(chip(), template: face, seed: 1, epoch: 2, item: 3)
        #expect(try all(chip(), template: face, seed: 1, epoch: 2, item: 3) == one)
        let others = try (4..<10).map { try all(chip(), template: face, seed: 1, epoch: 2, item: $0) }
        #expect(Set(others.map(\.pixels)).count == 6)
    }

    @Test func each() throws {
        let none: ChipAugmentation = {
            var a = ChipAugmentation()
            a.flip = 0
            return a
        }()
        #expect(try none(chip(), template: face, seed: 1, epoch: 0, item: 0) == chip())
        for path in [
            \ChipAugmentation.flip, \.crop, \.lowResolution, \.colour, \.grey, \.blur, \.jpeg, \.cutout, \.mask,
        ] {
            var one = none
            one[keyPath: path] = 1
            let changed = try one(chip(), template: face, seed: 1, epoch: 0, item: 0)
            #expect(changed != chip() && changed.width == 112 && changed.height == 112)
            if path == \.flip { #expect(changed.mirrored() == chip()) }
            if path == \.grey {
                let p = changed[30, 60]
                #expect(p.r == p.g && p.g == p.b)
            }
        }
    }

    @Test func masksCoverWhatTheySay() {
        let eyes = TemplateMask.sunglasses.polygon(face, width: 112, height: 112)
        #expect(eyes.allSatisfy { $0.y > 35 && $0.y < 70 })
        let mouth = TemplateMask.surgical.polygon(face, width: 112, height: 112)
        #expect(mouth.allSatisfy { $0.y > 60 })
    }

    @Test func refusals() {
        var bad = ChipAugmentation()
        bad.flip = 1.5
        #expect(failure { try bad.check() }?.code == .usage)
        bad.flip = 0.5
        bad.jpegQuality = [90, 30]
        #expect(failure { try bad.check() }?.code == .usage)
    }
}

import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Synchronization
import Testing

/// Many decodes: at once, one after another, and of damaged files. Each runs in a process of its own, so that a crash
/// is a failed test and memory is its own.
@Suite struct DecodeEnduranceTests {
    static let samples = [
        "exif-6.jpg", "fmt-progressive.jpg", "fmt-grey.jpg", "fmt-cmyk.jpg", "small-face.jpg", "fmt-palette.png",
        "fmt-alpha.png", "fmt.webp", "fmt-animated.gif", "fmt.tif", "fmt.bmp", "fmt.heic", "fmt.avif",
    ]

    static func read(_ file: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/\(file)"))))
    }

    @Test(.timeLimit(.minutes(10))) func mutatedFilesGiveTypedErrors() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let files = try Self.samples.map(Self.read)
            let slowest = Mutex<(Double, UInt64)>((0, 0))
            let decoded = Atomic<Int>(0)
            let refused = Atomic<Int>(0)
            let decoders = [
                try PhotoDecoder(.init(workingSize: 160, hashesContent: false)),
                try PhotoDecoder(.init(workingSize: 96, truncated: .acceptWithWarning, hashesContent: false)),
            ]
            parallelFor(10_000) { i in
                var random = SeededRandom(seed: UInt64(i))
                let bytes = Self.mutated(files[i % files.count], &random)
                let start = ContinuousClock.now
                do throws(LikenessError) {
                    let photo = try decoders[i / files.count % 2].decode(bytes: bytes, name: "seed \(i)")
                    precondition(photo.raster.pixels.count == photo.raster.width * photo.raster.height * 3)
                    precondition(max(photo.raster.width, photo.raster.height) <= 160)
                    decoded.add(1, ordering: .relaxed)
                } catch {
                    precondition(error.code.exitStatus == 65)
                    refused.add(1, ordering: .relaxed)
                }
                let time = (ContinuousClock.now - start) / .seconds(1)
                slowest.withLock { if time > $0.0 { $0 = (time, UInt64(i)) } }
            }
            let (seconds, seed) = slowest.withLock { $0 }
            print(
                "decoded \(decoded.load(ordering: .relaxed)), refused \(refused.load(ordering: .relaxed)), slowest \(seconds) s (seed \(seed))"
            )
            #expect(seconds < 10, "seed \(seed)")
            #expect(decoded.load(ordering: .relaxed) > 1000)
            #expect(refused.load(ordering: .relaxed) > 1000)
        }
        #expect(noise(result?.standardErrorContent) == "")
    }

    static func mutated(_ original: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = original
        func place(_ r: inout SeededRandom) -> Int {
            let headers = r.next() % 2 == 0
            return Int(r.next() % UInt64(headers ? min(600, bytes.count) : bytes.count))
        }
        for _ in 0..<(1 + random.next() % 6) {
            let at = place(&random)
            let length = min(bytes.count - at, 1 + Int(random.next() % 64))
            switch random.next() % 6 {
            case 0: bytes[at] ^= 1 << UInt8(random.next() % 8)
            case 1: bytes[at] = [0, 0xFF, 0x7F, 0x80, UInt8(truncatingIfNeeded: random.next())][Int(random.next() % 5)]
            case 2: for k in at..<at + length { bytes[k] = UInt8(truncatingIfNeeded: random.next()) }
            case 3: bytes.removeSubrange(at..<at + length)
            case 4:
                let from = min(at, original.count)
                bytes.insert(contentsOf: original[from..<min(original.count, from + length)], at: at)
            default: if random.next() % 4 == 0 { bytes.removeLast(min(bytes.count - 64, Int(random.next() % 4096))) }
            }
            if bytes.count < 64 { return original }
        }
        return bytes
    }

    @Test(.timeLimit(.minutes(5))) func manyThreadsAgree() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let decoder = try PhotoDecoder(.init(workingSize: 200))
            let files = try Self.samples.map(Self.read) + [Self.read("bad-truncated.jpg"), Self.read("bad-text.jpg")]
            let expected = files.map { bytes in Result { try decoder.decode(bytes: bytes, name: "x").raster } }
            let wrong = Atomic<Int>(0)
            parallelFor(files.count * 20, threads: 8) { i in
                let again = Result { try decoder.decode(bytes: files[i % files.count], name: "x").raster }
                switch (expected[i % files.count], again) {
                case (.success(let a), .success(let b)) where a == b: break
                case (.failure(let a as LikenessError), .failure(let b as LikenessError)) where a == b: break
                default: wrong.add(1, ordering: .relaxed)
                }
            }
            #expect(wrong.load(ordering: .relaxed) == 0)
        }
        #expect(noise(result?.standardErrorContent) == "")
    }

    @Test(.timeLimit(.minutes(5))) func memoryStaysFlat() async {
        await #expect(processExitsWith: .success) {
            let decoder = try PhotoDecoder(.init(workingSize: 200))
            let files = try Self.samples.map(Self.read) + [Self.read("bad-truncated.jpg")]
            func round(_ count: Int) {
                for i in 0..<count { _ = try? decoder.decode(bytes: files[i % files.count], name: "x") }
            }
            round(400)
            let before = try processMemory("VmRSS")
            round(2000)
            let growth = try processMemory("VmRSS") - before
            print("growth over 2,000 decodes: \(growth >> 10) KiB of \(before >> 20) MiB")
            #expect(growth < 8 << 20)
        }
    }
}

/// What a child printed on standard error, without the test library's own lines (they start with a symbol) and without
/// those of two codecs, libde265 and dav1d, which report damaged HEIC and AVIF there and cannot be told not to.
private func noise(_ bytes: [UInt8]?) -> String {
    let codecs = ["SPS error: ", "Input validation check", "Error parsing OBU data", "Unknown OBU type"]
    return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
        .filter { line in line.first?.isASCII == true && !codecs.contains { line.hasPrefix($0) } }
        .joined(separator: "\n")
}

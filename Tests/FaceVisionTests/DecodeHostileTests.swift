import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Glibc
import Testing

/// Files that lie, end early, are no files at all, or were made to hurt.
@Suite struct DecodeHostileTests {
    @Test(arguments: [
        "exif-1.jpg", "fmt-progressive.jpg", "fmt-grey.jpg", "fmt-16bit.png", "fmt-palette.png", "fmt.webp", "fmt.heic",
        "fmt.avif", "fmt.tif", "fmt.bmp",
    ]) func everyCutIsSeen(_ file: String) throws {
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/\(file)"))))
        let strict = try PhotoDecoder(.init(workingSize: 64))
        let lenient = try PhotoDecoder(.init(workingSize: 64, truncated: .acceptWithWarning))
        var accepted = 0
        // this TIFF ends with bytes that its picture does not need
        for i in 0..<(file == "fmt.tif" ? 190 : 200) {
            // dense over the header, sparse over the rest, and the last bytes but a marker's two
            let n = i < 100 ? i * 3 : i < 195 ? 300 + (bytes.count - 400) * (i - 100) / 95 : bytes.count - (203 - i)
            let part = Array(bytes.prefix(n))
            let error = #expect(throws: LikenessError.self, "\(n) of \(bytes.count) bytes") {
                try strict.decode(bytes: part, name: file)
            }
            if n > 2000 { #expect(error?.code == .imageTruncated, "\(n) of \(bytes.count) bytes") }
            do {
                let photo = try lenient.decode(bytes: part, name: file)
                #expect(photo.warnings.contains { $0.code == "image-truncated" })
                accepted += 1
            } catch {
                #expect(error.subject == file)
            }
        }
        if file.hasSuffix(".jpg") || file.hasSuffix(".png") { #expect(accepted > 50) }
    }

    @Test func firstPictureOfCutAnimationIsEnough() throws {
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/fmt-animated.gif"))))
        let decoder = try PhotoDecoder()
        let whole = try decoder.decode(bytes: bytes, name: "a.gif")
        #expect(try decoder.decode(bytes: Array(bytes.prefix(bytes.count / 2)), name: "a.gif").raster == whole.raster)
        let error = #expect(throws: LikenessError.self) {
            try decoder.decode(bytes: Array(bytes.prefix(bytes.count / 5)), name: "a.gif")
        }
        #expect(error?.code == .imageTruncated)
    }

    @Test func bytesAfterTheEndAreNoDamage() throws {
        let decoder = try PhotoDecoder()
        for file in ["exif-1.jpg", "fmt-progressive.jpg", "fmt-palette.png", "fmt.webp"] {
            let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/\(file)"))))
            let plain = try decoder.decode(bytes: bytes, name: file)
            for tail in [[UInt8](repeating: 0, count: 5000), Array("trailer".utf8), bytes] {
                let longer = try decoder.decode(bytes: bytes + tail, name: file)
                #expect(longer.raster == plain.raster)
                #expect(longer.warnings.isEmpty)
            }
        }
    }

    @Test func endMarkerAloneMissingIsAWholePicture() throws {
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/exif-1.jpg"))))
        #expect(bytes.suffix(2) == [0xFF, 0xD9])
        let decoder = try PhotoDecoder()
        let whole = try decoder.decode(bytes: bytes, name: "whole")
        let cut = try decoder.decode(bytes: bytes.dropLast(2), name: "cut")
        #expect(cut.raster == whole.raster)
        #expect(cut.warnings.map(\.code) == ["image-damaged"])
    }

    /// A copy that broke off on a file system that had reserved the space.
    @Test func zeroTailIsTruncation() throws {
        var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/exif-1.jpg"))))
        for i in (bytes.count / 2)..<bytes.count { bytes[i] = 0 }
        let error = #expect(throws: LikenessError.self) { try PhotoDecoder().decode(bytes: bytes, name: "z") }
        #expect(error?.code == .imageTruncated)
    }

    /// The end marker of a thumbnail inside the header must not pass for the photo's.
    @Test func thumbnailEndIsNotThePhotosEnd() throws {
        let photo = try Array(Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/astronaut.jpg"))))
        let thumbnail = try Array(Data(contentsOf: URL(fileURLWithPath: TestData.file("photos/small-face.jpg"))))
        let exif = Array("Exif\0\0".utf8) + [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0] + thumbnail
        let length = exif.count + 2
        let segment = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + exif
        let whole = Array(photo[..<2]) + segment + Array(photo[2...])
        let decoder = try PhotoDecoder()
        #expect(try decoder.decode(bytes: whole, name: "whole").fullWidth == 512)
        let error = #expect(throws: LikenessError.self) {
            try decoder.decode(bytes: Array(whole.prefix(whole.count / 2)), name: "cut")
        }
        #expect(error?.code == .imageTruncated)
    }

    @Test func limitsHold() throws {
        let path = try TestData.file("photos/group-large-1.jpg")
        let pixels = #expect(throws: LikenessError.self) {
            try PhotoDecoder(.init(maximumPixels: 1024 * 768 - 1)).decode(path: path)
        }
        #expect(pixels?.code == .imageTooLarge)
        #expect(pixels?.message.contains("1024 × 768") == true)
        let bytes = #expect(throws: LikenessError.self) {
            try PhotoDecoder(.init(maximumBytes: 1000)).decode(path: path)
        }
        #expect(bytes?.code == .imageTooLarge)
        #expect(try PhotoDecoder(.init(maximumPixels: 1024 * 768)).decode(path: path).fullWidth == 1024)
        for side in [-1, 1, 15, 200_000] {
            #expect(throws: LikenessError.self) { try PhotoDecoder(.init(workingSize: side)) }
        }
        #expect(throws: LikenessError.self) { try PhotoDecoder(.init(maximumPixels: 0)) }
    }

    @Test(.timeLimit(.minutes(1))) func whatIsNoFileIsRefused() throws {
        let folder = try TemporaryFolder()
        let decoder = try PhotoDecoder()
        #expect(mkfifo(folder.file("pipe.jpg"), 0o600) == 0)
        symlink("loop.jpg", folder.file("loop.jpg"))
        symlink("nowhere.jpg", folder.file("broken.jpg"))
        let cases: [(String, LikenessError.Code)] = [
            (folder.file("missing.jpg"), .fileMissing), (folder.file("broken.jpg"), .fileMissing),
            (folder.file("loop.jpg"), .fileUnreadable), (folder.path, .fileUnreadable),
            (folder.file("pipe.jpg"), .fileUnreadable), ("/dev/zero", .fileUnreadable), ("", .fileMissing),
            (folder.file("pipe.jpg/x.jpg"), .fileMissing), (String(repeating: "x", count: 5000), .fileUnreadable),
        ]
        for (path, code) in cases {
            let error = #expect(throws: LikenessError.self) { try decoder.decode(path: path) }
            #expect(error?.code == code, "\(path.prefix(80))")
        }
    }

    /// Root reads everything, so a test as root takes the rights away in a child process that is nobody.
    @Test func noPermission() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = folder.file("secret.jpg")
            try Data([0xFF, 0xD8, 0xFF]).write(to: URL(fileURLWithPath: path))
            chmod(path, 0)
            if getuid() == 0 { #expect(setegid(65534) == 0 && seteuid(65534) == 0) }
            let error = #expect(throws: LikenessError.self) { try PhotoDecoder().decode(path: path) }
            #expect(error?.code == .fileUnreadable)
            #expect(error?.remedy != nil)
            if getuid() == 0 { #expect(seteuid(0) == 0) }
        }
    }

    @Test func bombsTakeNoMemory() async {
        await #expect(processExitsWith: .success) {
            let decoder = try PhotoDecoder()
            _ = try decoder.decode(path: TestData.file("photos/tiny-1x1.png"))
            let before = try processMemory("VmHWM")
            for file in ["bomb-header.jpg", "bomb-30000x30000.png"] {
                let path = try TestData.file("photos/\(file)")
                #expect(throws: LikenessError.self) { try decoder.decode(path: path) }
            }
            #expect(try processMemory("VmHWM") - before < 8 << 20)
            // let through, the 900 megapixels stream in rows
            let wide = try PhotoDecoder(.init(maximumPixels: 1_000_000_000))
            let photo = try wide.decode(path: TestData.file("photos/bomb-30000x30000.png"))
            #expect(photo.raster.width == 1440)
            #expect(try processMemory("VmHWM") - before < 64 << 20)
        }
    }
}

/// A line of /proc/self/status in bytes.
func processMemory(_ field: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(field + ":") })
    return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }) * 1024
}

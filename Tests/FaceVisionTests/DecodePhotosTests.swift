import FaceCore
import FaceTestSupport
import FaceVision
import Testing

/// Every file of the sample photos behaves as their README says.
@Suite struct DecodePhotosTests {
    /// Path, width and height upright (as Pillow states them), format.
    static let good: [(String, Int, Int, ImageFormat)] = [
        ("astronaut.jpg", 512, 512, .jpeg), ("biden-1.jpg", 396, 900, .jpeg), ("biden-2.jpg", 640, 640, .jpeg),
        ("dark-couple.jpg", 360, 480, .jpeg), ("duplicate-of-obama-1.jpg", 512, 640, .jpeg),
        ("exif-1.jpg", 256, 320, .jpeg), ("exif-2.jpg", 256, 320, .jpeg), ("exif-3.jpg", 256, 320, .jpeg),
        ("exif-4.jpg", 256, 320, .jpeg), ("exif-5.jpg", 256, 320, .jpeg), ("exif-6.jpg", 256, 320, .jpeg),
        ("exif-7.jpg", 256, 320, .jpeg), ("exif-8.jpg", 256, 320, .jpeg), ("fmt-16bit.png", 320, 320, .png),
        ("fmt-alpha.png", 320, 320, .png), ("fmt-animated.gif", 320, 320, .gif),
        ("fmt-cmyk.jpg", 320, 320, .jpeg), ("fmt-grey.jpg", 320, 320, .jpeg), ("fmt-palette.png", 320, 320, .png),
        ("fmt-progressive.jpg", 320, 320, .jpeg), ("fmt.avif", 320, 320, .avif), ("fmt.bmp", 160, 160, .bmp),
        ("fmt.tif", 200, 200, .tiff), ("fmt.webp", 320, 320, .webp), ("group-1.jpg", 500, 375, .jpeg),
        ("group-2.jpg", 500, 375, .jpeg), ("group-3.jpg", 480, 438, .jpeg), ("group-4.jpg", 500, 334, .jpeg),
        ("group-5.jpg", 700, 368, .jpeg), ("group-collage.jpg", 1000, 778, .jpeg),
        ("group-large-1.jpg", 1024, 768, .jpeg), ("group-large-2.jpg", 1024, 385, .jpeg),
        ("harington-1.jpg", 640, 319, .jpeg), ("harington-2.jpg", 630, 374, .jpeg),
        ("harington-3.jpg", 426, 640, .jpeg), ("harington-and-leslie.jpg", 501, 700, .jpeg),
        ("lacamoire-1.jpg", 466, 640, .jpeg), ("lacamoire-2.jpg", 640, 423, .jpeg),
        ("leslie-1.jpg", 640, 400, .jpeg), ("leslie-2.jpg", 420, 640, .jpeg), ("miranda-1.jpg", 560, 487, .jpeg),
        ("names with spaces/Bïden, copy (1).jpg", 640, 640, .jpeg), ("noface-cat.jpg", 400, 266, .jpeg),
        ("noface-coffee.jpg", 480, 320, .jpeg), ("noface-coins.jpg", 384, 303, .jpeg),
        ("noface-colour-wheel.jpg", 320, 319, .jpeg), ("noface-diagram.jpg", 400, 334, .jpeg),
        ("noface-dogs.jpg", 472, 480, .jpeg), ("noface-eagle.jpg", 480, 318, .jpeg),
        ("noface-galaxies.jpg", 480, 419, .jpeg), ("noface-horses.jpg", 480, 318, .jpeg),
        ("noface-page.jpg", 384, 191, .jpeg), ("noface-retina.jpg", 400, 400, .jpeg),
        ("noface-rocket.jpg", 480, 320, .jpeg), ("obama-1.jpg", 512, 640, .jpeg),
        ("obama-2.jpg", 334, 640, .jpeg), ("obama-3.jpg", 553, 900, .jpeg), ("obama-4.jpg", 640, 360, .jpeg),
        ("obama-and-biden.jpg", 800, 571, .jpeg), ("obama-partial.jpg", 276, 640, .jpeg),
        ("profile-grey.jpg", 400, 400, .jpeg), ("sideways-no-exif.jpg", 480, 480, .jpeg),
        ("small-face.jpg", 77, 96, .jpeg), ("strip-6000x8.jpg", 6000, 8, .jpeg),
        ("three-people.jpg", 500, 375, .jpeg), ("tiny-1x1.png", 1, 1, .png), ("two-people.jpg", 900, 528, .jpeg),
        ("two-tall-short.jpg", 400, 500, .jpeg), ("wrong-extension.jpg", 200, 200, .png),
        ("fmt.heic", 320, 320, .heic),
    ]

    static let bad: [(String, LikenessError.Code)] = [
        ("bad-truncated.jpg", .imageTruncated), ("bad-empty.jpg", .imageEmpty), ("bad-text.jpg", .imageUnsupported),
        ("bomb-header.jpg", .imageTooLarge), ("bomb-30000x30000.png", .imageTooLarge),
    ]

    @Test(arguments: good) func decodes(_ file: String, _ width: Int, _ height: Int, _ format: ImageFormat) throws {
        let photo = try PhotoDecoder().decode(path: TestData.file("photos/\(file)"))
        #expect(photo.fullWidth == width)
        #expect(photo.fullHeight == height)
        #expect(photo.format == format)
        #expect(photo.warnings.isEmpty)
        let longest = max(width, height)
        let s = Double(min(1440, longest)) / Double(longest)
        #expect(photo.raster.width == max(1, Int((Double(width) * s).rounded())))
        #expect(photo.raster.height == max(1, Int((Double(height) * s).rounded())))
        #expect(abs(photo.scale - Float(s)) < 1e-6)
    }

    @Test(arguments: bad) func refuses(_ file: String, _ code: LikenessError.Code) throws {
        let path = try TestData.file("photos/\(file)")
        let error = try #require(throws: LikenessError.self) { try PhotoDecoder().decode(path: path) }
        #expect(error.code == code)
        #expect(error.subject == path)
        #expect(error.remedy != nil)
    }

    @Test func tableNamesEveryFile() throws {
        let found = PhotoFinder().find([TestData.folder + "/photos"])
        let paths = try found.map { try $0.get() }
        #expect(paths.count == Self.good.count + Self.bad.count)
        #expect(paths.count == 75)
    }

    @Test func orientationsLookAlike() throws {
        let decoder = try PhotoDecoder()
        let first = try decoder.decode(path: TestData.file("photos/exif-1.jpg")).raster
        for i in 2...8 {
            let other = try decoder.decode(path: TestData.file("photos/exif-\(i).jpg")).raster
            // the files were compressed again after turning; the wrong turn differs by 60
            #expect(meanDifference(first, other) < 3, "orientation \(i)")
        }
    }

    @Test(arguments: [
        ("fmt-cmyk.jpg", 12.0), ("fmt-progressive.jpg", 3), ("fmt-16bit.png", 3), ("fmt-palette.png", 8),
        ("fmt.webp", 4),
        ("fmt-animated.gif", 8), ("fmt.tif", 3), ("fmt.bmp", 4), ("fmt.avif", 4), ("fmt.heic", 4),
        ("wrong-extension.jpg", 3),
    ]) func formatsLookLikeTheirOrigin(_ file: String, _ tolerance: Double) throws {
        let decoder = try PhotoDecoder(.init(workingSize: 160))
        let origin = try decoder.decode(path: TestData.file("photos/astronaut.jpg")).raster
        let other = try decoder.decode(path: TestData.file("photos/\(file)")).raster
        #expect(meanDifference(origin, other) < tolerance)
    }

    @Test func greyIsTheLumaOfColour() throws {
        let decoder = try PhotoDecoder(.init(workingSize: 160))
        var origin = try decoder.decode(path: TestData.file("photos/astronaut.jpg")).raster
        let grey = try decoder.decode(path: TestData.file("photos/fmt-grey.jpg")).raster
        origin.withUnsafeMutablePixels { p in
            for i in stride(from: 0, to: p.count, by: 3) {
                let luma = 0.299 * Float(p[i]) + 0.587 * Float(p[i + 1]) + 0.114 * Float(p[i + 2])
                for b in 0..<3 { p[i + b] = UInt8(luma.rounded()) }
            }
        }
        #expect(meanDifference(origin, grey) < 3)
    }

    @Test func alphaIsFlattenedOnWhite() throws {
        let photo = try PhotoDecoder().decode(path: TestData.file("photos/fmt-alpha.png"))
        for (x, y) in [(0, 0), (319, 0), (0, 319), (319, 319), (160, 310)] {
            #expect(photo.raster[x, y] == (255, 255, 255))
        }
    }

    @Test func duplicatesHaveOneHash() throws {
        let decoder = try PhotoDecoder()
        let a = try decoder.decode(path: TestData.file("photos/obama-1.jpg"))
        let b = try decoder.decode(path: TestData.file("photos/duplicate-of-obama-1.jpg"))
        let c = try decoder.decode(path: TestData.file("photos/biden-2.jpg"))
        let d = try decoder.decode(path: TestData.file("photos/names with spaces/Bïden, copy (1).jpg"))
        #expect(a.contentHash == b.contentHash)
        #expect(c.contentHash == d.contentHash)
        #expect(a.contentHash != c.contentHash)
        #expect(a.contentHash?.count == 64)
        let unhashed = try PhotoDecoder(.init(hashesContent: false)).decode(path: TestData.file("photos/obama-1.jpg"))
        #expect(unhashed.contentHash == nil)
    }

    @Test func acceptsTruncatedWithWarning() throws {
        let path = try TestData.file("photos/bad-truncated.jpg")
        let cut = try PhotoDecoder(.init(truncated: .acceptWithWarning)).decode(path: path)
        #expect(cut.warnings.map(\.code) == ["image-truncated"])
        let whole = try PhotoDecoder().decode(path: TestData.file("photos/obama-2.jpg"))
        #expect(cut.fullWidth == whole.fullWidth && cut.fullHeight == whole.fullHeight)
        // the upper half is the photo itself
        let upper = Box(x: 0, y: 0, width: Float(whole.fullWidth), height: Float(whole.fullHeight / 3))
        #expect(meanDifference(cut.raster.cropped(upper), whole.raster.cropped(upper)) < 0.5)
    }

    @Test func workingSizeReducesFaithfully() throws {
        let path = try TestData.file("photos/group-large-1.jpg")
        let full = try PhotoDecoder(.init(workingSize: 0)).decode(path: path)
        #expect(full.raster.width == 1024 && full.scale == 1)
        for side in [700, 512, 300, 128, 100, 16] {
            let small = try PhotoDecoder(.init(workingSize: side)).decode(path: path)
            #expect(small.raster.width == side)
            #expect(small.fullWidth == 1024 && small.fullHeight == 768)
            // scaling inside the DCT and reducing the full picture are two low-pass filters of nearly the same shape
            #expect(meanDifference(small.raster, full.raster.reduced(toLongestSide: side)) < 3, "side \(side)")
        }
    }
}

/// Mean absolute difference of all bytes; infinite when the sizes differ.
func meanDifference(_ a: Raster, _ b: Raster) -> Double {
    guard a.width == b.width, a.height == b.height, !a.pixels.isEmpty else { return .infinity }
    let sum = zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(a.pixels.count)
}

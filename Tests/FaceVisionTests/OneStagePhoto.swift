import FaceTestSupport
import FaceVision

/// A photo of the test data, upright, at the working size.
func photo(_ name: String) throws -> Raster {
    try PhotoDecoder().decode(path: try TestData.file("photos/\(name)")).raster
}

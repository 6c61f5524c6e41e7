import FaceCore
import FaceLibrary

extension PhotoLibrary {
    func previewGrouping(_ parameters: GroupingParameters) throws(LikenessError) -> GroupingPreview {
        throw LikenessError(.conflict, "not yet")
    }
}

import FaceCore

/// Errors about ids that lead nowhere.
enum LikenessErrorOf {
    static func person(_ id: String) -> LikenessError { .notFound(id, "person") }
    static func face(_ id: String) -> LikenessError { .notFound(id, "face") }
    static func photo(_ id: String) -> LikenessError { .notFound(id, "photo") }
}

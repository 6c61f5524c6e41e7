internal import FaceCore
internal import Foundation

/// Recipes of both kinds as JSON files.
enum RecipeFile {
    /// Throws `file-missing`, or `training-input` with the field that is wrong.
    static func read<R: Decodable>(_ path: String) throws(LikenessError) -> R {
        let file = try InputFile(path)
        guard file.size < 1 << 20 else { throw LikenessError(.fileFormat, subject: path, "is too large for a recipe") }
        let bytes = try file.bytes(at: 0, count: file.size)
        do { return try JSONDecoder().decode(R.self, from: Data(bytes)) } catch {
            throw LikenessError(.trainingInput, subject: path, "is no recipe: \(DecodingError.words(error))")
        }
    }

    static func json(_ recipe: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return (try? String(decoding: encoder.encode(recipe), as: UTF8.self)) ?? "{}"
    }
}

import FaceCore
import Foundation

/// Known people, each by the mean direction of their vectors.
public struct Gallery: Sendable {
    private var sums: [String: [Float]] = [:]

    public init() {}

    /// Number of people.
    public var count: Int { sums.count }

    /// Adds one vector of unit length to a person.
    public mutating func add(_ vector: [Float], name: String) {
        sums[name] = sums[name].map { zip($0, vector).map(+) } ?? vector
    }

    /// All people, the most similar first; ties by name.
    ///
    /// - Complexity: O(people · dimension).
    public func ranked(for vector: [Float]) -> [(name: String, similarity: Float)] {
        sums.map { (name: $0.key, similarity: Similarity.cosine($0.value, vector)) }
            .sorted { ($1.similarity, $0.name) < ($0.similarity, $1.name) }
    }

    /// The person that a photo of a gallery folder shows: its sub-folder, or its file's name without a final number.
    public static func name(of path: String, in folder: String) -> String {
        let root = URL(fileURLWithPath: folder).standardizedFileURL.pathComponents
        let parts = URL(fileURLWithPath: path).standardizedFileURL.pathComponents
        if parts.starts(with: root), parts.count > root.count + 1 { return parts[root.count] }
        let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        let trimmed = String(stem.reversed().drop { $0.isNumber }.drop { " -_.(".contains($0) }.reversed())
        return trimmed.isEmpty ? stem : trimmed
    }
}

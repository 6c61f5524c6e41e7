public import FaceCore

extension ModelCard {
    /// The fields that an embedder cannot do without.
    struct EmbedderParts {
        var input: Input
        var alignment: Alignment
        var embedding: Embedding
    }

    /// Throws `model-card` unless this is a complete card of a face embedder.
    func requireEmbedder() throws(LikenessError) -> EmbedderParts {
        guard task == .faceEmbedding else {
            throw LikenessError(.modelCard, subject: id, "is a model for \(task.rawValue), not a face embedder")
        }
        guard let input, let alignment, let embedding else {
            throw LikenessError(.modelCard, subject: id, "lacks its input, alignment or embedding")
        }
        guard input.mean.count == 3, input.scale.count == 3, (input.mean + input.scale).allSatisfy(\.isFinite) else {
            throw LikenessError(.modelCard, subject: id, "needs three finite means and scales")
        }
        guard (1...4096).contains(embedding.dimension) else {
            throw LikenessError(.modelCard, subject: id, "has vectors of \(embedding.dimension) values, not 1…4096")
        }
        return EmbedderParts(input: input, alignment: alignment, embedding: embedding)
    }

    /// The space of vectors made with these options: everything that changes a vector is in the digest.
    ///
    /// A detector's own template is not: all templates of a card cut the same chip from different detectors' points.
    func space(_ parts: EmbedderParts, options: FaceEmbedder.Options, chips: String) -> EmbeddingSpace {
        let template = parts.alignment.template.map { "\($0.x),\($0.y)" }.joined(separator: " ")
        let recipe = [
            "likeness space 1", sha256, "\(parts.alignment.size) px", template, chips, parts.input.colour.rawValue,
            "\(parts.input.mean)", "\(parts.input.scale)", options.normalise ? "unit length" : "raw",
            options.averaging.name,
        ].joined(separator: "\n")
        return EmbeddingSpace(
            id: "\(id)-\(SHA256.hex(of: Array(recipe.utf8)).prefix(16))", dimension: parts.embedding.dimension,
            metric: options.normalise ? .cosine : .euclidean, normalised: options.normalise,
            calibration: options.normalise ? calibration : nil)
    }

    /// The space of this embedder's vectors, known without its file.
    public func embeddingSpace(options: FaceEmbedder.Options = .init()) throws(LikenessError) -> EmbeddingSpace {
        space(try requireEmbedder(), options: options, chips: FaceAligner.templateName)
    }
}

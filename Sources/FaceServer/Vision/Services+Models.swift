package import FaceLibrary
package import FaceVision

/// A model as `GET /v1/models` tells of it.
package struct ModelAnswer: Codable, Sendable, Hashable {
    package enum Role: String, Codable, Sendable, Hashable { case embedder, detector }

    package let id: String
    package let role: Role
    package let name: String
    /// The terms of the weights, as their publisher states them; nil when the model's card is not here.
    @Nullable package var licence: String?
    @Nullable package var source: String?
    @Nullable package var space: String?
    @Nullable package var dimension: Int?
    package let state: String
    @Nullable package var faces: Int?

    /// The models of the vectors in the library, with what their cards say; then the detectors in use.
    package static func list(_ known: [LibraryModel], cards: [ModelCard], inUse: [ModelCard]) -> [ModelAnswer] {
        let embedders = known.map { model in
            let card = cards.filter { $0.task == .faceEmbedding && model.space.hasPrefix($0.id) }
                .max { $0.id.utf8.count < $1.id.utf8.count }
            return ModelAnswer(
                id: model.id, role: .embedder, name: card?.id ?? model.space, licence: card?.licence.weights,
                source: card?.source, space: model.space, dimension: model.dimension, state: model.state,
                faces: model.faces)
        }
        let detectors = inUse.filter { $0.task != .faceEmbedding }.map { card in
            ModelAnswer(
                id: card.id, role: .detector, name: card.id, licence: card.licence.weights, source: card.source,
                space: nil, dimension: nil, state: "current", faces: nil)
        }
        return embedders + detectors
    }
}

extension Services {
    func describe(_ known: [LibraryModel]) -> [ModelAnswer] {
        ModelAnswer.list(known, cards: cards, inUse: vision.cards)
    }
}

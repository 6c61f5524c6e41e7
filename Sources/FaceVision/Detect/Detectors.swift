public import FaceCore
internal import FoundationEssentials

/// Makes a detector by its id in the model catalogue.
public enum Detectors {
    /// Ids that ``make(id:options:files:engine:)`` knows.
    public static let ids = ["mtcnn"] + oneStage.keys.sorted() + ["viola-jones"]

    /// - Parameters:
    ///   - id: one of ``ids``, or `yunet` for `yunet-s-dynamic`.
    ///   - files: the path of the weights of a model id; throws when the person does not have them.
    ///
    /// Throws `model-unknown` for another id, and what reading the weights throws.
    public static func make(
        id: String, options: DetectorOptions = DetectorOptions(), files: (String) throws(LikenessError) -> String,
        engine: InferenceEngine
    ) throws(LikenessError) -> any FaceDetector {
        let known = id == "yunet" ? "yunet-s-dynamic" : id
        if known == "mtcnn" {
            return try MTCNNDetector(
                pnet: try files("mtcnn-pnet"), rnet: try files("mtcnn-rnet"), onet: try files("mtcnn-onet"),
                options: .init(options), engine: engine)
        }
        if let bytes = oneStage[known] {
            let card = try readCard(known, bytes())
            return try OneStageDetector(card: card, file: try files(known), options: options, engine: engine)
        }
        if id == "viola-jones" {
            return try ViolaJonesDetector(
                file: try files("haar-frontalface"), options: .init(options), threads: engine.options.threads)
        }
        throw LikenessError(
            .modelUnknown, subject: id, "there is no detector of this name",
            remedy: "known are \(ids.joined(separator: ", "))")
    }

    private static let oneStage: [String: @Sendable () -> [UInt8]] = [
        "yunet-s-dynamic": { PackageResources.yunet_s_dynamic_json },
        "yunet-n-dynamic": { PackageResources.yunet_n_dynamic_json },
        "yunet-2023mar": { PackageResources.yunet_2023mar_json },
        "scrfd-2.5g-kps": { PackageResources.scrfd_2_5g_kps_json },
        "scrfd-500m-kps": { PackageResources.scrfd_500m_kps_json },
        "ultraface-rfb-320": { PackageResources.ultraface_rfb_320_json },
    ]

    private static func readCard(_ id: String, _ bytes: [UInt8]) throws(LikenessError) -> ModelCard {
        do { return try JSONDecoder().decode(ModelCard.self, from: Data(bytes)) } catch {
            throw LikenessError(.fileFormat, subject: id, "the card cannot be read: \(error)")
        }
    }
}

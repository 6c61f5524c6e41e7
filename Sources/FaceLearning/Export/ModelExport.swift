#if Training
    public import FaceCore
    internal import FaceVision
    internal import Foundation

    /// Writes a trained backbone as an ONNX file with its model card, ready for `likeness models add`.
    public enum ModelExport {
        public struct Options: Sendable {
            /// Name in the catalogue.
            public var id: String
            /// Terms of the weights: a card without them is not loaded.
            public var licence: String
            public var source: String
            /// Whether vectors leave the network at length one.
            public var normalise = false

            public init(id: String, licence: String, source: String) {
                (self.id, self.licence, self.source) = (id, licence, source)
            }
        }

        /// Writes `path` and, beside it, the card; returns the card's path. Throws as ``FaceCore/AtomicFile``, or
        /// `training-input` for a backbone that takes no square colour chip.
        public static func write(
            _ net: Backbone, to path: String, options: Options, force: Bool = false
        ) throws(LikenessError) -> String {
            let input = net.plan.input
            guard input[0] == 3, input[1] == input[2] else {
                throw LikenessError(
                    .trainingInput, subject: net.plan.id, "takes \(input): cards describe square colour chips only")
            }
            var graph = try ONNXExport.graph(net, normalise: options.normalise)
            graph.metadata["source"] = options.source
            let bytes = graph.encoded()
            try AtomicFile.write(bytes, to: path, force: force)
            let stem = path.hasSuffix(".onnx") ? String(path.dropLast(5)) : path
            let card = try card(net, bytes, file: URL(fileURLWithPath: path).lastPathComponent, options)
            try AtomicFile.write(Array(card.utf8), to: stem + ".json", force: force)
            return stem + ".json"
        }

        private static func card(
            _ net: Backbone, _ bytes: [UInt8], file: String, _ options: Options
        ) throws(LikenessError) -> String {
            let side = net.plan.input[1]
            let points = Trainer.template(net.plan.input).points.map { [Double($0.x), Double($0.y)] }
            let seed: UInt64 = 1
            let chip = SelfTestPattern.chip(seed: seed, size: side)
            let vector = try withoutGradients { () throws(LikenessError) in
                try net(ChipTensor.make([chip], channels: 3, device: net.device), training: false).unitRows().floats()
            }
            let object: [String: Any] = [
                "schema": 1, "id": options.id, "version": "1", "task": "face-embedding", "file": file,
                "sha256": SHA256.hex(of: bytes), "bytes": bytes.count,
                "licence": ["code": "of likeness", "weights": options.licence, "productDefaultAllowed": false],
                "source": options.source,
                "input": [
                    "name": "input", "shape": ["N", 3, side, side], "layout": "NCHW", "type": "float32",
                    "colour": "RGB",
                    "mean": [0, 0, 0], "scale": [1, 1, 1],
                ],
                "outputs": [["name": "embedding", "shape": ["N", net.plan.dimension], "meaning": "face embedding"]],
                "alignment": [
                    "points":
                        "left eye, right eye, nose tip, left mouth corner, right mouth corner (left = image left)",
                    "template": points, "size": side,
                ],
                "embedding": [
                    "dimension": net.plan.dimension, "normalise": "L2 after inference", "compare": "cosine",
                ],
                "selfTest": [
                    "pattern": SelfTestPattern.blocks, "seed": Int(seed), "tolerance": 2e-3,
                    "vector": vector.map { (Double($0) * 1e6).rounded() / 1e6 },
                ],
                "notes": ["trained by likeness; no calibration: `likeness evaluate` measures one"],
            ]
            let form: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            guard let data = try? JSONSerialization.data(withJSONObject: object, options: form) else {
                throw LikenessError(.defect, subject: options.id, "the card cannot be written")
            }
            return String(decoding: data, as: UTF8.self) + "\n"
        }
    }
#endif

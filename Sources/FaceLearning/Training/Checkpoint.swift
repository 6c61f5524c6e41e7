#if Training
    public import FaceCore
    internal import Foundation

    /// Everything that a run needs to go on as if it had never stopped: tensors in one safetensors file, numbers in its metadata.
    ///
    /// Written beside its place, synced and renamed: a killed run leaves the checkpoint before.
    public struct Checkpoint {
        /// Numbers and names, as JSON in the metadata.
        public struct Position: Sendable, Hashable, Codable {
            public var step = 0
            public var optimiserSteps = 0
            public var averageUpdates = 0
            public var scaler = LossScaler(isNeeded: false)
            public var head: [String: Double] = [:]
            public var watch: DivergenceWatch?
            public var classes: [String] = []
            public var data = ""
            public var backbone = ""
            public var loss = ""
            /// Bytes of the metrics file at this step: what a killed run wrote later is cut.
            public var metricsBytes = 0
            public var bestAccuracy: Double?
        }

        public var position: Position
        /// By name: `trunk.…`, `head.…`, `optimiser.…`, `average.…`, `centers`, `generator`.
        public var tensors: [String: Tensor]

        public func write(to path: String) throws(LikenessError) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            guard let json = try? encoder.encode(position) else {
                throw LikenessError(.defect, subject: path, "the position cannot be written")
            }
            var writer = SafetensorsWriter(metadata: [
                "likeness": "checkpoint 1", "position": String(decoding: json, as: UTF8.self),
            ])
            for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
                switch tensor.element {
                case .float32: writer.add(name, try tensor.floats(), shape: tensor.shape)
                case .int64: writer.add(name, try tensor.integers().map(Int64.init), shape: tensor.shape)
                default:
                    writer.add(name, try tensor.bytes().map(Int32.init), shape: [tensor.count * tensor.element.size])
                }
            }
            try writer.write(to: path, force: true)
        }

        /// Throws as ``FaceCore/Safetensors``, or `file-format` for a file that is no checkpoint.
        public init(_ path: String, device: Device = .cpu) throws(LikenessError) {
            let file = try Safetensors(path)
            guard file.metadata["likeness"] == "checkpoint 1", let text = file.metadata["position"],
                let position = try? JSONDecoder().decode(Position.self, from: Data(text.utf8))
            else { throw LikenessError(.fileFormat, subject: path, "is no checkpoint of a training run") }
            self.position = position
            tensors = [:]
            for (name, entry) in file.entries {
                if entry.type == "F32" {
                    tensors[name] = try Tensor(file.floats(name), entry.shape, device: device).copied()
                } else if name.hasPrefix("generator") {
                    let bytes = try file.integers(name).map { UInt8(truncatingIfNeeded: $0) }
                    tensors[name] = try Tensor(bytes: bytes, as: .uint8, [bytes.count])
                } else {
                    tensors[name] = try Tensor(file.integers(name), device: device).reshaped(entry.shape)
                }
            }
        }

        init(position: Position, tensors: [String: Tensor]) {
            (self.position, self.tensors) = (position, tensors)
        }

        /// Copies a stored tensor into a living one. Throws `checkpoint-mismatch` when it is missing or of another shape.
        func copy(_ name: String, into target: Tensor) throws(LikenessError) {
            guard let tensor = tensors[name], tensor.shape == target.shape else {
                throw LikenessError(
                    .checkpointMismatch, subject: name,
                    "the checkpoint holds \(tensors[name].map { "\($0.shape)" } ?? "nothing"), \(target.shape) is wanted",
                    remedy: "resume with the recipe of the run")
            }
            try withoutGradients { () throws(LikenessError) in try target.detached().copyInPlace(tensor) }
        }
    }
#endif

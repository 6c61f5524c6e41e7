#if Training
    import FaceCore
    import FaceLearning
    import FaceTestSupport
    import FaceVision
    import Foundation
    import Testing

    @Suite struct ExportTests {
        /// The published weights, read from ONNX with their normalisation folded, give the vector of their card.
        @Test func mobileFaceNetReproducesItsCard() throws {
            let net = try Backbone(.named("mobilefacenet-y1"), seed: nil)
            try BackboneWeights.load(TestData.file("models/mobilefacenet-y1.onnx"), into: net)
            let json = try Data(
                contentsOf: URL(
                    fileURLWithPath: TestData.packageFolder + "/Sources/FaceVision/Models/Cards/mobilefacenet-y1.json"))
            let test = try #require(ModelCard(json: json, subject: "card").selfTest)
            let chip = SelfTestPattern.chip(seed: test.seed, size: 112)
            // the file's own normalisation is (p − 127.5)/128
            let vector = try withoutGradients { () throws(LikenessError) in
                try net(ChipTensor.make([chip], channels: 3), training: false).unitRows().floats()
            }
            let worst = zip(vector, test.vector).map { abs($0 - $1) }.max() ?? 1
            #expect(vector.count == test.vector.count && worst <= test.tolerance, "\(worst)")
        }

        private static let dlib = try? TestData.model("dlib-resnet29.onnx")

        /// dlib's published weights: other pixels (means a channel, 1/256), a product without bias at the end; against
        /// OpenVINO on the same file.
        @Test(.enabled(if: dlib != nil, "dlib-resnet29.onnx is not among the models"))
        func dlibReproducesItsEmbeddings() throws {
            let path = try #require(Self.dlib)
            let net = try Backbone(.named("dlib-29"), seed: nil)
            try BackboneWeights.load(path, into: net)
            let chips = (1...2).map { SelfTestPattern.chip(seed: $0, size: 150) }
            let input = try ChipTensor.make(chips, channels: 3)
            let got = try withoutGradients { () throws(LikenessError) in try net(input, training: false).floats() }
            let engine = try InferenceEngine(.init(threads: 1, streams: 1))
            let network = try Network(file: path, inputShape: [2, 3, 150, 150], engine: engine)
            let pixels = try input.floats().map { ($0 / ChipTensor.scale + ChipTensor.mean).rounded() }
            let want: [Float] = try network.withRequest { request throws(LikenessError) in
                for (i, value) in pixels.enumerated() { request.input[i] = value }
                try request.run()
                return try Array(request.output(0))
            }
            let worst = zip(got, want).map { abs($0 - $1) }.max() ?? 1
            #expect(got.count == 256 && want.contains { abs($0) > 0.05 } && worst <= 1e-4, "\(worst)")
            #expect(try net.hasFoldedNormalisation)
        }

        /// What a file does to its pixels goes into the first convolution, and is refused where zeros around the picture
        /// would make it wrong.
        @Test(arguments: [0, 1])
        func inputNormalisationIsTakenOver(padding: Int) throws {
            let plan = try BackbonePlan(
                "one", input: [3, 4, 4],
                layers: [
                    .convolution(.init(3, 2, [3, 3], padding: [padding, padding], bias: true)), .globalAverage,
                    .flatten,
                ])
            let net = try Backbone(plan, seed: 6)
            var graph = try ONNXExport.graph(net)
            graph.constants["pixel.mean"] = .init([10, 20, 30], [1, 3, 1, 1])
            graph.constants["pixel.scale"] = .init([0.5], [1, 1, 1, 1])
            let other = try Backbone(plan, seed: nil)
            let (subject, bytes) = (try TemporaryFolder(), Data(graph.encoded()))
            try bytes.write(to: URL(fileURLWithPath: subject.file("one.onnx")))
            guard padding == 0 else {
                let error = failure { try BackboneWeights.load(subject.file("one.onnx"), into: other) }
                #expect(error?.code == .checkpointMismatch)
                return
            }
            try BackboneWeights.load(subject.file("one.onnx"), into: other)
            let chip = Raster(width: 4, height: 4, pixels: (0..<48).map { UInt8($0 * 5) })
            let own = try ChipTensor.make([chip], channels: 3)
            let theirs = try (own * 128 + 127.5 - Tensor([10, 20, 30] as [Double], [1, 3, 1, 1])) * 0.5
            let (a, b) = (try other(own, training: false).floats(), try net(theirs, training: false).floats())
            #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-3 }, "\(a) \(b)")
        }

        @Test func otherArchitecturesAreRefused() throws {
            let path = try TestData.file("models/mobilefacenet-y1.onnx")
            for id in ["lenet-pp-2d", "mobilefacenet-paper"] {
                let net = try Backbone(.named(id), seed: nil)
                #expect(failure { try BackboneWeights.load(path, into: net) }?.code == .checkpointMismatch)
            }
            let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
            for n in [0, 1, 10, 1000, bytes.count / 2, bytes.count - 1] {
                #expect(failure { _ = try ONNXGraph(Array(bytes[0..<n]), subject: "cut") } != nil, "\(n)")
            }
            var random = SeededRandom(seed: 4)
            let head = Array(bytes[0..<4000])
            for _ in 0..<300 {
                var changed = head
                changed[Int(random.next() % 4000)] = UInt8(truncatingIfNeeded: random.next())
                _ = try? ONNXGraph(changed, subject: "changed")
            }
        }

        @Test func safetensorsRoundTrip() throws {
            let (a, b) = (
                try Backbone(.named("mobilefacenet-paper"), seed: 5),
                try Backbone(.named("mobilefacenet-paper"), seed: nil)
            )
            let folder = try TemporaryFolder()
            try BackboneWeights.write(a, to: folder.file("w.safetensors"))
            try BackboneWeights.load(folder.file("w.safetensors"), into: b)
            for (p, q) in zip(a.parameters, b.parameters) {
                #expect(try p.value.bytesForTest() == q.value.bytesForTest())
            }
            let other = try Backbone(.named("lenet-pp-2d"), seed: nil)
            #expect(
                failure { try BackboneWeights.load(folder.file("w.safetensors"), into: other) }?.code
                    == .checkpointMismatch)
        }

        /// Every kind of layer, written as ONNX and run by OpenVINO: nowhere more than 10⁻⁴ from LibTorch, relative to the
        /// vector's largest value.
        @Test(arguments: [
            "lenet-pp-2d", "lenet-pp-2d-ceil", "mobilefacenet-paper", "mobilefacenet-y1", "dlib-29", "sphereface-20",
            "inception-resnet-v1", "resnet-50-pool-512", "iresnet-18",
        ])
        func openVINOAgrees(_ id: String) throws {
            let net = try Backbone(.named(id), seed: 3)
            try Self.shake(net)
            let folder = try TemporaryFolder()
            let path = folder.file("net.onnx")
            try Data(ONNXExport.graph(net).encoded()).write(to: URL(fileURLWithPath: path))
            let engine = try InferenceEngine(.init(threads: 1, streams: 1))
            let shape = net.plan.input
            let network = try Network(file: path, inputShape: [2] + shape, engine: engine)
            var random = SeededRandom(seed: 9)
            let chips = (0..<2).map { _ in
                Raster(
                    width: shape[2], height: shape[1],
                    pixels: (0..<shape[1] * shape[2] * 3).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) })
            }
            let want = try withoutGradients { () throws(LikenessError) in
                try net(ChipTensor.make(chips, channels: shape[0]), training: false).floats()
            }
            // pixels as the exported graph takes them: its first two nodes normalise
            let planes = try ChipTensor.make(chips, channels: shape[0]).floats().map { $0 * 128 + 127.5 }
            let got: [Float] = try network.withRequest { request throws(LikenessError) in
                for (i, value) in planes.enumerated() { request.input[i] = value }
                try request.run()
                return try Array(request.output(0))
            }
            let largest = want.map(abs).max() ?? 1
            let worst = zip(got, want).map { abs($0 - $1) }.max() ?? 1
            #expect(got.count == want.count && worst <= 1e-4 * max(1, largest), "\(id): \(worst) of \(largest)")
        }

        /// Running statistics, slopes and biases that are not those of a fresh network.
        private static func shake(_ net: Backbone) throws {
            var random = SeededRandom(seed: 21)
            try withoutGradients { () throws(LikenessError) in
                for p in net.parameters where p.value.dimensions == 1 && p.isTrainable {
                    let change = (0..<p.value.count).map { _ in 0.1 * random.unit() }
                    try p.value.detached().addInPlace(Tensor(change, p.value.shape))
                }
                for buffer in net.buffers.sorted(by: { $0.key < $1.key }).map(\.value) {
                    try buffer.addInPlace(Tensor((0..<buffer.count).map { _ in 0.2 * random.unit() }, buffer.shape))
                }
            }
        }

        /// From a network to a file that the pipeline embeds with, self-test and all.
        @Test func exportedModelEmbeds() throws {
            let net = try Backbone(.named("mobilefacenet-y1"), seed: nil)
            try BackboneWeights.load(TestData.file("models/mobilefacenet-y1.onnx"), into: net)
            let folder = try TemporaryFolder()
            let cardPath = try ModelExport.write(
                net, to: folder.file("trained.onnx"),
                options: .init(id: "trained", licence: "for tests", source: "a test"))
            let card = try ModelCard(json: Data(contentsOf: URL(fileURLWithPath: cardPath)), subject: "card")
            let embedder = try FaceEmbedder(
                card: card, file: folder.file("trained.onnx"), engine: InferenceEngine(.init(threads: 1, streams: 1)))
            let chip = SelfTestPattern.chip(seed: 4, size: 112)
            let vector = try embedder.embed(chips: [chip]).row(0)
            let own = try withoutGradients { () throws(LikenessError) in
                try net(ChipTensor.make([chip, chip.mirrored()], channels: 3), training: false)
            }
            let sum = try (own.slice(0, from: 0, count: 1) + own.slice(0, from: 1, count: 1)).unitRows().floats()
            let single = try own.slice(0, from: 0, count: 1).unitRows().floats()
            let close = [sum, single].contains { candidate in
                zip(candidate, vector).allSatisfy { abs($0 - $1) < 1e-4 }
            }
            #expect(close, "neither one view nor the mean of two")
        }
    }

    extension Tensor {
        func bytesForTest() throws -> [UInt32] { try floats().map(\.bitPattern) }
    }
#endif

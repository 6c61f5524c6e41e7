public import FaceCore

extension BackbonePlan {
    /// The names under which recipes ask for a backbone.
    public static let ids = [
        "lenet-pp-2d", "lenet-pp-2d-ceil", "mobilefacenet-paper", "mobilefacenet-y1", "dlib-29", "sphereface-20",
        "sphereface-64", "inception-resnet-v1", "resnet-50-pool-512", "resnet-50-flat-512", "resnet-50-keras-pool-512",
        "iresnet-18", "iresnet-50", "iresnet-100",
    ]

    /// Narrower MobileFaceNets for small studies: the published network with a half or a quarter of all channels but those
    /// of the embedding. They are names too, but no published networks.
    public static let narrowIDs = ["mobilefacenet-y1-half", "mobilefacenet-y1-quarter"]

    /// A backbone by its name. `dropout` is used where the published network has such a layer. Throws `usage`.
    public static func named(_ id: String, dropout: Double = 0) throws(LikenessError) -> BackbonePlan {
        guard (0..<1).contains(dropout) else {
            throw LikenessError(.usage, subject: "dropout", "\(dropout) is no share below 1")
        }
        let face = [3, 112, 112]
        switch id {
        case "lenet-pp-2d", "lenet-pp-2d-ceil":
            return try BackbonePlan(id, input: [1, 28, 28], layers: lenet(ceiling: id.hasSuffix("ceil")))
        case "mobilefacenet-paper", "mobilefacenet-y1":
            return try BackbonePlan(id, input: face, layers: mobileFaceNet(isPaper: id.hasSuffix("paper")))
        case "mobilefacenet-y1-half", "mobilefacenet-y1-quarter":
            return try BackbonePlan(
                id, input: face, layers: mobileFaceNet(isPaper: false, part: id.hasSuffix("half") ? 2 : 4))
        case "dlib-29": return try BackbonePlan(id, input: [3, 150, 150], layers: dlib)
        case "sphereface-20": return try BackbonePlan(id, input: [3, 112, 96], layers: sphereFace([1, 2, 4, 1]))
        case "sphereface-64": return try BackbonePlan(id, input: [3, 112, 96], layers: sphereFace([3, 8, 16, 3]))
        case "inception-resnet-v1":
            return try BackbonePlan(id, input: [3, 160, 160], layers: inceptionResNet(dropout: dropout))
        case "resnet-50-pool-512":
            return try BackbonePlan(id, input: face, layers: resNet50(isPooled: true, bias: false))
        case "resnet-50-flat-512":
            return try BackbonePlan(id, input: face, layers: resNet50(isPooled: false, bias: false))
        case "resnet-50-keras-pool-512":
            return try BackbonePlan(id, input: face, layers: resNet50(isPooled: true, bias: true))
        case "iresnet-18": return try BackbonePlan(id, input: face, layers: iResNet([2, 2, 2, 2], dropout))
        case "iresnet-50": return try BackbonePlan(id, input: face, layers: iResNet([3, 4, 14, 3], dropout))
        case "iresnet-100": return try BackbonePlan(id, input: face, layers: iResNet([3, 13, 30, 3], dropout))
        default:
            throw LikenessError(
                .usage, subject: id, "is no backbone", remedy: "one of \(ids.joined(separator: ", "))")
        }
    }

    // MARK: Tables

    /// LeNet++ (Wen et al. 2016); Caffe's pooling rounds up.
    private static func lenet(ceiling: Bool) -> [Layer] {
        var (layers, i) = ([Layer](), 1)
        for o in [32, 64, 128] {
            for inputs in [i, o] { layers += [.conv(inputs, o, 5, padding: 2, bias: true), .prelu(o)] }
            layers.append(.maxPool(kernel: 2, stride: 2, ceiling: ceiling))
            i = o
        }
        return layers + [.flatten, .linear(inputs: 128 * (ceiling ? 16 : 9), outputs: 2, bias: true)]
    }

    /// Convolution, normalisation, and PReLU unless linear (MobileFaceNet).
    private static func unit(
        _ i: Int, _ o: Int, _ k: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1, isLinear: Bool = false
    ) -> Layer {
        let layers: [Layer] = [.conv(i, o, k, stride: stride, padding: padding, groups: groups), .norm(o)]
        return .sequence(isLinear ? layers : layers + [.prelu(o)])
    }

    /// MobileFaceNet (Chen et al. 2018): rows of (middle channels, channels out, repeats, first stride); one `part`-th of
    /// the channels.
    private static func mobileFaceNet(isPaper: Bool, part: Int = 1) -> [Layer] {
        let table = [(128, 64, 5, 2), (256, 128, 1, 2), (256, 128, 6, 1), (512, 128, 1, 2), (256, 128, 2, 1)]
        let first = 64 / part
        let last = 512 / part
        var layers = [unit(3, first, 3, stride: 2, padding: 1), unit(first, first, 3, padding: 1, groups: first)]
        var i = first
        for (wide, outputs, repeats, start) in table {
            let (middle, o) = (wide / part, outputs / part)
            for n in 0..<repeats {
                let stride = n == 0 ? start : 1
                let body = [
                    unit(i, middle, 1), unit(middle, middle, 3, stride: stride, padding: 1, groups: middle),
                    unit(middle, o, 1, isLinear: true),
                ]
                layers.append(stride == 1 && i == o ? .residual(body: body, shortcut: []) : .sequence(body))
                i = o
            }
        }
        layers += [unit(i, last, 1), unit(last, last, 7, groups: last, isLinear: true)]
        guard !isPaper else { return layers + [unit(last, 128, 1, isLinear: true), .flatten] }
        return layers + [
            .flatten, .linear(inputs: last, outputs: 128, bias: true), .batchNorm(.init(128, isScaleFixed: true)),
        ]
    }

    /// InsightFace's residual network (Deng et al. 2019), blocks a stage.
    private static func iResNet(_ blocks: [Int], _ dropout: Double) -> [Layer] {
        let start = Layer.Convolution.Start.normal(0.1)
        var layers: [Layer] = [.conv(3, 64, 3, padding: 1, start: start), .norm(64), .prelu(64)]
        var i = 64
        for (count, o) in zip(blocks, [64, 128, 256, 512]) {
            for n in 0..<count {
                let stride = n == 0 ? 2 : 1
                let body: [Layer] = [
                    .norm(i), .conv(i, o, 3, padding: 1, start: start), .norm(o), .prelu(o),
                    .conv(o, o, 3, stride: stride, padding: 1, start: start), .norm(o),
                ]
                layers.append(
                    .residual(
                        body: body,
                        shortcut: stride == 1 && i == o ? [] : [.conv(i, o, 1, stride: stride, start: start), .norm(o)])
                )
                i = o
            }
        }
        layers.append(.norm(512))
        if dropout > 0 { layers.append(.dropout(dropout)) }
        return layers + [
            .flatten, .linear(inputs: 512 * 49, outputs: 512, bias: true), .batchNorm(.init(512, isScaleFixed: true)),
        ]
    }

    /// SphereFace (Liu et al. 2017), units a stage.
    private static func sphereFace(_ units: [Int]) -> [Layer] {
        var (layers, i) = ([Layer](), 3)
        for (count, o) in zip(units, [64, 128, 256, 512]) {
            layers += [.conv(i, o, 3, stride: 2, padding: 1, bias: true, start: .xavier), .prelu(o)]
            for _ in 0..<count {
                let half: [Layer] = [.conv(o, o, 3, padding: 1, bias: true, start: .normal(0.01)), .prelu(o)]
                layers.append(.residual(body: half + half, shortcut: []))
            }
            i = o
        }
        return layers + [.flatten, .linear(inputs: 512 * 7 * 6, outputs: 512, bias: true)]
    }

    /// ResNet-50 (He et al. 2016; stride in the 3×3 as torchvision has it) to 512 values.
    private static func resNet50(isPooled: Bool, bias: Bool) -> [Layer] {
        var layers: [Layer] = [
            .conv(3, 64, 7, stride: 2, padding: 3, bias: bias), .norm(64), .relu,
            .maxPool(kernel: 3, stride: 2, padding: 1),
        ]
        var i = 64
        for (count, m, first) in [(3, 64, 1), (4, 128, 2), (6, 256, 2), (3, 512, 2)] {
            for n in 0..<count {
                let stride = n == 0 ? first : 1
                let body: [Layer] = [
                    .conv(i, m, 1, bias: bias), .norm(m), .relu,
                    .conv(m, m, 3, stride: stride, padding: 1, bias: bias), .norm(m), .relu,
                    .conv(m, 4 * m, 1, bias: bias), .norm(4 * m),
                ]
                let same = stride == 1 && i == 4 * m
                let shortcut: [Layer] = same ? [] : [.conv(i, 4 * m, 1, stride: stride, bias: bias), .norm(4 * m)]
                layers.append(.sequence([.residual(body: body, shortcut: shortcut), .relu]))
                i = 4 * m
            }
        }
        guard isPooled else { return layers + [.flatten, .linear(inputs: 2048 * 16, outputs: 512, bias: true)] }
        return layers + [.globalAverage, .flatten, .linear(inputs: 2048, outputs: 512, bias: true)]
    }

    /// dlib's 29 convolutions (King 2017).
    private static var dlib: [Layer] {
        var layers: [Layer] = [
            .conv(3, 32, 7, stride: 2, bias: true), .norm(32), .relu, .maxPool(kernel: 3, stride: 2),
        ]
        var i = 32
        for (o, count, halves) in [(32, 3, false), (64, 4, true), (128, 3, true), (256, 3, true), (256, 1, true)] {
            for n in 0..<count {
                let down = halves && n == 0
                let body: [Layer] = [
                    .conv(i, o, 3, stride: down ? 2 : 1, padding: down ? 0 : 1, bias: true), .norm(o), .relu,
                    .conv(o, o, 3, padding: 1, bias: true), .norm(o),
                ]
                layers.append(.sequence([.paddedResidual(body: body, halved: down), .relu]))
                i = o
            }
        }
        return layers + [.globalAverage, .flatten, .linear(inputs: 256, outputs: 128, bias: false)]
    }
}

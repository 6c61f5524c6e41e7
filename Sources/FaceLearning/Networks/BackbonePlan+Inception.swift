extension BackbonePlan {
    /// Inception-ResNet-v1 (Szegedy et al. 2017) as FaceNet's ports have it.
    static func inceptionResNet(dropout: Double) -> [Layer] {
        var layers: [Layer] = [
            unit(3, 32, [3, 3], stride: 2), unit(32, 32, [3, 3]), unit(32, 64, [3, 3], padding: [1, 1]),
            .maxPool(kernel: 3, stride: 2), unit(64, 80, [1, 1]), unit(80, 192, [3, 3]),
            unit(192, 256, [3, 3], stride: 2),
        ]
        layers += [Layer](repeating: block35, count: 5)
        layers.append(
            .branches([
                [unit(256, 384, [3, 3], stride: 2)],
                [
                    unit(256, 192, [1, 1]), unit(192, 192, [3, 3], padding: [1, 1]), unit(192, 256, [3, 3], stride: 2),
                ],
                [.maxPool(kernel: 3, stride: 2)],
            ]))
        layers += [Layer](repeating: block17, count: 10)
        layers.append(
            .branches([
                [unit(896, 256, [1, 1]), unit(256, 384, [3, 3], stride: 2)],
                [unit(896, 256, [1, 1]), unit(256, 256, [3, 3], stride: 2)],
                [
                    unit(896, 256, [1, 1]), unit(256, 256, [3, 3], padding: [1, 1]), unit(256, 256, [3, 3], stride: 2),
                ],
                [.maxPool(kernel: 3, stride: 2)],
            ]))
        layers += [Layer](repeating: .sequence([block8(0.20), .relu]), count: 5) + [block8(1)]
        layers += [.globalAverage, .flatten]
        if dropout > 0 { layers.append(.dropout(dropout)) }
        return layers + [
            .linear(inputs: 1792, outputs: 512, bias: false), .batchNorm(.init(512, epsilon: 1e-3)),
        ]
    }

    private static func unit(
        _ i: Int, _ o: Int, _ kernel: [Int], stride: Int = 1, padding: [Int] = [0, 0]
    ) -> Layer {
        .sequence([
            .convolution(.init(i, o, kernel, stride: stride, padding: padding)),
            .batchNorm(.init(o, epsilon: 1e-3)), .relu,
        ])
    }

    private static func added(_ branches: [[Layer]], _ i: Int, _ o: Int, _ scale: Double) -> Layer {
        .scaledResidual(branches: branches, projection: .conv(i, o, 1, bias: true), scale: scale)
    }

    private static var block35: Layer {
        let (first, three) = (unit(256, 32, [1, 1]), unit(32, 32, [3, 3], padding: [1, 1]))
        return .sequence([added([[first], [first, three], [first, three, three]], 96, 256, 0.17), .relu])
    }

    private static var block17: Layer {
        let first = unit(896, 128, [1, 1])
        let wide = [first, unit(128, 128, [1, 7], padding: [0, 3]), unit(128, 128, [7, 1], padding: [3, 0])]
        return .sequence([added([[first], wide], 256, 896, 0.10), .relu])
    }

    private static func block8(_ scale: Double) -> Layer {
        let first = unit(1792, 192, [1, 1])
        let wide = [first, unit(192, 192, [1, 3], padding: [0, 1]), unit(192, 192, [3, 1], padding: [1, 0])]
        return added([[first], wide], 384, 1792, scale)
    }
}

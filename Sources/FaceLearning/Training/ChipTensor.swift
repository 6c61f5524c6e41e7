#if Training
    public import FaceCore
    public import FaceVision

    /// Chips as a network takes them: n×3×h×w (or n×1×h×w, luma), (p − 127.5)/128.
    public enum ChipTensor {
        public static let mean: Float = 127.5
        public static let scale: Float = 1 / 128

        public static func make(
            _ chips: [Raster], channels: Int, device: Device = .cpu, element: Element = .float32
        ) throws(LikenessError) -> Tensor {
            guard let first = chips.first, channels == 3 || channels == 1,
                chips.allSatisfy({ $0.width == first.width && $0.height == first.height })
            else { throw LikenessError(.shapeMismatch, subject: "chips", "are not of one size") }
            // Bytes go to LibTorch as they are; it makes planes of them faster than a loop here.
            let bytes = chips.flatMap(\.pixels)
            let packed = try Tensor(
                bytes: bytes, as: .uint8, [chips.count, first.height, first.width, 3], device: device)
            let pixels = try (packed.permuted([0, 3, 1, 2]).converted(to: element) - Double(mean)) * Double(scale)
            guard channels == 1 else { return try pixels.contiguous() }
            let luma = try Tensor([0.299, 0.587, 0.114], [1, 3, 1, 1], element: element).beside(pixels)
            return try (pixels * luma).sum(over: 1, keeping: true)
        }
    }
#endif

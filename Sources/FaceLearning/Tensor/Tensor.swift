#if Training
    internal import CTorchShim
    public import FaceCore

    /// An array of numbers of any number of dimensions, row-major, that LibTorch computes with and differentiates.
    ///
    /// A reference: two variables may name one tensor. Operations return new tensors; those that change one in place end in
    /// `InPlace`. Freed when the last reference goes, also in the middle of a step. Not for use from two threads at once.
    public final class Tensor {
        let handle: OpaquePointer

        init(owning handle: OpaquePointer?) throws(LikenessError) {
            guard let handle else { throw LikenessError(.defect, subject: "tensor", "LibTorch gave no tensor") }
            self.handle = handle
        }

        deinit { ts_tensor_free(handle) }

        /// A tensor of the given values, converted to `element`. Throws `shape-mismatch` when they do not fill the shape.
        public convenience init(
            _ values: [Double], _ shape: [Int], element: Element = .float32, device: Device = .cpu
        ) throws(LikenessError) {
            try self.init(copying: values, as: .float64, shape, element, device)
        }

        public convenience init(
            _ values: [Float], _ shape: [Int], element: Element = .float32, device: Device = .cpu
        ) throws(LikenessError) {
            try self.init(copying: values, as: .float32, shape, element, device)
        }

        /// Whole numbers: labels and indices.
        public convenience init(_ values: [Int], device: Device = .cpu) throws(LikenessError) {
            try self.init(copying: values.map(Int64.init), as: .int64, [values.count], .int64, device)
        }

        /// Bytes of a stored tensor, as ``bytes()`` gave them.
        convenience init(bytes: [UInt8], as element: Element, _ shape: [Int], device: Device = .cpu)
            throws(LikenessError)
        {
            var made: OpaquePointer?
            precondition(LibTorch.isReady)
            let extents = shape.map(Int64.init)
            try LibTorch.check(
                ts_tensor_create(bytes, Int64(bytes.count), element.rawValue, extents, Int32(shape.count), &made),
                "tensor")
            let tensor = try Tensor(owning: made)
            try self.init(sharing: device == .cpu ? tensor : tensor.moved(to: device))
        }

        private convenience init<T: BitwiseCopyable>(
            copying values: [T], as source: Element, _ shape: [Int], _ element: Element, _ device: Device
        ) throws(LikenessError) {
            guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == values.count else {
                throw LikenessError(.shapeMismatch, "\(values.count) values do not fill a tensor of \(shape)")
            }
            var made: OpaquePointer?
            precondition(LibTorch.isReady)
            let extents = shape.map(Int64.init)
            let status = values.withUnsafeBytes { raw in
                ts_tensor_create(
                    raw.baseAddress, Int64(raw.count), source.rawValue, extents, Int32(shape.count), &made)
            }
            try LibTorch.check(status, "tensor")
            var tensor = try Tensor(owning: made)
            if source != element { tensor = try tensor.converted(to: element) }
            if device != .cpu { tensor = try tensor.moved(to: device) }
            try self.init(sharing: tensor)
        }

        convenience init(sharing other: Tensor) throws(LikenessError) {
            var made: OpaquePointer?
            try LibTorch.check(ts_tensor_share(other.handle, &made), "tensor")
            try self.init(owning: made)
        }

        // MARK: What it is

        public var shape: [Int] {
            (0..<ts_tensor_dimensions(handle)).map { Int(ts_tensor_extent(handle, $0)) }
        }
        public var dimensions: Int { Int(ts_tensor_dimensions(handle)) }
        public var count: Int { shape.reduce(1, *) }
        public var element: Element {
            guard let element = Element(rawValue: ts_tensor_element(handle)) else {
                preconditionFailure("no operation used here makes elements of type \(ts_tensor_element(handle))")
            }
            return element
        }
        public var device: Device {
            let index = Int(ts_tensor_device(handle))
            return index < 0 ? .cpu : .cuda(index)
        }

        // MARK: Values

        /// All values, row-major, widened or rounded to Double.
        public func doubles() throws(LikenessError) -> [Double] { try read(.float64, 0.0) }

        /// All values, row-major, rounded to Float.
        public func floats() throws(LikenessError) -> [Float] { try read(.float32, 0) }

        /// All values as whole numbers.
        public func integers() throws(LikenessError) -> [Int] { try read(.int64, Int64(0)).map(Int.init) }

        /// The value of a tensor of one element.
        public func scalar() throws(LikenessError) -> Double {
            guard count == 1 else { throw LikenessError(.shapeMismatch, "a tensor of \(shape) is no single number") }
            return try doubles()[0]
        }

        /// The elements' own bytes, row-major, little-endian: bit for bit what a checkpoint keeps.
        func bytes() throws(LikenessError) -> [UInt8] {
            var out = [UInt8](repeating: 0, count: count * element.size)
            try LibTorch.check(ts_tensor_read(handle, &out, Int64(out.count)), "read")
            return out
        }

        private func read<T: BitwiseCopyable>(_ wanted: Element, _ zero: T) throws(LikenessError) -> [T] {
            let source = element == wanted ? self : try detached().converted(to: wanted)
            var out = [T](repeating: zero, count: count)
            let status = out.withUnsafeMutableBytes { ts_tensor_read(source.handle, $0.baseAddress, Int64($0.count)) }
            try LibTorch.check(status, "read")
            return out
        }

        /// The same values on another device; itself when it is there.
        public func moved(to device: Device) throws(LikenessError) -> Tensor {
            var out: OpaquePointer?
            try LibTorch.check(ts_tensor_to_device(handle, device.index, &out), "device")
            return try Tensor(owning: out)
        }
    }
#endif

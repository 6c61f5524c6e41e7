#if Training
    public import FaceCore

    infix operator .> : ComparisonPrecedence
    infix operator .< : ComparisonPrecedence
    infix operator .== : ComparisonPrecedence

    private enum Aten {
        static let reshape = Operation("reshape")
        static let permute = Operation("permute")
        static let unsqueeze = Operation("unsqueeze")
        static let squeeze = Operation("squeeze", "dim")
        static let narrow = Operation("narrow")
        static let indexSelect = Operation("index_select")
        static let index = Operation("index", "Tensor")
        static let indexPut = Operation("index_put")
        static let indexCopy = Operation("index_copy_")
        static let gather = Operation("gather")
        static let scatter = Operation("scatter", "src")
        static let indexAdd = Operation("index_add")
        static let concatenate = Operation("cat")
        static let expand = Operation("expand")
        static let flip = Operation("flip")
        static let detach = Operation("detach")
        static let clone = Operation("clone")
        static let contiguous = Operation("contiguous")
        static let to = Operation("to", "dtype")
        static let zeros = Operation("zeros_like")
        static let ones = Operation("ones_like")
    }

    extension Tensor {
        /// The same values in another shape; one −1 is worked out. Throws `shape-mismatch`.
        public func reshaped(_ shape: [Int]) throws(LikenessError) -> Tensor {
            let known = shape.filter { $0 != -1 }.reduce(1, *)
            let free = shape.count { $0 == -1 }
            guard free == 0 ? known == count : free == 1 && known > 0 && count.isMultiple(of: known) else {
                throw LikenessError(.shapeMismatch, subject: "reshape", "\(self.shape) does not become \(shape)")
            }
            return try Aten.reshape(.tensor(self), .ints(shape))
        }
        public func permuted(_ order: [Int]) throws(LikenessError) -> Tensor {
            try Aten.permute(.tensor(self), .ints(order))
        }
        /// A new dimension of one element.
        public func unsqueezed(_ dimension: Int) throws(LikenessError) -> Tensor {
            try Aten.unsqueeze(.tensor(self), .int(dimension))
        }
        public func squeezed(_ dimension: Int) throws(LikenessError) -> Tensor {
            try Aten.squeeze(.tensor(self), .int(dimension))
        }
        /// `length` entries of a dimension from `start` on.
        public func slice(_ dimension: Int, from start: Int, count length: Int) throws(LikenessError) -> Tensor {
            guard (0..<dimensions).contains(dimension), start >= 0, length >= 0, start + length <= shape[dimension]
            else {
                throw LikenessError(
                    .shapeMismatch, subject: "slice",
                    "\(start)..<\(start + length) of dimension \(dimension) of \(shape)")
            }
            return try Aten.narrow(.tensor(self), .int(dimension), .int(start), .int(length))
        }
        /// Rows by their numbers.
        public func rows(_ indices: Tensor) throws(LikenessError) -> Tensor {
            try Aten.indexSelect(.tensor(self), .int(0), .tensor(indices))
        }
        public func columns(_ indices: Tensor) throws(LikenessError) -> Tensor {
            try Aten.indexSelect(.tensor(self), .int(1), .tensor(indices))
        }
        /// One value of each row: n×c with n column numbers → n.
        public func picked(_ columns: Tensor) throws(LikenessError) -> Tensor {
            try Aten.gather(.tensor(self), .int(1), .tensor(columns.unsqueezed(1))).squeezed(1)
        }
        /// One value of each row replaced: the gradient of the old value is 0.
        public func replacing(_ columns: Tensor, with values: Tensor) throws(LikenessError) -> Tensor {
            try Aten.scatter(.tensor(self), .int(1), .tensor(columns.unsqueezed(1)), .tensor(values.unsqueezed(1)))
        }
        /// Values at (row, column) pairs replaced.
        func replacing(rows: Tensor, columns: Tensor, with values: Tensor) throws(LikenessError) -> Tensor {
            try Aten.indexPut(.tensor(self), .tensors([rows, columns]), .tensor(values))
        }
        /// Values of a list at some places replaced.
        func replacingRows(_ rows: Tensor, with values: Tensor) throws(LikenessError) -> Tensor {
            try Aten.indexPut(.tensor(self), .tensors([rows]), .tensor(values))
        }
        /// Values at (row, column) pairs.
        func picked(rows: Tensor, columns: Tensor) throws(LikenessError) -> Tensor {
            try Aten.index(.tensor(self), .tensors([rows, columns]))
        }
        /// Rows written over by others, in place.
        func writeRowsInPlace(_ indices: Tensor, _ rows: Tensor) throws(LikenessError) {
            try Aten.indexCopy(.tensor(self), .int(0), .tensor(indices), .tensor(rows))
        }
        /// `rows` added to the rows of these numbers; a number may come several times.
        public func addingRows(_ indices: Tensor, _ rows: Tensor) throws(LikenessError) -> Tensor {
            try Aten.indexAdd(.tensor(self), .int(0), .tensor(indices), .tensor(rows))
        }
        public static func concatenated(_ tensors: [Tensor], along dimension: Int = 0) throws(LikenessError) -> Tensor {
            try Aten.concatenate(.tensors(tensors), .int(dimension))
        }
        public func expanded(_ shape: [Int]) throws(LikenessError) -> Tensor {
            try Aten.expand(.tensor(self), .ints(shape))
        }
        public func flipped(_ dimension: Int) throws(LikenessError) -> Tensor {
            try Aten.flip(.tensor(self), .ints([dimension]))
        }
        /// The values without their history: no gradient passes.
        public func detached() throws(LikenessError) -> Tensor { try Aten.detach(.tensor(self)) }
        /// A copy with memory of its own.
        public func copied() throws(LikenessError) -> Tensor { try Aten.clone(.tensor(self)) }
        func contiguous() throws(LikenessError) -> Tensor { try Aten.contiguous(.tensor(self)) }
        /// The same values, pixels one after another instead of planes (n×c×h×w stays the shape). Convolutions keep it.
        func pixelsTogether() throws(LikenessError) -> Tensor {
            let channelsLast = 2  // c10::MemoryFormat::ChannelsLast
            return try Aten.contiguous(.tensor(self), .int(channelsLast))
        }
        /// The values as another type; itself when it has it.
        public func converted(to element: Element) throws(LikenessError) -> Tensor {
            try Aten.to(.tensor(self), .element(element))
        }
        public func zeros() throws(LikenessError) -> Tensor { try Aten.zeros(.tensor(self)) }
        public func ones() throws(LikenessError) -> Tensor { try Aten.ones(.tensor(self)) }

        /// A tensor of one value.
        public static func filled(
            _ value: Double, _ shape: [Int], element: Element = .float32, device: Device = .cpu
        ) throws(LikenessError) -> Tensor {
            try Tensor([value], [], element: element, device: device).expanded(shape).copied()
        }
    }
#endif

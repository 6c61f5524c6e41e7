#if Training
    internal import CTorchShim
    internal import FaceCore

    /// One operation of ATen, found by name once and then called through LibTorch's dispatcher.
    struct Operation: @unchecked Sendable {
        /// An argument in the schema's order; missing last ones take the schema's defaults.
        enum Argument {
            case tensor(Tensor)
            case tensors([Tensor])
            case int(Int)
            case ints([Int])
            case real(Double)
            case bool(Bool)
            case element(Element)
            case none

            static func optional(_ tensor: Tensor?) -> Argument { tensor.map(Argument.tensor) ?? .none }
        }

        let name: String
        private let found: Result<OpaquePointer, LikenessError>

        init(_ name: String, _ overload: String = "") {
            precondition(LibTorch.isReady)
            self.name = overload.isEmpty ? name : "\(name).\(overload)"
            var pointer: OpaquePointer?
            if ts_find_operator("aten::\(name)", overload, &pointer) == 0, let pointer {
                found = .success(pointer)
            } else {
                found = .failure(LikenessError(.tensorOperation, subject: name, String(cString: ts_error())))
            }
        }

        /// The only, or first, result.
        @discardableResult
        func callAsFunction(_ arguments: Argument...) throws(LikenessError) -> Tensor {
            guard let first = try all(arguments).first else {
                throw LikenessError(.tensorOperation, subject: name, "gave no result")
            }
            return first
        }

        func all(_ arguments: [Argument]) throws(LikenessError) -> [Tensor] {
            let operation = try found.get()
            var results = [OpaquePointer?](repeating: nil, count: 64)
            var count: Int32 = 0
            let status = Self.withArguments(arguments) { raw in
                ts_call(operation, raw.baseAddress, Int32(raw.count), &results, Int32(results.count), &count)
            }
            guard status == 0 else {
                throw LikenessError(.tensorOperation, subject: name, String(cString: ts_error()))
            }
            return try results.prefix(Int(count)).map { (handle) throws(LikenessError) in try Tensor(owning: handle) }
        }

        /// Lists lie in two flat buffers for the time of the call.
        private static func withArguments(
            _ arguments: [Argument], _ body: (UnsafeBufferPointer<ts_argument>) -> Int32
        ) -> Int32 {
            var integers: [Int64] = []
            var handles: [OpaquePointer?] = []
            for argument in arguments {
                if case .ints(let list) = argument { integers += list.map(Int64.init) }
                if case .tensors(let list) = argument { handles += list.map(\.handle) }
            }
            return integers.withUnsafeBufferPointer { flat in
                handles.withUnsafeBufferPointer { tensors in
                    var (nextInteger, nextTensor) = (0, 0)
                    var raw: [ts_argument] = []
                    for argument in arguments {
                        var item = ts_argument()
                        switch argument {
                        case .none: item.kind = Int32(ts_none)
                        case .int(let n):
                            item.kind = Int32(ts_integer)
                            item.integer = Int64(n)
                        case .element(let e):
                            item.kind = Int32(ts_integer)
                            item.integer = Int64(e.rawValue)
                        case .bool(let flag):
                            item.kind = Int32(ts_truth)
                            item.integer = flag ? 1 : 0
                        case .real(let x):
                            item.kind = Int32(ts_real)
                            item.real = x
                        case .tensor(let t):
                            item.kind = Int32(ts_one)
                            item.tensor = t.handle
                        case .ints(let list):
                            item.kind = Int32(ts_integers)
                            item.count = Int32(list.count)
                            item.integers = flat.baseAddress.map { $0 + nextInteger }
                            nextInteger += list.count
                        case .tensors(let list):
                            item.kind = Int32(ts_many)
                            item.count = Int32(list.count)
                            item.tensors = tensors.baseAddress.map { $0 + nextTensor }
                            nextTensor += list.count
                        }
                        raw.append(item)
                    }
                    return withExtendedLifetime(arguments) { raw.withUnsafeBufferPointer(body) }
                }
            }
        }
    }
#endif

#if Training
    import FaceCore
    import FaceLearning
    import Foundation
    import Testing

    @Suite(.serialized) struct TensorTests {
        @Test func shapesAreChecked() throws {
            let (a, b) = (try Tensor.filled(1, [2, 3]), try Tensor.filled(1, [4, 3]))
            for body in [
                { try a + b }, { try a * b }, { try a.product(b) }, { try a.reshaped([5]) },
                { try a.slice(1, from: 2, count: 2) }, { try Tensor([1.0, 2], [3]) },
            ] as [() throws -> Tensor] {
                #expect(failure { _ = try body() }?.code == .shapeMismatch)
            }
            #expect(throws: LikenessError.self) { try a.scalar() }
            #expect(throws: LikenessError.self) { try a.asLeaf().squared().backward() }
        }

        /// A mistake that only LibTorch sees comes back as an error with its sentence.
        @Test func libraryErrorsAreTyped() throws {
            let a = try Tensor.filled(1, [2, 3])
            let error = failure { _ = try a.rows(Tensor([7])) }
            #expect(error?.code == .tensorOperation)
            #expect(error?.message.contains("out of range") == true)
        }

        @Test func devices() throws {
            #expect(try Device("cpu") == .cpu && Tensor.filled(1, [2]).device == .cpu)
            for name in ["gpu", "cuda:", "cuda:-1", "cuda:64", "cuda:0:1", ""] {
                #expect(failure { _ = try Device(name) }?.code == .usage, "\(name)")
            }
            let found = LibTorch.cudaDevices
            let error = failure { _ = try Device("cuda:\(found)") }
            #expect(error?.code == .deviceUnavailable && error?.remedy != nil)
            if found == 0 {
                #expect(failure { _ = try Device("cuda", rank: 1) }?.code == .deviceUnavailable)
                #expect(failure { _ = try Tensor.filled(1, [2]).moved(to: .cuda(0)) }?.code == .tensorOperation)
            } else {
                #expect(try Device("cuda", rank: found) == .cuda(0))
            }
        }

        /// NCCL needs a device for each process.
        @Test func backends() {
            typealias Backend = ProcessGroup.Backend
            for (device, processes, hasNCCL, want) in [
                (Device.cpu, 2, true, Backend.gloo), (.cuda(1), 2, true, .nccl), (.cuda(0), 3, true, .gloo),
                (.cuda(0), 2, false, .gloo),
            ] {
                let found = Backend.suited(to: device, processes: processes, hasNCCL: hasNCCL, devices: 2)
                #expect(found == want, "\(device) \(processes) \(hasNCCL)")
            }
        }

        @Test(arguments: [Element.float64, .float32, .float16, .bfloat16])
        func elements(_ element: Element) throws {
            let a = try Tensor([0.5, -1.25, 3], [3], element: element)
            #expect(a.element == element)
            #expect(try a.doubles() == [0.5, -1.25, 3])
            #expect(try (a + a).doubles() == [1, -2.5, 6])
        }

        @Test func gradients() throws {
            let x = try Tensor([1.0, 2, 3], [3], element: .float64).asLeaf()
            try (x * x * x).sum().backward()
            #expect(try x.gradient()?.doubles() == [3, 12, 27])
            let silent = try withoutGradients { () throws(LikenessError) in try x * x }
            #expect(!silent.requiresGradient)
            #expect(try x.squared().sum().gradients(of: [x]).map { try $0.doubles() } == [[2, 4, 6]])
        }

        /// Matrix products in bfloat16 use the CPU's tiles where they can be used, and must not die where they cannot.
        @Test func mixedPrecision() throws {
            let a = try Tensor.filled(0.5, [64, 64])
            let product = try withMixedPrecision(.bfloat16, on: .cpu) { () throws(LikenessError) in try a.product(a) }
            #expect(product.element == .bfloat16)
            #expect(try product.doubles().allSatisfy { $0 == 16 })
            #expect(try a.product(a).element == .float32)
        }

        /// 10,000 steps of a small network leave neither tensors nor memory behind. In a process of its own: other tests make
        /// tensors at the same time.
        @Test func memoryIsFlat() async {
            await #expect(processExitsWith: .success) { try TensorTests.takeManySteps() }
        }

        private static func takeManySteps() throws {
            let w = try Tensor.filled(0.1, [64, 256]).asLeaf()
            let x = try Tensor.filled(0.5, [32, 256])
            let labels = try Tensor((0..<32).map { $0 % 64 })
            func step() throws {
                try CrossEntropy()(x.productOfRows(w).relu(), labels).backward()
                let gradient = try #require(try w.gradient())
                try withoutGradients { () throws(LikenessError) in try w.addInPlace(gradient, times: -0.01) }
                try w.setGradient(nil)
                _ = try? x.product(x)
            }
            for _ in 0..<500 { try step() }
            let (tensors, memory) = (LibTorch.liveTensors, try resident())
            for _ in 0..<10_000 { try step() }
            #expect(LibTorch.liveTensors == tensors)
            let grown = try resident() - memory
            #expect(grown < 8 << 20, "\(grown >> 10) KiB more")
        }

        private static func resident() throws -> Int {
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
            return (Int(pages) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
    }
#endif

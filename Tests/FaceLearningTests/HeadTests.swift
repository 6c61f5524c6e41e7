#if Training
    import FaceCore
    import FaceLearning
    import FaceTestSupport
    import Foundation
    import Testing

    @Suite struct HeadTests {
        private func values(_ n: Int, _ seed: UInt64) -> [Double] {
            var random = SeededRandom(seed: seed)
            return (0..<n).map { _ in 2 * random.unit() - 1 }
        }

        /// Features 12×8, weights 20×8.
        private func inputs() throws -> (x: Tensor, w: Tensor, labels: [Int]) {
            (
                try Tensor(values(96, 1), [12, 8], element: .float64),
                try Tensor(values(160, 2), [20, 8], element: .float64),
                (0..<12).map { $0 * 7 % 20 }
            )
        }

        static let rules: [@Sendable () throws -> any MarginRule] = [
            { CosFace(scale: 16) }, { ArcFace(scale: 16) }, { try SphereFace() }, { PlainSoftmax() },
            { try LargeMarginSoftmax(m: 2) }, { CurricularFace(scale: 16, t: 0.2) }, { try AdaCos(classes: 20) },
            { MagFace(scale: 16, lengths: 0.5...5) }, { AdaFace(scale: 16, mean: 2, deviation: 1) },
            { CircleLoss(gamma: 32) },
            { NormFace(scale: .learned(try Tensor([12.0], [], element: .float64).copied())) },
        ]

        /// With all classes sampled the partial head is the full one: loss, gradients, state.
        @Test(arguments: rules.indices)
        func partialEqualsFull(_ index: Int) throws {
            let (x, w, labels) = try inputs()
            let full = try FullHead(weights: w.copied(), rule: Self.rules[index]())
            let partial = try PartialHead(weights: w.copied(), classes: 0..<20, rule: Self.rules[index]())
            let (a, b) = (try x.asLeaf(), try x.copied().asLeaf())
            let (one, two) = (try full.step(a, labels, factor: 0.5), try partial.step(b, labels, factor: 0.5))
            #expect(abs(one.loss - two.loss) < 1e-9 && one.accuracy == two.accuracy)
            #expect(try mismatch(b.gradient()?.doubles() ?? [], a.gradient()?.doubles() ?? [], 1e-9) == nil)
            let want = try full.weights.denseGradient().doubles()
            #expect(try mismatch(partial.weights.denseGradient().doubles(), want, 1e-9) == nil)
            if full.parameters.count > 1, let scale = full.parameters.last, let other = partial.parameters.last {
                let (p, q) = (try scale.value.gradient()?.doubles() ?? [], try other.value.gradient()?.doubles() ?? [])
                #expect(mismatch(q, p, 1e-9) == nil)
            }
            for (name, value) in full.state.numbers {
                #expect(abs(value - (partial.state.numbers[name] ?? .nan)) < 1e-9)
            }
        }

        @Test func sampleHoldsThePositives() throws {
            let (x, w, labels) = try inputs()
            let head = try PartialHead(weights: w, classes: 0..<20, rule: CosFace(), rate: 0.3)
            var samples: Set<[Int]> = []
            for _ in 0..<5 {
                _ = try head.step(x.asLeaf(), labels, factor: 1)
                #expect(Set(labels).isSubset(of: head.sample) && head.sample == head.sample.sorted())
                #expect(head.sample.count == max(Set(labels).count, 6))
                samples.insert(head.sample)
            }
            let wide = try PartialHead(weights: w, classes: 0..<20, rule: CosFace(), rate: 0.8)
            for _ in 0..<5 {
                _ = try wide.step(x.asLeaf(), labels, factor: 1)
                #expect(wide.sample.count == 16)
                samples.insert(wide.sample)
            }
            #expect(samples.count > 3)
        }

        /// Two halves of the classes and two halves of the batch, exchanged over gloo, against one process with all.
        @Test(arguments: rules.indices)
        func twoProcesses(_ index: Int) throws {
            let (x, w, labels) = try inputs()
            let whole = try PartialHead(weights: w.copied(), classes: 0..<20, rule: Self.rules[index]())
            let leaf = try x.asLeaf()
            let report = try whole.step(leaf, labels, factor: 1)
            let want = try (
                leaf.gradient()?.doubles() ?? [], whole.weights.denseGradient().doubles(), whole.state.numbers, report
            )
            let folder = try TemporaryFolder()
            let results = Halves()
            let group = DispatchGroup()
            for rank in 0..<2 {
                Thread.detachNewThread { [file = folder.file("meeting")] in
                    group.enter()
                    defer { group.leave() }
                    do { try results.set(rank, Self.half(rank, index, file)) } catch { results.fail("\(error)") }
                }
            }
            let deadline = Date().addingTimeInterval(120)
            while !results.isComplete, Date() < deadline { usleep(2000) }
            #expect(results.faults.isEmpty, "\(results.faults)")
            let parts = results.parts
            try #require(parts.count == 2)
            // each process's features belong to the mean over its own half
            let features = (parts[0]?.features ?? []) + (parts[1]?.features ?? [])
            #expect(mismatch(features, want.0.map { 2 * $0 }, 1e-6) == nil)
            #expect(mismatch((parts[0]?.weights ?? []) + (parts[1]?.weights ?? []), want.1, 1e-6) == nil)
            for rank in 0..<2 {
                #expect(abs((parts[rank]?.loss ?? .nan) - want.3.loss) < 1e-6)
                #expect(parts[rank]?.accuracy == want.3.accuracy)
                for (name, value) in want.2 {
                    #expect(abs(value - (parts[rank]?.state[name] ?? .nan)) < 1e-6, "\(name)")
                }
            }
        }

        struct Half: Sendable {
            var features, weights: [Double]
            var loss, accuracy: Double
            var state: [String: Double]
        }

        private static func half(_ rank: Int, _ index: Int, _ file: String) throws -> Half {
            let suite = HeadTests()
            let (x, w, labels) = try suite.inputs()
            let group = try ProcessGroup(meeting: file, rank: rank, size: 2, limit: 60)
            let own = PartialHead.share(of: 20, rank: rank, size: 2)
            let head = try PartialHead(
                weights: w.slice(0, from: own.lowerBound, count: own.count).copied(), classes: own,
                rule: rules[index](),
                group: group)
            let leaf = try x.slice(0, from: rank * 6, count: 6).asLeaf()
            let report = try head.step(leaf, Array(labels[rank * 6..<rank * 6 + 6]), factor: 1)
            return Half(
                features: try leaf.gradient()?.doubles() ?? [], weights: try head.weights.denseGradient().doubles(),
                loss: report.loss, accuracy: report.accuracy, state: head.state.numbers)
        }

        final class Halves: @unchecked Sendable {
            private let lock = NSLock()
            private(set) var parts: [Int: Half] = [:]
            private(set) var faults: [String] = []
            func set(_ rank: Int, _ half: Half) { lock.withLock { parts[rank] = half } }
            func fail(_ text: String) { lock.withLock { faults.append(text) } }
            var isComplete: Bool { lock.withLock { parts.count + faults.count >= 2 } }
        }

        /// The two steps together are a distribution over all classes.
        @Test func twoHeadsAreOneDistribution() throws {
            let (x, w, _) = try inputs()
            let clusters = try ClassClusters(clusterOfClass: (0..<20).map { $0 % 4 })
            let head = try TwoHeadSoftmax(
                weights: w, clusterWeights: Tensor(values(32, 4), [4, 8], element: .float64),
                clusterBias: Tensor(values(4, 5), [4], element: .float64), clusters: clusters, rule: PlainSoftmax())
            let row = try x.slice(0, from: 0, count: 1)
            let total = try (0..<20).map { c in try -head.step(row.asLeaf(), [c], factor: 1).loss }
                .map(exponential).reduce(0, +)
            #expect(abs(total - 1) < 1e-9)
            // only the rows of the batch's clusters are touched
            _ = try head.step(x.slice(0, from: 0, count: 2).asLeaf(), [1, 5], factor: 1)
            let gradient = try head.weights.denseGradient().doubles()
            for c in 0..<20 where c % 4 != 1 { #expect(gradient[c * 8..<c * 8 + 8].allSatisfy { $0 == 0 }) }
        }

        @Test func balancedClusters() throws {
            // three bunches of very different size: no cluster may exceed its share
            var random = SeededRandom(seed: 3)
            let rows = (0..<60).map { i in
                (0..<8).map { d in Float((i < 48 ? d == 0 : i < 56 ? d == 1 : d == 2) ? 4 : 0) + Float(random.unit()) }
            }
            let clusters = try ClassClusters.balanced(Matrix(rows), count: 6)
            #expect(clusters.members.map(\.count).max() ?? 99 <= 10)
            #expect(clusters.members.joined().sorted() == Array(0..<60))
            #expect(try ClassClusters.balanced(Matrix(rows), count: 6) == clusters)
            #expect(failure { _ = try ClassClusters.balanced(Matrix(rows), count: 61) } != nil)
            #expect(failure { _ = try ClassClusters(clusterOfClass: [0, 2]) } != nil)
        }

        @Test func subCentresDropNoise() throws {
            // class 0: five samples at sub-centre 1, one far away at sub-centre 0
            let w = try Tensor([0.0, 1, 1, 0, 1, 0, 0, 1] as [Double], [2, 2, 2], element: .float64)
            let x = try Tensor([1, 0.1, 1, 0, 1, 0.2, 1, -0.1, 1, 0, 0, 1] as [Double], [6, 2], element: .float64)
            let found = try SubCentres.dropped(x, w, [Int](repeating: 0, count: 6))
            #expect(found.samples == [5] && found.dominant[0] == 1)
        }
    }

    private func exponential(_ x: Double) -> Double { Foundation.exp(x) }
#endif

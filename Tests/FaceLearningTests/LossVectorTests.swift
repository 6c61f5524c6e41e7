#if Training
    import FaceCore
    import FaceLearning
    import Testing

    @Suite struct LossVectorTests {
        static let golden: [GoldenCase] = (try? Golden("losses").cases) ?? []

        @Test func fileIsComplete() throws { #expect(try Golden("losses").cases.count == 96) }

        @Test(arguments: golden)
        func float64(_ c: GoldenCase) throws { try compare(c, .float64, 1e-9) }

        @Test(arguments: golden)
        func float32(_ c: GoldenCase) throws {
            let stated = c.object["tolerance_float32"] as? Double
            try compare(c, .float32, stated ?? 2e-4)
        }

        private func compare(_ c: GoldenCase, _ element: Element, _ tolerance: Double) throws {
            let got = try LossCase(c, element)
            let want = try c.expectation("loss").values
            if let fault = mismatch([got.loss], want, tolerance) { Issue.record("\(c.id): loss \(fault)") }
            for (name, value) in c.gradients {
                let fault = mismatch(got.gradients[name] ?? [], try GoldenArray(value).values, tolerance)
                if let fault { Issue.record("\(c.id): gradient of \(name) \(fault)") }
            }
            for (name, value) in c.extra {
                guard let found = got.extra[name] else {
                    Issue.record("\(c.id): \(name) is not given")
                    continue
                }
                if let fault = mismatch(found, try GoldenArray(value).values, tolerance) {
                    Issue.record("\(c.id): \(name) \(fault)")
                }
            }
        }

        /// Losses that are means over samples do not depend on the samples' order.
        @Test(
            arguments: golden.filter { c in
                c.has("features") && c.has("labels") && !c.has("pairs") && !c.has("features_first")
                    && !["deepid2", "feature_distillation"].contains(c.loss)
            })
        func order(_ c: GoldenCase) throws {
            let n = try c.input("labels").shape[0]
            let order = (0..<n).map { ($0 * 5 + 3) % n }
            guard Set(order).count == n else { return }
            let (plain, shuffled) = (try LossCase(c, .float64), try LossCase(c, .float64, order: order))
            #expect(mismatch([shuffled.loss], [plain.loss], 1e-9) == nil, "\(c.id)")
            guard let a = plain.gradients["features"], let b = shuffled.gradients["features"] else { return }
            let d = a.count / n
            let moved = order.flatMap { a[$0 * d..<($0 + 1) * d] }
            #expect(mismatch(b, moved, 1e-9) == nil, "\(c.id)")
        }
    }
#endif

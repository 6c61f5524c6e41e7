#if Training
    internal import FaceCore

    /// How far apart two rows are. The derivative of a distance of 0 is 0.
    public struct RowDistance: Sendable, Hashable {
        public enum Kind: String, Sendable, CaseIterable {
            case euclidean
            case squared
            /// 1 − cos.
            case cosine
        }

        public var kind: Kind
        /// Whether rows are brought to length one first (always for `cosine`).
        public var unitRows: Bool

        public init(_ kind: Kind, unitRows: Bool) {
            self.kind = kind
            self.unitRows = unitRows || kind == .cosine
        }

        func prepared(_ features: Tensor) throws(LikenessError) -> Tensor {
            unitRows ? try features.unitRows() : features
        }

        /// Distances of pairs of prepared rows, from their differences: exact at equal rows.
        func callAsFunction(_ rows: Tensor, _ first: [Int], _ second: [Int]) throws(LikenessError) -> Tensor {
            let a = try rows.rows(Tensor(first).beside(rows))
            let b = try rows.rows(Tensor(second).beside(rows))
            if kind == .cosine { return try 1 - a.rowProducts(b) }
            let squares = try (a - b).squared().sum(over: 1)
            return kind == .squared ? squares : try squares.safeSquareRoot()
        }

        /// All n×n distances of prepared rows, without gradient, for choosing pairs.
        func table(_ rows: Tensor) throws(LikenessError) -> [Double] {
            try withoutGradients { () throws(LikenessError) in
                let n = rows.shape[0]
                var out: [Double] = []
                out.reserveCapacity(n * n)
                let all = try rows.unsqueezed(0)
                // n·d values a row: about 64 MB a block
                let block = max(1, 8_000_000 / max(1, n * rows.shape[1]))
                for start in stride(from: 0, to: n, by: block) {
                    let some = try rows.slice(0, from: start, count: min(block, n - start)).unsqueezed(1)
                    if kind == .cosine {
                        out += try (1 - (some * all).sum(over: 2)).doubles()
                        continue
                    }
                    let squares = try (some - all).squared().sum(over: 2)
                    out += try (kind == .squared ? squares : squares.squareRoot()).doubles()
                }
                return out
            }
        }
    }
#endif

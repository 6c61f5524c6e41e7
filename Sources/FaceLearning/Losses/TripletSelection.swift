#if Training
    /// Which anchor, positive and negative meet. Chosen from the values alone: no gradient passes through the choice.
    ///
    /// The hardest negatives of an untrained network are its outliers: taken early they pull all embeddings into one point
    /// (the loss then sits at the margin, at log 2 in its soft form). Begin with `semiHard…`, or with large batches.
    public enum TripletSelection: String, Sendable, CaseIterable {
        /// Every one.
        case all
        /// Every one with d(a,p) < d(a,n) < d(a,p) + m.
        case semiHardAll = "semi_hard_all"
        /// Per (a,p) the nearest negative farther than p; the farthest negative when there is none (FaceNet).
        case semiHardOne = "semi_hard_one"
        /// Per anchor the farthest positive and the nearest negative, the lowest index on a tie (batch-hard).
        case hard

        struct Triplets {
            var anchors: [Int] = []
            var positives: [Int] = []
            var negatives: [Int] = []

            mutating func add(_ a: Int, _ p: Int, _ n: Int) {
                anchors.append(a)
                positives.append(p)
                negatives.append(n)
            }
        }

        /// `distances`: n×n.
        func triplets(_ labels: [Int], _ distances: [Double], margin: Double) -> Triplets {
            var out = Triplets()
            let n = labels.count
            for a in 0..<n {
                let row = distances[a * n..<(a + 1) * n]
                let d = { (i: Int) in row[row.startIndex + i] }
                let positives = (0..<n).filter { $0 != a && labels[$0] == labels[a] }
                let negatives = (0..<n).filter { labels[$0] != labels[a] }
                guard !positives.isEmpty, !negatives.isEmpty else { continue }
                switch self {
                case .hard:
                    guard let p = positives.max(by: { (d($0), -$0) < (d($1), -$1) }),
                        let q = negatives.min(by: { (d($0), $0) < (d($1), $1) })
                    else { continue }
                    out.add(a, p, q)
                case .all:
                    for p in positives { for q in negatives { out.add(a, p, q) } }
                case .semiHardAll:
                    for p in positives {
                        for q in negatives where d(p) < d(q) && d(q) < d(p) + margin { out.add(a, p, q) }
                    }
                case .semiHardOne:
                    for p in positives {
                        let farther = negatives.filter { d($0) > d(p) }.min { (d($0), $0) < (d($1), $1) }
                        if let q = farther ?? negatives.max(by: { (d($0), -$0) < (d($1), -$1) }) { out.add(a, p, q) }
                    }
                }
            }
            return out
        }
    }
#endif

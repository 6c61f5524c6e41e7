#if Training
    public import FaceCore
    internal import FaceEvaluation

    extension Trainer {
        /// Measures the evaluations that are due at this step, or all of them; by the averaged weights where there are such.
        ///
        /// One line of metrics each, and the scores of all comparisons in `scores-NAME.csv` of the run's folder, where those
        /// of an earlier step are written over.
        @discardableResult
        public func evaluate(all: Bool = false) throws(LikenessError) -> [String: Double] {
            guard isMain else { return [:] }
            var out: [String: Double] = [:]
            for set in evaluations {
                let due = set.recipe.isDue(step: step, stepsPerEpoch: stepsPerEpoch, end: totalSteps)
                guard all || due else { continue }
                let (result, scored) = try set.result(vectors(set))
                let name = set.recipe.name
                try record([
                    "evaluation.\(name).accuracy": result.accuracy,
                    "evaluation.\(name).standardError": result.standardError, "evaluation.\(name).area": result.auc,
                    "evaluation.\(name).pairs": Double(result.pairs),
                ])
                try write(scored, name)
                out[name] = result.accuracy
            }
            return out
        }

        private func vectors(_ set: EvaluationSet) throws(LikenessError) -> Matrix {
            var out = Matrix(rows: set.names.count, columns: backbone.plan.dimension)
            let block = 512
            for start in stride(from: 0, to: set.names.count, by: block) {
                let some = start..<min(start + block, set.names.count)
                for (i, row) in zip(some, try embeddings(some.map(set.chip))) { out.setRow(i, row) }
            }
            return out
        }

        private func write(_ scored: ScoredList, _ name: String) throws(LikenessError) {
            var text = "left,right,label,score\n"
            for (pair, score) in zip(scored.comparisons, scored.pairs.scores) {
                text += "\(pair.left),\(pair.right),\(pair.same ? 1 : 0),\(Float(score))\n"
            }
            try AtomicFile.write(Array(text.utf8), to: "\(folder)/scores-\(name).csv", force: true)
        }
    }
#endif

import Foundation

/// The baselines as a page: the tables, how they were made, and what each method is.
struct BaselinePage {
    let result: BaselineResult

    init(_ result: BaselineResult) { self.result = result }

    let orlHeader = ["ORL", "first five", "random halves", "deviation", "AUC", "TAR at FAR 1e-2"]
    var orlRows: [[String]] {
        (result.orl ?? []).map {
            [$0.method, four($0.firstFive), four($0.mean), four($0.deviation), four($0.auc), four($0.trueAcceptRate)]
        }
    }

    let lfwHeader = ["LFW", "accuracy", "standard error", "AUC", "EER", "TAR at FAR 1e-2", "learns from"]
    var lfwRows: [[String]] {
        (result.lfw ?? []).map {
            [
                $0.method, four($0.accuracy), four($0.standardError), four($0.auc), four($0.eer),
                four($0.trueAcceptRate), $0.learnsFrom,
            ]
        }
    }

    var text: String {
        var out = """
            # Baselines: the field's history on one page

            One command measures the classical methods and the embedders by the same protocols and writes this page:

                likeness evaluate baselines --orl orl.tar --lfw lfw/ --pairs pairs.txt --page docs/baselines.md

            Everything random comes from seed \(result.seed).


            """
        if result.lfw != nil { out += lfwText }
        if result.orl != nil { out += orlText }
        return out + Self.methods
    }

    private var lfwText: String {
        let name = result.list == "lfw-view2" ? "LFW, View 2" : "LFW, View 1 (check of settings only)"
        let left = result.missing.map {
            $0 > 0 ? " \($0) comparisons are left out, as their photos are not there." : ""
        }
        return """
            ## \(name)

            \(result.pairs ?? 0) comparisons in ten folds.\(left ?? "") Accuracy is the mean of the folds with its standard error (divisor 9,
            over √10), the threshold of each fold chosen on the other nine by the rule `midpoint_mean`. AUC, EER and TAR (step
            rule) pool the scores of all folds. The classical methods read the central 112×112 pixels in grey; the
            embedders take the face nearest the centre, aligned by landmarks\(unseen("lfw")).

            \(table(lfwHeader, lfwRows))


            """
    }

    private var orlText: String {
        """
        ## ORL

        40 people with 10 photos each. Identification by the nearest photo: photos 1–5 of each person known and 6–10 asked, and
        the mean over ten random halves with its sample deviation. Verification: all 19,900 pairs of people 21–40 (900
        genuine) by cosine or −χ², with what is learnt from people 1–20; 190 of the impostors lie above FAR 1e-2.
        The embedders read the pictures three times enlarged\(unseen("orl")).

        \(table(orlHeader, orlRows))


        """
    }

    private func unseen(_ set: String) -> String {
        let counts = (result.unseen[set] ?? [:]).sorted { $0.key < $1.key }.filter { $0.value > 0 }
        if counts.isEmpty { return "" }
        let list = counts.map { "\($0.value) for \($0.key)" }.joined(separator: ", ")
        return " (where the detector finds none, the middle of the picture: \(list))"
    }

    private func table(_ header: [String], _ rows: [[String]]) -> String {
        let lines = [header, ["---"] + header.dropFirst().map { _ in "--:" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    private func four(_ x: Double?) -> String { x.map { String(format: "%.4f", $0) } ?? "–" }

    private static let methods = """
        ## The methods

        * **Eigenfaces** (Turk & Pentland 1991): pixels on their principal components (`PrincipalComponents`). *Whitened*
          divides each coordinate by the deviation along its axis: on LFW that matters, the number of components does not.
        * **Fisherfaces** (Belhumeur, Hespanha & Kriegman 1997): linear discriminants inside the components (`Fisherfaces`).
          As many components as n − c leave the within-class covariance singular: shrinkage (Friedman 1989) repairs it.
        * **LBP** (Ahonen, Hadid & Pietikäinen 2006): histograms of 59 uniform local binary patterns in 7×7 cells
          (`LocalBinaryPatterns`), unweighted, compared by χ². Nothing is learnt.
        * **Sparse coding**: on ORL a face is coded by the known photos themselves, and the person whose photos explain most of
          it is the answer (Wright et al. 2009; `SparseDictionary`, matching pursuit or Lasso on 100 components). On LFW,
          where the people of a fold were never seen, whitened 8×8 patches are coded by a learnt dictionary and pooled over 4×4
          cells (Coates & Ng 2011; `PatchCoder`).
        * **Embedders**: convolutional networks trained on labelled photos of other people; a different category of the protocol.

        The settings of the LFW rows were checked on View 1; its ten folds are ours and share people, which flatters
        Fisherfaces there, not here. The photos are of the deep-funnelled edition, whose faces lie near the centre.

        """
}

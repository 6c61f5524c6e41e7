"""Golden values of scikit-learn: agreement.py OUTPUT.json

200 random and 20 degenerate labelings and as many score lists. Needs numpy and scikit-learn (made with the versions that
the output names); nothing of Python is used by the program or its tests. Negative labels are names here: what they mean
is the reader's matter, and the test asks for the treatment under which they are.
"""
import json
import sys

import numpy as np
import sklearn
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, roc_auc_score
from sklearn.metrics.cluster import pair_confusion_matrix

rng = np.random.default_rng(20)


def labeling(name, truth, predicted):
    truth, predicted = [int(x) for x in truth], [int(x) for x in predicted]
    c = pair_confusion_matrix(truth, predicted)  # counts ordered pairs: twice the pairs
    return {
        "name": name, "truth": truth, "predicted": predicted,
        "ari": float(adjusted_rand_score(truth, predicted)),
        "nmi": {m: float(normalized_mutual_info_score(truth, predicted, average_method=m))
                for m in ("arithmetic", "geometric", "min", "max")},
        "pairs": {"tn": int(c[0, 0]) // 2, "fp": int(c[0, 1]) // 2, "fn": int(c[1, 0]) // 2, "tp": int(c[1, 1]) // 2},
    }


def random_labeling(k):
    n = int(rng.integers(2, 70))
    people, clusters = int(rng.integers(1, n + 1)), int(rng.integers(1, n + 1))
    truth = rng.integers(0, people, n)
    if k % 2:  # a prediction that knows something
        predicted = np.where(rng.random(n) < rng.random(), truth, rng.integers(0, clusters, n))
    else:
        predicted = rng.integers(0, clusters, n)
    return labeling(f"random {k}", truth, predicted)


def degenerate():
    one, many = [0] * 12, list(range(12))
    halves = [0] * 6 + [1] * 6
    noise = [-1] * 6 + [1] * 6
    cases = [
        ("one item", [0], [0]), ("two alike", [0, 0], [0, 0]), ("two apart", [0, 1], [0, 1]),
        ("two, joined wrongly", [0, 1], [0, 0]), ("two, split wrongly", [0, 0], [0, 1]),
        ("one person, one cluster", one, one), ("one person, all singletons", one, many),
        ("all singletons, one cluster", many, one), ("all singletons, all singletons", many, many),
        ("halves, one cluster", halves, one), ("halves, all singletons", halves, many),
        ("halves swapped", halves, halves[::-1]), ("halves crossed", halves, [0, 1] * 6),
        ("one person, noise", one, noise), ("halves, noise", halves, noise), ("all noise", halves, [-1] * 12),
        ("noise in both", noise, noise), ("large names", [10**12, 5, 5], [7, 10**12, 10**12]),
        ("one stranger", [0] * 11 + [1], one), ("one lost", one, [0] * 11 + [1]),
    ]
    return [labeling(*c) for c in cases]


def scores(name, values, same):
    return {"name": name, "scores": [float(v) for v in values], "same": [int(s) for s in same],
            "auc": float(roc_auc_score(same, values))}


def random_scores(k):
    n = int(rng.integers(4, 120))
    same = rng.integers(0, 2, n)
    same[0], same[1] = 0, 1
    values = rng.normal(same * rng.random() * 3, 1)
    if k % 3 == 0:
        values = np.round(values, 1)  # ties
    if k % 3 == 1:
        values = values.astype(np.float32)
    return scores(f"random {k}", values, same)


def degenerate_scores():
    cases = [
        ("two right", [1, 0], [1, 0]), ("two wrong", [0, 1], [1, 0]), ("two tied", [0, 0], [1, 0]),
        ("all tied", [0.5] * 10, [1, 0] * 5), ("one genuine", [0.3, 0.1, 0.2, 0.9], [1, 0, 0, 0]),
        ("one impostor", [0.3, 0.1, 0.2, 0.9], [0, 1, 1, 1]), ("signed zero", [0.0, -0.0], [1, 0]),
        ("tiny gaps", [1, 1 + 2**-52, 1 - 2**-53], [1, 0, 1]), ("large", [1e300, -1e300, 1e299], [1, 0, 0]),
        ("denormal", [5e-324, 0, 1e-323], [0, 0, 1]),
    ]
    return [scores(*c) for c in cases]


out = {
    "made_with": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "labelings": [random_labeling(k) for k in range(200)] + degenerate(),
    "curves": [random_scores(k) for k in range(200)] + degenerate_scores(),
}
json.dump(out, open(sys.argv[1], "w", encoding="ascii"), separators=(",", ":"))

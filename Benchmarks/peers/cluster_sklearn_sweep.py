"""scikit-learn's DBSCAN and HDBSCAN at their best settings, chosen with the labels: pairwise and BCubed F.

    pip install scikit-learn numpy;  python3 cluster_sklearn_sweep.py V.npy TRUTH

TRUTH is an .npy of labels (−1 unknown) or names whose folder is the person. Rows that belong to nobody count as groups
of one, as in `likeness cluster compare`.
"""
import sys, time
import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN


def truth_of(path):
    if path.endswith(".npy"):
        return np.load(path)
    names = [line.rsplit("/", 1)[0] for line in open(path, encoding="utf-8").read().split("\n") if line]
    return np.unique(names, return_inverse=True)[1]


def f_scores(truth, found):
    """Pairwise and BCubed F of the rows with a known person."""
    found = found.copy()
    alone = found < 0
    found[alone] = found.max() + 1 + np.arange(alone.sum())
    known = truth >= 0
    truth, found = np.unique(truth[known], return_inverse=True)[1], np.unique(found[known], return_inverse=True)[1]
    cells, counts = np.unique(truth.astype(np.int64) * len(found) + found, return_counts=True)
    people, groups = np.bincount(truth).astype(float), np.bincount(found).astype(float)
    pairs = lambda sizes: (sizes * (sizes - 1)).sum()
    both = pairs(counts.astype(float))
    precision, recall = both / max(1, pairs(groups)), both / max(1, pairs(people))
    t, g = cells // len(found), cells % len(found)
    b_precision, b_recall = (counts**2 / groups[g]).sum() / len(truth), (counts**2 / people[t]).sum() / len(truth)
    f = lambda p, r: 2 * p * r / max(1e-12, p + r)
    return f(precision, recall), f(b_precision, b_recall)


x = np.load(sys.argv[1]).astype(np.float32)
x /= np.linalg.norm(x, axis=1, keepdims=True)
truth = truth_of(sys.argv[2])
models = [(f"dbscan cosine {s:.2f} min_samples {m}", DBSCAN(eps=(2 - 2 * s) ** 0.5, min_samples=m, n_jobs=2))
          for m in (1, 2, 3) for s in np.arange(0.46, 0.72, 0.02)]
models += [(f"hdbscan min_cluster_size {c}", HDBSCAN(min_cluster_size=c, n_jobs=2, copy=True)) for c in (2, 3, 5)]
best = {}
for name, model in models:
    cpu = time.process_time()
    pairwise, bcubed = f_scores(truth, model.fit(x).labels_)
    print(f"{name}: pairwise F {pairwise:.4f}, BCubed F {bcubed:.4f}, {time.process_time() - cpu:.1f} s of CPU", flush=True)
    best[name.split()[0]] = max(best.get(name.split()[0], (0, "")), (pairwise, name, bcubed))
for kind, (pairwise, name, bcubed) in best.items():
    print(f"best {kind}: {name}: pairwise F {pairwise:.4f}, BCubed F {bcubed:.4f}")

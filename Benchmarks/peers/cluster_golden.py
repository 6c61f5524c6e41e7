"""Golden partitions of scikit-learn for Tests/Fixtures/Golden/scikit-learn.json.

    pip install scikit-learn scipy numpy;  python3 cluster_golden.py OUT.json

Seeded sets of unit vectors, rounded to 5 places and scaled to unit length again in float32, as the tests do.
"""
import json, sys
import numpy as np, sklearn
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist
from sklearn.cluster import (AffinityPropagation, AgglomerativeClustering, DBSCAN, HDBSCAN, KMeans, SpectralClustering)


def canonical(labels):
    names, out = {}, []
    for v in map(int, labels):
        out.append(-1 if v < 0 else names.setdefault(v, len(names)))
    return out


def people(seed, sizes, d, spread, strangers):
    g = np.random.Generator(np.random.PCG64(seed))
    rows = []
    for k, n in enumerate(sizes):
        c = g.standard_normal(d)
        c /= np.linalg.norm(c)
        rows.append(c + spread[k % len(spread)] * g.standard_normal((n, d)) / np.sqrt(d))
    rows.append(g.standard_normal((strangers, d)))
    x = np.concatenate(rows)
    x = np.round(x[g.permutation(len(x))], 5)
    x = x.astype(np.float32)
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def solve(x):
    out = {}
    xd = x.astype(np.float64)
    distance = np.maximum(0, 1 - xd @ xd.T)
    np.fill_diagonal(distance, 0)
    for eps, least in [(.3, 2), (.4, 4), (.5, 5)]:
        m = DBSCAN(eps=eps, min_samples=least, metric="precomputed").fit(distance)
        out.setdefault("dbscan", []).append(
            dict(distance=eps, minPoints=least, core=sorted(map(int, m.core_sample_indices_)), labels=canonical(m.labels_)))
    for points, size in [(4, 4), (2, 5), (5, 3)]:
        m = HDBSCAN(min_cluster_size=size, min_samples=points, metric="precomputed", copy=True).fit(distance)
        out.setdefault("hdbscan", []).append(dict(
            minPoints=points, minSize=size, labels=canonical(m.labels_), probabilities=np.round(m.probabilities_, 5).tolist()))
    for kind, stop in [("average", .5), ("complete", .35), ("single", .65)]:
        m = AgglomerativeClustering(
            n_clusters=None, distance_threshold=np.nextafter(1 - stop, 2), metric="precomputed", linkage=kind).fit(distance)
        heights = linkage(pdist(xd, "cosine"), kind)[:, 2]
        out.setdefault("agglomerative", []).append(dict(
            linkage=kind, threshold=stop, labels=canonical(m.labels_), heights=np.round(heights, 6).tolist()))
    for k in (4, 9):
        m = KMeans(k, init=xd[:k], n_init=1, tol=0, max_iter=300, algorithm="lloyd").fit(xd)
        out.setdefault("kmeans", []).append(
            dict(clusters=k, inertia=round(float(m.inertia_), 6), iterations=int(m.n_iter_), labels=canonical(m.labels_)))
    for damping in (.6, .8):
        similarity = 1 - distance
        pref = float(np.median(similarity[np.triu_indices(len(x), 1)]))
        m = AffinityPropagation(damping=damping, affinity="precomputed", preference=pref, max_iter=400,
                                convergence_iter=30, random_state=0).fit(similarity)
        out.setdefault("affinityPropagation", []).append(
            dict(damping=damping, exemplars=sorted(map(int, m.cluster_centers_indices_)), labels=canonical(m.labels_)))
    # the union graph of the 10 nearest
    near = np.argsort(distance + 9 * np.eye(len(x)), axis=1, kind="stable")[:, :10]
    a = np.zeros_like(distance)
    for i, row in enumerate(near):
        a[i, row] = 1 - distance[i, row]
    a = np.maximum(a, a.T).clip(0)
    m = SpectralClustering(len(SIZES), affinity="precomputed", assign_labels="kmeans", n_init=20, random_state=0).fit(a)
    out["spectral"] = [dict(neighbours=10, clusters=len(SIZES), labels=canonical(m.labels_))]
    return out


SIZES = [30, 22, 16, 12, 9]
if __name__ == "__main__":
    sets = []
    for seed, spread, strangers in [(1, [.5, .7], 0), (2, [.6, .9, 1.1], 12)]:
        x = people(seed, SIZES, 12, spread, strangers)
        sets.append(dict(seed=seed, x=[[round(float(v), 7) for v in row] for row in x], expected=solve(x)))
    with open(sys.argv[1], "w") as f:
        json.dump(dict(version=1, made_by="Benchmarks/peers/cluster_golden.py", scikit_learn=sklearn.__version__, sets=sets),
                  f, separators=(",", ":"), allow_nan=False)
        f.write("\n")

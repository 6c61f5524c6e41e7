"""Times scikit-learn's DBSCAN and HDBSCAN on the first N rows of a file of unit vectors.

    pip install scikit-learn numpy;  python3 cluster_sklearn.py V.npy N [dbscan|hdbscan] [labels.npy]

Euclidean on unit vectors: ε = sqrt(2 · 0.5) is a cosine distance of 0.5, `likeness cluster --method dbscan` as it comes.
"""
import sys, time
import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN

x = np.load(sys.argv[1], mmap_mode="r")[: int(sys.argv[2])].astype(np.float32)
x /= np.linalg.norm(x, axis=1, keepdims=True)
for name in sys.argv[3:4] or ["dbscan", "hdbscan"]:
    model = (DBSCAN(eps=1.0, min_samples=2, n_jobs=2) if name == "dbscan"
             else HDBSCAN(min_cluster_size=4, min_samples=4, n_jobs=2, copy=True))
    wall, cpu = time.time(), time.process_time()
    labels = model.fit(x).labels_
    print(f"{name} {len(x)} rows: {time.time() - wall:.1f} s, {time.process_time() - cpu:.1f} s of CPU, "
          f"{labels.max() + 1} groups, {(labels < 0).sum()} nobody", flush=True)
    if len(sys.argv) > 4:
        np.save(sys.argv[4], labels)

#!/usr/bin/env python3
"""What similarities of strangers and of one person look like in a labelled set: means, deviations, quantiles.

  Benchmarks/grouping/similarities.py VECTORS.npy LABELS     (labels: .npy, or names whose folder is the person)

The first 15,000 rows; three million random pairs, and up to 200 pairs of each person. Needs numpy.
"""
import sys

import numpy as np

ROWS, PAIRS = 15_000, 3_000_000


def labels_of(path):
    if path.endswith(".npy"):
        return np.load(path)
    names = [line.rsplit("/", 1)[0] for line in open(path, encoding="utf-8").read().split("\n") if line]
    return np.unique(names, return_inverse=True)[1]


def similarities(x, i, j):
    return np.concatenate([np.einsum("ij,ij->i", x[a], x[b]) for a, b in zip(np.array_split(i, 30), np.array_split(j, 30))])


def describe(name, values, shares):
    figures = " ".join(f"{q:.5g}: {v:.3f}" for q, v in zip(shares, np.quantile(values, shares)))
    print(f"{name}: mean {values.mean():.3f}, deviation {values.std():.3f}, quantiles {figures}")


x = np.array(np.load(sys.argv[1], mmap_mode="r")[:ROWS], dtype=np.float32)
x /= np.linalg.norm(x, axis=1, keepdims=True)
people = labels_of(sys.argv[2])[: len(x)]
random = np.random.default_rng(1)
i, j = random.integers(0, len(x), PAIRS), random.integers(0, len(x), PAIRS)
strangers = people[i] != people[j]
describe("strangers", similarities(x, i[strangers], j[strangers]), [0.99, 0.999, 0.9999, 0.99999])
order = np.argsort(people, kind="stable")
first, second = [], []
for rows in np.split(order, np.flatnonzero(np.diff(people[order])) + 1):
    if len(rows) > 1:
        size = min(200, len(rows) * (len(rows) - 1) // 2)
        a, b = random.choice(rows, size), random.choice(rows, size)
        first += a[a != b].tolist()
        second += b[a != b].tolist()
describe("one person", similarities(x, np.array(first), np.array(second)), [0.01, 0.05, 0.25, 0.5])

#!/usr/bin/env python3
"""LFW View 2 (6,000 pairs) from vectors.

    lfw_score.py VECTORS.npy --names NAMES.txt --pairs lfw-pairs.txt [--missed FILE.json] [--fixed 0.6]

NAMES gives the image of each row. Prints one JSON line with, for Euclidean distance and for cosine:
  accuracy  mean over ten folds and its standard error; the threshold of a fold comes from the other nine by the rule
            `midpoint_mean`: the mean of all midpoints between neighbouring observed scores that decide most pairs rightly
  eer       where false accept rate = false reject rate, linear between the two observed thresholds around it
  tar       true accept rate at the largest threshold step with at most floor(FAR * impostors) false accepts
FILE.json (from lfw_dlib.py) lists the images without a detection under `missed`. Then three ways of scoring are
printed: `fallback` (the vector of the fallback box), `different` (a pair with such an image is called different people)
and `wrong` (every pair with such an image counts as a mistake: accuracy only).
"""
import argparse
import json
import math

import numpy as np

FARS = (1e-2, 1e-3)


def read_pairs(path):
    """Image names [n, 2] and labels (True: same person), in the order of the file: ten folds of 600."""
    names, same = [], []
    with open(path, encoding="utf-8") as f:
        folds, each = map(int, next(f).split())
        for line in f:
            word = line.split()
            if len(word) == 3:
                word = [word[0], word[1], word[0], word[2]]
            if len(word) != 4:
                raise SystemExit(f"{path}: not a pair: {line!r}")
            names.append([f"{n}/{n}_{int(k):04d}.jpg" for n, k in (word[:2], word[2:])])
            same.append(word[0] == word[2])
    if len(names) != folds * each * 2:
        raise SystemExit(f"{path}: {len(names)} pairs, expected {folds * each * 2}")
    return names, np.array(same), folds


def right(scores, same, thresholds):
    """How many decisions (score >= threshold: same) are right, for every threshold."""
    genuine, impostor = np.sort(scores[same]), np.sort(scores[~same])
    return len(genuine) - np.searchsorted(genuine, thresholds, "left") + np.searchsorted(impostor, thresholds, "left")


def midpoint_mean(scores, same):
    seen = np.unique(scores)
    middles = (seen[:-1] + seen[1:]) / 2
    counts = right(scores, same, middles)
    return middles[counts == counts.max()].mean()


def cross_validated(scores, same, folds, void):
    accuracy, thresholds = [], []
    for held_out in np.array_split(np.arange(len(scores)), folds):
        rest = np.ones(len(scores), bool)
        rest[held_out] = False
        threshold = midpoint_mean(scores[rest & ~void], same[rest & ~void])
        ok = ((scores[held_out] >= threshold) == same[held_out]) & ~void[held_out]
        accuracy.append(ok.mean())
        thresholds.append(threshold)
    return np.array(accuracy), np.array(thresholds)


def equal_error_rate(genuine, impostor):
    before = (0.0, 1.0)
    for t in np.unique(np.concatenate([genuine, impostor]))[::-1]:
        far, frr = (impostor >= t).mean(), (genuine < t).mean()
        if frr <= far:
            part = (before[1] - before[0]) / ((before[1] - before[0]) - (frr - far))
            return before[0] + part * (far - before[0])
        before = (far, frr)
    return before[0]


def figures(scores, same, folds, void):
    accuracy, thresholds = cross_validated(scores, same, folds, void)
    out = {"accuracy": round(float(accuracy.mean()), 6),
           "standard_error": round(float(accuracy.std(ddof=1) / math.sqrt(folds)), 6),
           "threshold": round(float(abs(thresholds.mean())), 6)}
    if void.any():
        return out  # pairs that are wrong at every threshold have no place on a curve
    genuine, impostor = scores[same], np.sort(scores[~same])[::-1]
    limits = {far: impostor[math.floor(far * len(impostor) + 1e-9)] for far in FARS}
    tar = {f"{far:g}": round(float((genuine > limit).mean()), 6) for far, limit in limits.items()}
    return out | {"eer": round(float(equal_error_rate(genuine, impostor)), 6), "tar": tar}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("vectors")
    p.add_argument("--names", required=True)
    p.add_argument("--pairs", required=True)
    p.add_argument("--missed", help="JSON with a list `missed` of image names")
    p.add_argument("--fixed", type=float, help="also the accuracy at this fixed Euclidean distance (dlib says 0.6)")
    args = p.parse_args()
    with open(args.names, encoding="utf-8") as f:
        row = {name: k for k, name in enumerate(f.read().split("\n")) if name}
    names, same, folds = read_pairs(args.pairs)
    x = np.load(args.vectors).astype(np.float64)
    if len(row) != len(x):
        raise SystemExit(f"{len(row)} names, {len(x)} rows")
    a, b = np.array([[row[i], row[j]] for i, j in names]).T
    missed = set(json.load(open(args.missed, encoding="utf-8"))["missed"]) if args.missed else set()
    void = np.array([i in missed or j in missed for i, j in names])

    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    kinds = {"euclidean": -np.linalg.norm(x[a] - x[b], axis=1), "cosine": (unit[a] * unit[b]).sum(1)}
    none = np.zeros(len(same), bool)
    out = {"protocol": "LFW View 2", "rule": "midpoint_mean", "pairs": len(same), "images": len(set(sum(names, []))),
           "missed_images": len(missed), "pairs_with_a_missed_image": int(void.sum()),
           "of_these_same_person": int((void & same).sum())}
    for kind, scores in kinds.items():
        out[kind] = {"fallback" if missed else "all": figures(scores, same, folds, none)}
        if missed:
            out[kind]["different"] = figures(np.where(void, scores.min() - 1, scores), same, folds, none)
            out[kind]["wrong"] = figures(scores, same, folds, void)
    if args.fixed is not None:
        ok = (-kinds["euclidean"] < args.fixed) == same
        out["fixed"] = {"euclidean_below": args.fixed, "accuracy": round(float(ok.mean()), 6),
                        "accuracy_wrong": round(float((ok & ~void).mean()), 6)}
    print(json.dumps(out))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Average precision of a peer's detections by the rules of `likeness evaluate detection`.

    wider_score.py DETECTIONS.jsonl --annotations wider_face_val_bbx_gt.txt [--floor 0.02]

DETECTIONS comes from a detect_*.py script. WIDER FACE's matching: IoU 0.5 with whole pixels (+1), the best face of all
marked ones, falling score, a second hit on a face is false, detections on faces that do not count are ignored, pictures
without faces are skipped. Which faces count: `box-height` (valid, at least 50, 30, 10 pixels high for easy, medium,
hard) and `picture-class` (all valid faces of pictures whose class, by height, is the subset). Not the official lists:
not comparable with published figures. Area under the monotone envelope over every score.
"""
import argparse
import json
import statistics

import numpy as np

LEAST = {"easy": 50, "medium": 30, "hard": 10}


def read_annotations(path):
    """name -> boxes [n, 4] (x, y, w, h), valid [n]; boxes without extent are left out."""
    lines = iter(open(path, encoding="utf-8").read().split("\n"))
    pictures = {}
    for name in lines:
        if not name.strip():
            continue
        count = int(next(lines))
        rows = [[float(v) for v in next(lines).split()] for _ in range(max(1, count))]
        rows = [r for r in rows[:count] if r[2] > 0 and r[3] > 0]
        boxes = np.array([r[:4] for r in rows]).reshape(-1, 4)
        pictures[name.strip()] = boxes, np.array([r[7] == 0 for r in rows], bool)
    return pictures


def picture_class(boxes, valid):
    heights = boxes[valid, 3]
    if not len(heights):
        return None
    return "easy" if heights.min() >= 50 else "medium" if statistics.median(heights) >= 30 else "hard"


def overlaps(box, faces):
    w = np.minimum(box[0] + box[2], faces[:, 0] + faces[:, 2]) - np.maximum(box[0], faces[:, 0]) + 1
    h = np.minimum(box[1] + box[3], faces[:, 1] + faces[:, 3]) - np.maximum(box[1], faces[:, 1]) + 1
    common = np.where((w > 0) & (h > 0), w * h, 0)
    return common / ((box[2] + 1) * (box[3] + 1) + (faces[:, 2] + 1) * (faces[:, 3] + 1) - common)


def matched(faces, keep, detections):
    """(score, hit) of each detection that counts."""
    taken, out = set(), []
    if not len(faces):
        return out
    for x, y, w, h, score in sorted(detections, key=lambda d: -d[4]):
        shared = overlaps((x, y, w, h), faces)
        best = int(shared.argmax())
        if shared[best] < 0.5:
            out.append((score, False))
        elif keep[best]:
            out.append((score, best not in taken))
            taken.add(best)
    return out


def average_precision(entries, faces):
    entries = sorted(entries, key=lambda e: -e[0])
    score = np.array([e[0] for e in entries])
    hits = np.cumsum([e[1] for e in entries])
    last = np.flatnonzero(np.append(np.diff(score) != 0, True)) if len(score) else []
    if not len(last):
        return 0.0
    recall, precision = hits[last] / faces, hits[last] / (last + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(np.concatenate([[0], recall])) * envelope).sum())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("detections")
    p.add_argument("--annotations", required=True)
    p.add_argument("--floor", type=float, help="leave out detections below this score")
    args = p.parse_args()
    found = {}
    with open(args.detections, encoding="utf-8") as f:
        for line in f:
            item = json.loads(line)
            found[item["image"]] = [b for b in item["boxes"] if args.floor is None or b[4] >= args.floor]
    pictures = read_annotations(args.annotations)
    missing = pictures.keys() - found.keys()
    if missing:
        raise SystemExit(f"no line for {len(missing)} of {len(pictures)} pictures, such as {min(missing)}")
    result = {"detections": args.detections, "pictures": len(pictures), "floor": args.floor,
              "boxes": sum(len(found[n]) for n in pictures), "ap": {"box-height": {}, "picture-class": {}}}
    for subset, least in LEAST.items():
        for rule in result["ap"]:
            entries, faces = [], 0
            for name, (boxes, valid) in pictures.items():
                if rule == "picture-class" and picture_class(boxes, valid) != subset:
                    continue
                keep = valid & (boxes[:, 3] >= least) if rule == "box-height" else valid
                faces += int(keep.sum())
                entries += matched(boxes, keep, found[name])
            result["ap"][rule][subset] = round(average_precision(entries, faces), 4)
    print(json.dumps(result))


if __name__ == "__main__":
    main()

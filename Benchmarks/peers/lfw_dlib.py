#!/usr/bin/env python3
"""dlib's own pipeline over LFW: one 128-D vector an image, as dlib's face_recognition example makes it.

    lfw_dlib.py IMAGES --names NAMES.txt --out PREFIX [--upsample 1] [--jitters 0] [--threads 1]

IMAGES is a folder (or an uncompressed tar) with the 250 x 250 images, NAMES one relative path a line. HOG detector
(`get_frontal_face_detector`, image enlarged `--upsample` times) -> the face nearest the centre -> 5-point predictor ->
chip of 150 px with padding 0.25 -> ResNet-29; with `--jitters N` the mean over N distorted copies of the chip.

Written: PREFIX.npy (float32, rows in the order of NAMES), PREFIX.names.txt, PREFIX.json. An image without a detection
is listed in PREFIX.json under `missed` and its row comes from a fallback box: the median box of all images that had a
detection (LFW faces sit in the middle of the image). `lfw_score.py` scores both ways.
"""
import json
import os
import sys
import tarfile
import time
from io import BytesIO

import common

THREADS = common.threads_from_arguments()

import dlib  # noqa: E402  (the thread count has to stand in the environment first)
import face_recognition_models as weights  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402


def reader(path):
    """A function from a relative name to RGB pixels."""
    if os.path.isdir(path):
        return lambda name: np.array(Image.open(os.path.join(path, name)).convert("RGB"))
    tar = tarfile.open(path)
    members = {m.name: m for m in tar.getmembers()}
    return lambda name: np.array(Image.open(BytesIO(tar.extractfile(members[name]).read())).convert("RGB"))


def nearest_the_centre(boxes, shape):
    cx, cy = shape[1] / 2, shape[0] / 2
    return min(boxes, key=lambda b: (b.left() + b.right() - 2 * cx) ** 2 + (b.top() + b.bottom() - 2 * cy) ** 2)


class Dlib:
    def __init__(self, upsample, jitters):
        self.upsample, self.jitters = upsample, jitters
        self.detector = dlib.get_frontal_face_detector()
        self.predictor = dlib.shape_predictor(weights.pose_predictor_five_point_model_location())
        self.network = dlib.face_recognition_model_v1(weights.face_recognition_model_location())

    def vector(self, image, box):
        points = self.predictor(image, box)
        if self.jitters:
            return np.array(self.network.compute_face_descriptor(image, points, self.jitters, 0.25), np.float32)
        chip = dlib.get_face_chip(image, points, 150, 0.25)
        return np.array(self.network.compute_face_descriptor(chip), np.float32)


def main():
    p = common.parser(__doc__, photos=False)
    p.add_argument("images", help="folder or tar with the LFW images")
    p.add_argument("--names", required=True, help="relative paths, one a line")
    p.add_argument("--out", required=True, help="prefix of the files written")
    p.add_argument("--upsample", type=int, default=1)
    p.add_argument("--jitters", type=int, default=0)
    args = p.parse_args()
    names = open(args.names, encoding="utf-8").read().split("\n")
    names = [n for n in names if n][:args.limit]
    read, peer = reader(args.images), Dlib(args.upsample, args.jitters)

    rows = np.zeros((len(names), 128), np.float32)
    boxes, missed, several, stages = {}, [], 0, common.Stages()
    begin = time.perf_counter()
    for row, name in enumerate(names):
        with stages("decode"):
            image = read(name)
        with stages("detect"):
            found = list(peer.detector(image, peer.upsample))
        several += len(found) > 1
        if not found:
            missed.append(row)
            continue
        box = nearest_the_centre(found, image.shape)
        boxes[row] = [box.left(), box.top(), box.right(), box.bottom()]
        with stages("points, chip and embedding"):
            rows[row] = peer.vector(image, box)
        if row % 500 == 499:
            print(f"{row + 1} of {len(names)}, {time.perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)
    fallback = [int(round(v)) for v in np.median(list(boxes.values()), axis=0)]
    for row in missed:
        rows[row] = peer.vector(read(names[row]), dlib.rectangle(*fallback))
    seconds = time.perf_counter() - begin

    np.save(args.out + ".npy", rows)
    with open(args.out + ".names.txt", "w", encoding="utf-8") as f:
        f.write("".join(n + "\n" for n in names))
    with open(args.out + ".json", "w", encoding="utf-8") as f:
        json.dump({"images": len(names), "missed": [names[r] for r in missed], "several_faces": several,
                   "fallback_box": fallback, "upsample": args.upsample, "jitters": args.jitters,
                   "boxes": {names[r]: b for r, b in boxes.items()}}, f, indent=1)
    common.report("lfw", "dlib", len(names), seconds, THREADS, ("dlib-bin", "face_recognition_models", "numpy", "pillow"),
                  unit="images", missed=len(missed), several_faces=several, upsample=args.upsample, jitters=args.jitters,
                  fallback_box=fallback, stages=stages.rounded(),
                  dlib={"blas": dlib.DLIB_USE_BLAS, "lapack": dlib.DLIB_USE_LAPACK, "avx": dlib.USE_AVX_INSTRUCTIONS})


if __name__ == "__main__":
    main()

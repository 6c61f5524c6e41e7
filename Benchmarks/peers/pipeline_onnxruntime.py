#!/usr/bin/env python3
"""Photos to vectors with likeness' default models in Python: OpenCV decode, MTCNN and dlib ResNet-29 on onnxruntime.

    pipeline_onnxruntime.py PHOTOS... [--processes N] [--threads N] [--limit N]
"""
import functools

import common

THREADS = common.threads_from_arguments()

import mtcnn_onnxruntime as mtcnn  # noqa: E402


def prepare(threads, min_face, long_side, batch):
    return mtcnn.Detector(threads, min_face), mtcnn.Embedder(threads, batch), long_side


def work(state, path):
    detector, embedder, long_side = state
    stages = common.Stages()
    with stages("decode"):
        image = mtcnn.load(path, long_side)
    with stages("detect"):
        _, _, points = detector(image)
    with stages("align"):
        chips = mtcnn.align(image, points)
    with stages("embed"):
        embedder(chips)
    return len(points), stages.seconds


def main():
    p = common.parser(__doc__)
    p.add_argument("--processes", type=int, default=1, help="each with its own models and --threads threads")
    p.add_argument("--min-face", type=float, default=20)
    p.add_argument("--long-side", type=int, default=1440, help="photos are shrunk to this (0: never)")
    p.add_argument("--batch", type=int, default=16)
    args = p.parse_args()
    photos = common.list_photos(args.photos, args.limit)
    make = functools.partial(prepare, THREADS, args.min_face, args.long_side, args.batch)
    results, seconds = common.run_all(photos, make, work, args.processes, args.warm_up)
    common.report("pipeline", "onnxruntime", len(photos), seconds, THREADS,
                  ("onnxruntime", "numpy", "opencv-python-headless"), unit="photos", faces=sum(n for n, _ in results),
                  processes=args.processes, min_face=args.min_face, long_side=args.long_side,
                  stages=common.add_up(s for _, s in results))


if __name__ == "__main__":
    main()

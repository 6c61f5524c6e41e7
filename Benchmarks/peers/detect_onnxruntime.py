#!/usr/bin/env python3
"""MTCNN of likeness' own ONNX files on onnxruntime: detect_onnxruntime.py PHOTOS... [--out FILE.jsonl]"""
import functools

import common

THREADS = common.threads_from_arguments()

import mtcnn_onnxruntime as mtcnn  # noqa: E402


def prepare(min_face, thresholds, threads):
    return mtcnn.Detector(threads, min_face, thresholds)


def detect(detector, image):
    boxes, scores, _ = detector(image)
    return [(x1, y1, x2 - x1, y2 - y1, s) for (x1, y1, x2, y2), s in zip(boxes, scores)]


def main():
    p = common.detector_parser(__doc__)
    p.add_argument("--min-face", type=float, default=20)
    p.add_argument("--thresholds", type=float, nargs=3, default=(0.6, 0.7, 0.7))
    args = p.parse_args()
    make = functools.partial(prepare, args.min_face, tuple(args.thresholds), THREADS)
    common.run_detector("mtcnn-onnxruntime", args, make, detect, THREADS,
                        ("onnxruntime", "numpy", "opencv-python-headless"), min_face=args.min_face, thresholds=list(args.thresholds))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""PyPI `mtcnn` (TensorFlow): detect_mtcnn.py PHOTOS... [--min-face 20] [--thresholds P R O] [--out FILE.jsonl]

Thresholds are the package's own: 0.6, 0.7, 0.8 (facenet-pytorch's last one is 0.7).
"""
import functools
import os

import common

THREADS = common.threads_from_arguments()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import tensorflow  # noqa: E402
from mtcnn import MTCNN  # noqa: E402


def prepare(min_face, thresholds):
    tensorflow.config.threading.set_intra_op_parallelism_threads(THREADS)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    return MTCNN(device="CPU:0"), min_face, thresholds


def detect(state, image):
    detector, min_face, (p, r, o) = state
    faces = detector.detect_faces(image, min_face_size=min_face, threshold_pnet=p, threshold_rnet=r, threshold_onet=o)
    return [(*f["box"], f["confidence"]) for f in faces or []]


def main():
    p = common.detector_parser(__doc__)
    p.add_argument("--min-face", type=int, default=20)
    p.add_argument("--thresholds", type=float, nargs=3, default=(0.6, 0.7, 0.8))
    args = p.parse_args()
    common.run_detector("mtcnn", args, functools.partial(prepare, args.min_face, args.thresholds), detect, THREADS,
                        ("mtcnn", "tensorflow_cpu", "numpy"), min_face=args.min_face, thresholds=list(args.thresholds))


if __name__ == "__main__":
    main()

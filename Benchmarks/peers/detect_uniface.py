#!/usr/bin/env python3
"""SCRFD-500M of uniface (onnxruntime): detect_uniface.py PHOTOS... [--side 640] [--threshold 0.5] [--out FILE.jsonl]

uniface downloads its weights; the only file of its list that likeness knows too (same SHA-256) is SCRFD-500M, card
`scrfd-500m-kps`: non-commercial, so it is there only when the person has added it (see `setup`). onnxruntime takes as
many threads as the process may use cores; --threads therefore restricts the process.
"""
import functools
import os
from pathlib import Path

import common

THREADS = common.threads_from_arguments()
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "likeness" / "peers"
os.environ.setdefault("UNIFACE_CACHE_DIR", str(Path(os.environ.get("LIKENESS_PEERS") or CACHE) / "uniface-models"))

from uniface.constants import SCRFDWeights  # noqa: E402
from uniface.detection import SCRFD  # noqa: E402


def prepare(side, threshold):
    return SCRFD(model_name=SCRFDWeights.SCRFD_500M_KPS, input_size=(side, side), confidence_threshold=threshold,
                 providers=["CPUExecutionProvider"])


def detect(detector, image):
    faces = detector.detect(image[:, :, ::-1])  # BGR
    return [(f.bbox[0], f.bbox[1], f.bbox[2] - f.bbox[0], f.bbox[3] - f.bbox[1], f.confidence) for f in faces]


def main():
    p = common.detector_parser(__doc__)
    p.add_argument("--side", type=int, default=640)
    p.add_argument("--threshold", type=float, default=0.5)
    args = p.parse_args()
    make = functools.partial(prepare, args.side, args.threshold)
    common.run_detector("uniface-scrfd-500m", args, make, detect, THREADS,
                        ("uniface", "onnxruntime", "numpy"), side=args.side, threshold=args.threshold)


if __name__ == "__main__":
    main()

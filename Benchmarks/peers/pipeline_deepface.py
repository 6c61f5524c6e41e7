#!/usr/bin/env python3
"""Photos to vectors with deepface and its Dlib model, which is likeness' default embedder.

    pipeline_deepface.py PHOTOS... [--detector dlib|yunet] [--limit N]

The dlib detector's weights are in a package; YuNet's are there only when the person has added `yunet-2023mar` (see
`setup`).
"""
import functools
import os
from pathlib import Path

import common

THREADS = common.threads_from_arguments()
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "likeness" / "peers"
os.environ.setdefault("DEEPFACE_HOME", str(Path(os.environ.get("LIKENESS_PEERS") or CACHE) / "deepface" / "home"))
os.environ.setdefault("DEEPFACE_LOG_LEVEL", "40")

from deepface import DeepFace  # noqa: E402


def prepare(detector):
    return detector


def work(detector, path):
    faces = DeepFace.represent(str(path), model_name="Dlib", detector_backend=detector, enforce_detection=False)
    # without a detection deepface returns the whole photo as one "face" with confidence 0
    return sum(f["face_confidence"] > 0 for f in faces)


def main():
    p = common.parser(__doc__)
    p.add_argument("--processes", type=int, default=1)
    p.add_argument("--detector", choices=("dlib", "yunet"), default="dlib")
    args = p.parse_args()
    photos = common.list_photos(args.photos, args.limit)
    make = functools.partial(prepare, args.detector)
    counts, seconds = common.run_all(photos, make, work, args.processes, args.warm_up)
    common.report("pipeline", "deepface", len(photos), seconds, THREADS, ("deepface", "dlib-bin", "numpy"), unit="photos",
                  faces=sum(counts), processes=args.processes, detector=args.detector)


if __name__ == "__main__":
    main()

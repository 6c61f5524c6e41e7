#!/usr/bin/env python3
"""Are two photos of one person, with likeness' models on onnxruntime: verify_onnxruntime.py A B. For start-up times."""
import json
import sys

import common

THREADS = common.threads_from_arguments()

import mtcnn_onnxruntime as mtcnn  # noqa: E402

detector, embedder = mtcnn.Detector(THREADS), mtcnn.Embedder(THREADS)


def vector(path):
    image = mtcnn.load(path, 1440)
    points = detector(image)[2]
    return embedder(mtcnn.align(image, points[:1]))[0] if len(points) else sys.exit(f"no face in {path}")


distance = float(((vector(sys.argv[1]) - vector(sys.argv[2])) ** 2).sum() ** 0.5)
print(json.dumps({"distance": round(distance, 4), "same": distance < 0.6}))

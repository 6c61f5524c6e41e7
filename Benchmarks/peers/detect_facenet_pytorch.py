#!/usr/bin/env python3
"""MTCNN of facenet-pytorch.

    detect_facenet_pytorch.py PHOTOS... [--min-face 20] [--thresholds P R O] [--batch N] [--out FILE.jsonl]

Thresholds and factor are the package's own by default (0.6, 0.7, 0.7; 0.709). `--batch` puts consecutive photos of one
size into one call, the only batches that the package takes. Where torchvision cannot be loaded (PyPI's x86-64 build needs CUDA
libraries), the two functions that the package takes from it are supplied here: `batched_nms` by OpenCV's compiled
suppression, `to_tensor` by torch. The time inside that suppression is printed as `nms_seconds`.
"""
import functools
import sys
import time
import types

import common

THREADS = common.threads_from_arguments()

import numpy as np  # noqa: E402
import torch  # noqa: E402

nms_seconds = 0.0


def batched_nms(boxes, scores, groups, overlap):
    """As torchvision.ops.boxes.batched_nms: greedy, within each group, indices by falling score."""
    global nms_seconds
    begin = time.perf_counter()
    import cv2
    corners, kept = boxes.numpy().astype(np.float64), []
    if len(corners):
        # the groups are moved apart, as torchvision does
        corners = corners + groups.numpy().astype(np.float64)[:, None] * (corners.max() - corners.min() + 1)
        sides = np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]])
        kept = cv2.dnn.NMSBoxes(sides, scores.numpy().astype(np.float32), 0.0, overlap)
    nms_seconds += time.perf_counter() - begin
    return torch.as_tensor(np.asarray(kept, np.int64).reshape(-1))


def to_tensor(picture):
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


def supply_torchvision():
    try:
        import torchvision.ops.boxes  # noqa: F401
        return "torchvision"
    except (ImportError, RuntimeError, OSError):
        for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
            del sys.modules[name]
    names = ("", ".transforms", ".transforms.functional", ".ops", ".ops.boxes")
    modules = {f"torchvision{n}": types.ModuleType(f"torchvision{n}") for n in names}
    modules["torchvision.ops.boxes"].batched_nms = batched_nms
    modules["torchvision.transforms.functional"].to_tensor = to_tensor
    modules["torchvision.transforms"].functional = modules["torchvision.transforms.functional"]
    sys.modules.update(modules)
    return "OpenCV in place of torchvision"


SUPPRESSION = supply_torchvision()

from facenet_pytorch import MTCNN  # noqa: E402


def prepare(min_face, thresholds):
    torch.set_num_threads(THREADS)
    return MTCNN(keep_all=True, min_face_size=min_face, thresholds=list(thresholds), device=torch.device("cpu"))


def as_rows(boxes, scores):
    if boxes is None:
        return []
    return [(x1, y1, x2 - x1, y2 - y1, s) for (x1, y1, x2, y2), s in zip(boxes, scores)]


def detect(detector, image):
    try:
        return as_rows(*detector.detect(image))
    except (RuntimeError, ValueError) as error:  # no candidate at any scale: the package concatenates an empty list
        if "expected a non-empty list" in str(error) or "at least one" in str(error):
            return []
        raise


def detect_batch(detector, images):
    boxes, scores = detector.detect(np.stack(images))
    return [as_rows(b, s) for b, s in zip(boxes, scores)]


def main():
    p = common.detector_parser(__doc__)
    p.add_argument("--min-face", type=int, default=20)
    p.add_argument("--thresholds", type=float, nargs=3, default=(0.6, 0.7, 0.7))
    p.add_argument("--batch", type=int, default=1)
    args = p.parse_args()
    make = functools.partial(prepare, args.min_face, args.thresholds)
    common.run_detector("facenet-pytorch", args, make, detect, THREADS,
                        ("facenet-pytorch", "torch", "numpy", "opencv-python-headless"), detect_batch=detect_batch,
                        more=lambda: {"nms_seconds": round(nms_seconds, 4)}, min_face=args.min_face,
                        thresholds=list(args.thresholds), suppression=SUPPRESSION)


if __name__ == "__main__":
    main()

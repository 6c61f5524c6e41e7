#!/usr/bin/env python3
"""dlib's HOG face detector: detect_dlib.py PHOTOS... [--upsample 1] [--adjust 0.0] [--out FILE.jsonl]

`--adjust` lowers (or raises) the score at which a face is reported; a lower one draws the precision-recall curve further.
"""
import functools

import common

THREADS = common.threads_from_arguments()

import dlib  # noqa: E402


def prepare(upsample, adjust):
    return dlib.get_frontal_face_detector(), upsample, adjust


def detect(state, image):
    detector, upsample, adjust = state
    boxes, scores, _ = detector.run(image, upsample, adjust)
    return [(b.left(), b.top(), b.width(), b.height(), s) for b, s in zip(boxes, scores)]


def main():
    p = common.detector_parser(__doc__)
    p.add_argument("--upsample", type=int, default=1)
    p.add_argument("--adjust", type=float, default=0.0)
    args = p.parse_args()
    common.run_detector("dlib-hog", args, functools.partial(prepare, args.upsample, args.adjust), detect, THREADS,
                        ("dlib-bin", "numpy", "pillow"), upsample=args.upsample, adjust=args.adjust)


if __name__ == "__main__":
    main()

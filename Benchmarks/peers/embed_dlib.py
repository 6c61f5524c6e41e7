#!/usr/bin/env python3
"""Faces a second of dlib's own ResNet-29: embed_dlib.py CHIPS.npy [--batch N] [--processes N] [--limit N]

CHIPS is made by make_chips.py. `--batch 1` (default) calls the network once a face, as face_recognition does; larger
batches use compute_face_descriptor's list form.
"""
import functools

import common

THREADS = common.threads_from_arguments()

import dlib  # noqa: E402
import face_recognition_models as weights  # noqa: E402
import numpy as np  # noqa: E402


def prepare(path):
    return dlib.face_recognition_model_v1(weights.face_recognition_model_location()), np.load(path, mmap_mode="r")


def work(state, rows):
    network, chips = state
    if len(rows) == 1:
        network.compute_face_descriptor(np.ascontiguousarray(chips[rows[0]]))
    else:
        network.compute_face_descriptor([np.ascontiguousarray(chips[r]) for r in rows])


def main():
    p = common.parser(__doc__, photos=False)
    p.add_argument("chips")
    p.add_argument("--batch", type=int, default=1)
    p.add_argument("--processes", type=int, default=1)
    args = p.parse_args()
    count = len(np.load(args.chips, mmap_mode="r")[:args.limit])
    batches = [list(range(a, min(a + args.batch, count))) for a in range(0, count, args.batch)]
    _, seconds = common.run_all(batches, functools.partial(prepare, args.chips), work, args.processes, args.warm_up)
    common.report("embed", "dlib", count, seconds, THREADS, ("dlib-bin", "face_recognition_models", "numpy"),
                  unit="faces", batch=args.batch, processes=args.processes, avx=dlib.USE_AVX_INSTRUCTIONS, blas=dlib.DLIB_USE_BLAS)


if __name__ == "__main__":
    main()

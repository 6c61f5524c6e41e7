#!/usr/bin/env python3
"""Faces a second of dlib's ResNet-29 on onnxruntime: embed_onnxruntime.py CHIPS.npy [--batch N] [--threads N]

CHIPS is made by make_chips.py; the network is the ONNX file that likeness uses.
"""
import functools

import common

THREADS = common.threads_from_arguments()

import mtcnn_onnxruntime as mtcnn  # noqa: E402
import numpy as np  # noqa: E402


def prepare(path, threads, batch):
    return mtcnn.Embedder(threads, batch), np.load(path, mmap_mode="r")


def work(state, rows):
    embedder, chips = state
    embedder(chips[rows[0]:rows[-1] + 1])


def main():
    p = common.parser(__doc__, photos=False)
    p.add_argument("chips")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--processes", type=int, default=1)
    args = p.parse_args()
    count = len(np.load(args.chips, mmap_mode="r")[:args.limit])
    batches = [list(range(a, min(a + args.batch, count))) for a in range(0, count, args.batch)]
    make = functools.partial(prepare, args.chips, THREADS, args.batch)
    _, seconds = common.run_all(batches, make, work, args.processes, args.warm_up)
    common.report("embed", "onnxruntime", count, seconds, THREADS, ("onnxruntime", "numpy"), unit="faces",
                  batch=args.batch, processes=args.processes)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Photos to vectors with face_recognition, as its documentation does it: load, face_locations (HOG), face_encodings.

    pipeline_face_recognition.py PHOTOS... [--upsample 1] [--processes N] [--limit N]

dlib's PyPI build uses one core a process; `--processes` is what face_recognition's own command line offers as --cpus.
"""
import functools

import common

THREADS = common.threads_from_arguments()

import face_recognition  # noqa: E402


def prepare(upsample):
    return upsample


def work(upsample, path):
    stages = common.Stages()
    with stages("decode"):
        image = face_recognition.load_image_file(path)
    with stages("detect"):
        boxes = face_recognition.face_locations(image, number_of_times_to_upsample=upsample, model="hog")
    with stages("points, chips and embed"):
        vectors = face_recognition.face_encodings(image, known_face_locations=boxes, model="small")
    return len(vectors), stages.seconds


def main():
    p = common.parser(__doc__)
    p.add_argument("--upsample", type=int, default=1, help="face_recognition's default is 1")
    p.add_argument("--processes", type=int, default=1)
    args = p.parse_args()
    photos = common.list_photos(args.photos, args.limit)
    make = functools.partial(prepare, args.upsample)
    results, seconds = common.run_all(photos, make, work, args.processes, args.warm_up)
    common.report("pipeline", "face_recognition", len(photos), seconds, THREADS,
                  ("face-recognition", "dlib-bin", "face_recognition_models", "numpy", "pillow"), unit="photos",
                  faces=sum(n for n, _ in results), processes=args.processes, upsample=args.upsample,
                  stages=common.add_up(s for _, s in results))


if __name__ == "__main__":
    main()

"""What the peer scripts share: arguments, photo lists, clocks and the one JSON line at the end.

Thread counts have to be in the environment before numpy, dlib, torch or TensorFlow are loaded, so every script calls
`threads_from_arguments()` before it imports any of them; this module itself imports nothing but the standard library.
"""
import argparse
import json
import os
import statistics
import sys
import time
from importlib import metadata
from pathlib import Path

SUFFIXES = {".jpg", ".jpeg", ".png"}
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "DLIB_NUM_THREADS",
                    "TF_NUM_INTRAOP_THREADS")


def threads_from_arguments():
    """The value of --threads (default: the cores that this process may use), put into the environment."""
    count = len(os.sched_getaffinity(0))
    for at, word in enumerate(sys.argv):
        if word == "--threads" and at + 1 < len(sys.argv):
            count = int(sys.argv[at + 1])
        elif word.startswith("--threads="):
            count = int(word.split("=", 1)[1])
    for name in THREAD_VARIABLES:
        os.environ[name] = str(count)
    return count


def parser(doc, photos=True):
    p = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if photos:
        p.add_argument("photos", nargs="+", type=Path, help="photos, or folders of photos (read recursively)")
    p.add_argument("--threads", type=int, help="threads of the library (default: all cores)")
    p.add_argument("--limit", type=int, help="only the first N photos")
    p.add_argument("--warm-up", type=int, default=3, help="photos done once before the clock starts (default 3)")
    return p


def list_photos(paths, limit=None):
    """Photos in byte order of their paths; hidden files and folders are skipped."""
    found = []
    for path in paths:
        if path.is_dir():
            inside = (f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file())
            found += [f for f in inside if not any(part.startswith(".") for part in f.relative_to(path).parts)]
        elif path.is_file():
            found.append(path)
        else:
            sys.exit(f"no such photo or folder: {path}")
    if not found:
        sys.exit("no photos found")
    return sorted(found, key=lambda f: os.fsencode(f))[:limit]


def load_rgb(path):
    """The photo as uint8 RGB [height, width, 3], turned by its EXIF orientation."""
    import numpy as np
    from PIL import Image, ImageOps
    with Image.open(path) as image:
        return np.array(ImageOps.exif_transpose(image).convert("RGB"))


def photo_name(path, roots):
    """The path relative to the folder that it was found in, with forward slashes."""
    for root in roots:
        if root.is_dir() and path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.name


class Stages:
    """Seconds spent in each named stage: `with stages("detect"): …`."""

    def __init__(self):
        self.seconds, self._name, self._start = {}, None, 0.0

    def __call__(self, name):
        self._name = name
        return self

    def __enter__(self):
        self._start = time.perf_counter()

    def __exit__(self, *_):
        spent = time.perf_counter() - self._start
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + spent

    def rounded(self):
        return {k: round(v, 4) for k, v in self.seconds.items()}


def versions(*packages):
    return {p: metadata.version(p) for p in packages}


def report(task, peer, count, seconds, threads, packages, **more):
    """Prints the one JSON line: `count` units of work (named by `unit`) in `seconds` of wall clock."""
    line = {"task": task, "peer": peer, "count": count, "seconds": round(seconds, 4),
            "per_second": round(count / seconds, 3) if seconds > 0 else None, "threads": threads,
            "versions": versions(*packages), "python": sys.version.split()[0]}
    line.update(more)
    print(json.dumps(line), flush=True)


def run_all(items, prepare, work, processes, warm_up=0):
    """`work(state, item)` over all items, in order, and the seconds that took.

    `prepare()` makes the state (models) once a process. With more than one process each has its own models and does the
    warm-up itself; the clock starts when all are ready.
    """
    if processes <= 1:
        state = prepare()
        for item in items[:warm_up]:
            work(state, item)
        begin = time.perf_counter()
        results = [work(state, item) for item in items]
        return results, time.perf_counter() - begin
    import multiprocessing
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(processes + 1)
    with context.Pool(processes, _prepare_worker, (prepare, work, items[:warm_up], ready)) as pool:
        ready.wait()
        begin = time.perf_counter()
        results = pool.map(_work, items, chunksize=max(1, min(8, len(items) // (4 * processes))))
        return results, time.perf_counter() - begin


_worker = {}


def _prepare_worker(prepare, work, warm_up_items, ready):
    _worker.update(state=prepare(), work=work)
    for item in warm_up_items:
        work(_worker["state"], item)
    ready.wait()


def _work(item):
    return _worker["work"](_worker["state"], item)


def add_up(stages):
    """The sum, stage by stage, of many dictionaries of seconds."""
    total = {}
    for one in stages:
        for name, seconds in one.items():
            total[name] = total.get(name, 0.0) + seconds
    return {k: round(v, 4) for k, v in total.items()}


def detector_parser(doc):
    p = parser(doc)
    p.add_argument("--out", help='JSON Lines, one photo a line: {"image", "boxes": [[x, y, width, height, score]]}')
    p.add_argument("--long-side", type=int, default=0, help="photos are shrunk to this first (default: as stored)")
    return p


def load_for_detection(path, long_side):
    """The photo as RGB and the factor that leads back to its own pixels."""
    image = load_rgb(path)
    shrink = long_side / max(image.shape[:2]) if long_side else 1.0
    if shrink >= 1:
        return image, 1.0
    import numpy as np
    from PIL import Image
    size = [max(1, round(side * shrink)) for side in image.shape[1::-1]]
    return np.array(Image.fromarray(image).resize(size, Image.Resampling.BOX)), 1 / shrink


def run_detector(peer, args, prepare, detect, threads, packages, detect_batch=None, more=dict, **options):
    """Detects in every photo, writes the boxes, prints the JSON line. Decoding is outside the clock."""
    photos = list_photos(args.photos, args.limit)
    state = prepare()
    for path in photos[:args.warm_up]:
        detect(state, load_for_detection(path, args.long_side)[0])
    size = getattr(args, "batch", 1)
    times, lines, faces = [], [], 0
    for group in equal_groups(photos, size, args.long_side):
        images = [image for _, image, _ in group]
        begin = time.perf_counter()
        found = [detect(state, images[0])] if len(group) == 1 else detect_batch(state, images)
        times += [(time.perf_counter() - begin) / len(group)] * len(group)
        for (path, _, back), boxes in zip(group, found):
            faces += len(boxes)
            rounded = [[round(float(v) * back, 3) for v in box[:4]] + [round(float(box[4]), 6)] for box in boxes]
            lines.append(json.dumps({"image": photo_name(path, args.photos), "boxes": rounded}) + "\n")
    if args.out:
        with open(args.out + ".part", "w", encoding="utf-8") as f:
            f.writelines(lines)
        os.replace(args.out + ".part", args.out)
    report("detect", peer, len(photos), sum(times), threads, packages, unit="photos", faces=faces, batch=size,
           long_side=args.long_side, ms_mean=round(1000 * sum(times) / len(times), 3),
           ms_median=round(1000 * statistics.median(times), 3), **options, **more())


def equal_groups(photos, size, long_side):
    """Runs of at most `size` consecutive photos of equal dimensions, loaded, as lists of (path, image, factor)."""
    group = []
    for path in photos:
        image, back = load_for_detection(path, long_side)
        if group and (len(group) == size or group[0][1].shape != image.shape):
            yield group
            group = []
        group.append((path, image, back))
    if group:
        yield group

#!/usr/bin/env python3
"""Neighbour graphs of likeness and faiss on the same vectors, alternating in one run, with equal threads.

  likeness cluster synth --preset ms1m --n 100000 --seed 3 --out set.npy
  Benchmarks/neighbours.py set.npy --exact --rounds 3
  Benchmarks/neighbours.py set.npy --floor 0.5 --recall 0.99 --lists 6000 --training 40 --probes 2,3 --hnsw 64,128
  Benchmarks/neighbours.py wide.npy --filtered

Needs numpy and faiss-cpu (pip), and a release build of likeness (LIKENESS). Times are CPU seconds (user + system) of the
work itself: a shared machine stretches the clock, hardly them. On a busy one set --threads 1 and OMP_WAIT_POLICY=PASSIVE:
threads of OpenMP that wait for each other count as work (on one, 103 s instead of 57). Of likeness it is the whole command, reading, hashing and
writing included; of faiss training, adding and searching, without reading the file. Exact faiss may be timed on a part
of the queries (--queries) and scaled: its cost is the same for every query. Recall is measured on 1,000 rows against
faiss IndexFlatIP: the share of true neighbours of at least --floor, of the k nearest, that a list holds. The best of
faiss needs a search of its own: IVF of 632, 2,000…6,000 lists, trained on 40 rows a list instead of its standard 256, is
several times faster than its defaults at the same recall.

--filtered: the ten best of 1 %, 10 %, 50 % and all rows for queries (rows of the file). Of likeness it is the difference of
two runs of `likeness search` with 100 and 1,100 queries, divided by 1,000: reading and packing the file is not counted; of
faiss the search alone, IndexFlatIP on 50 queries and IndexScalarQuantizer (8 bit) on 20, with an IDSelectorBitmap.
"""
import argparse, json, os, resource, statistics, struct, subprocess, tempfile

import faiss
import numpy as np


def children():
    r = resource.getrusage(resource.RUSAGE_CHILDREN)
    return r.ru_utime + r.ru_stime


def own():
    r = resource.getrusage(resource.RUSAGE_SELF)
    return r.ru_utime + r.ru_stime


def read_graph(path):
    """Offsets and neighbours of a graph file."""
    with open(path, "rb") as f:
        lead = f.read(16)
        header = json.loads(f.read(struct.unpack("<I", lead[8:12])[0]))
    part = {s["name"]: s for s in header["sections"]}
    take = lambda name, kind: np.memmap(path, kind, "r", part[name]["offset"], part[name]["length"] // np.dtype(kind).itemsize)
    return take("rowptr", "<u8"), take("neighbour", "<i4"), header


def likeness(a, *options):
    program = os.environ.get("LIKENESS", ".build/release/likeness")
    graph = os.path.join(tempfile.gettempdir(), f"neighbours-{os.getpid()}.graph")
    before = children()
    subprocess.run([program, "neighbours", a.vectors, "--out", graph, "--k", str(a.k), "--threads", str(a.threads),
                    "--force", "--quiet", *options], check=True, stdout=subprocess.DEVNULL)
    seconds = children() - before
    offsets, neighbours, header = read_graph(graph)
    lists = {int(r): set(neighbours[int(offsets[r]):int(offsets[r + 1])].tolist()) for r in a.sample}
    os.remove(graph)
    return seconds, lists


def faiss_exact(a, x):
    index = faiss.IndexFlatIP(x.shape[1])
    index.add(x)
    part = min(a.queries or len(x), len(x))
    before = own()
    index.search(x[:part], a.k + 1)
    return (own() - before) * len(x) / part


def faiss_index(a, x, build, search):
    before = own()
    index = build()
    after = own()
    part = min(a.queries or len(x), len(x))
    search(index)
    index.search(x[:part], a.k + 1)
    seconds = after - before + (own() - after) * len(x) / part
    _, found = index.search(x[a.sample], a.k + 1)
    return seconds, {int(r): set(row.tolist()) - {-1, int(r)} for r, row in zip(a.sample, found)}


def ivf(x, lists, training):
    def build():
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(x.shape[1]), x.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
        index.cp.max_points_per_centroid = training
        index.train(x[np.random.default_rng(2).choice(len(x), min(len(x), training * lists), replace=False)])
        index.add(x)
        return index
    return build


def hnsw(x):
    def build():
        index = faiss.IndexHNSWFlat(x.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 100
        index.add(x)
        return index
    return build


def filtered(a, x):
    """CPU milliseconds a query."""
    folder = tempfile.mkdtemp()
    labels = os.path.join(folder, "labels.npy")
    passes = (np.arange(len(x), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(32)) % np.uint64(100)
    queries = [os.path.join(folder, f"{n}.npy") for n in (100, 1100)]
    for path, n in zip(queries, (100, 1100)):
        np.save(path, x[:n])
    program = os.environ.get("LIKENESS", ".build/release/likeness")
    flat, coded = faiss.IndexFlatIP(x.shape[1]), faiss.IndexScalarQuantizer(
        x.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    flat.add(x)
    coded.train(x[:100000])
    coded.add(x)

    def ours(share):
        np.save(labels, (passes < share).astype(np.int64))
        seconds = []
        for path in queries:
            before = children()
            filter = [] if share == 100 else ["--where", labels + "=1"]
            subprocess.run([program, "search", a.vectors, path, "--space", "s", "--top", "10", "--threads", str(a.threads), "--json",
                            *filter], check=True, stdout=subprocess.DEVNULL)
            seconds.append(children() - before)
        return seconds[1] - seconds[0]

    def theirs(index, n, share):
        bits = np.packbits(passes < share, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        parameters = None if share == 100 else faiss.SearchParameters(sel=selector)
        before = own()
        index.search(x[:n], 10, params=parameters)
        return (own() - before) * 1000 / n

    print("| passing | likeness | IndexFlatIP | IndexScalarQuantizer 8 bit |\n| --: | --: | --: | --: |")
    for share in (1, 10, 50, 100):
        rows = [(ours(share), theirs(flat, 50, share), theirs(coded, 20, share)) for _ in range(a.rounds)]
        ms = [statistics.median(column) for column in zip(*rows)]
        print(f"| {share} % | {ms[0]:.2f} | {ms[1]:.1f} ({ms[1] / ms[0]:.1f}×) | {ms[2]:.1f} ({ms[2] / ms[0]:.1f}×) |", flush=True)


def recall(truth, lists):
    hits = sum(len(truth[r] & lists[r]) for r in truth)
    return hits / max(1, sum(map(len, truth.values())))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("vectors")
    p.add_argument("--k", type=int, default=80)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--queries", type=int, help="rows that faiss searches; its time is scaled to all")
    p.add_argument("--exact", action="store_true")
    p.add_argument("--floor", type=float)
    p.add_argument("--recall", type=float, default=0.99)
    p.add_argument("--probes", default="", help="IVF: numbers of probes")
    p.add_argument("--lists", type=int, help="IVF: number of lists (4√n)")
    p.add_argument("--training", type=int, default=40, help="IVF: rows a list that train it")
    p.add_argument("--hnsw", default="", help="HNSW: values of efSearch")
    p.add_argument("--filtered", action="store_true")
    a = p.parse_args()
    x = np.load(a.vectors)
    faiss.omp_set_num_threads(a.threads)
    if a.filtered:
        return filtered(a, x)
    a.sample = np.sort(np.random.default_rng(0).choice(len(x), min(1000, len(x)), replace=False))
    truth = {}
    flat = faiss.IndexFlatIP(x.shape[1])
    flat.add(x)
    for r, s, i in zip(a.sample, *flat.search(x[a.sample], a.k + 1)):
        keep = [int(j) for j, v in zip(i, s) if j != r and (a.floor is None or v >= a.floor)]
        truth[int(r)] = set(keep[: a.k])
    runs = {}
    if a.exact:
        runs["faiss IndexFlatIP"] = lambda: (faiss_exact(a, x), None)
        runs["likeness, exact"] = lambda: likeness(a, "--exact")
    else:
        floor = [] if a.floor is None else ["--floor", str(a.floor)]
        runs[f"likeness, recall {a.recall}"] = lambda: likeness(a, "--recall", str(a.recall), *floor)
        cells = a.lists or int(4 * len(x) ** 0.5)
        for n in filter(None, a.probes.split(",")):
            runs[f"faiss IVF{cells}, {n} probes"] = lambda n=n: faiss_index(
                a, x, ivf(x, cells, a.training), lambda index: setattr(index, "nprobe", int(n)))
        for n in filter(None, a.hnsw.split(",")):
            runs[f"faiss HNSW32, ef {n}"] = lambda n=n: faiss_index(
                a, x, hnsw(x), lambda index: setattr(index.hnsw, "efSearch", int(n)))
    seconds = {name: [] for name in runs}
    recalls = {}
    for round in range(a.rounds):
        order = list(runs) if round % 2 == 0 else list(runs)[::-1]
        for name in order:
            t, lists = runs[name]()
            seconds[name].append(t)
            if lists is not None:
                recalls[name] = recall(truth, lists)
            print(f"round {round + 1}, {name}: {t:.1f} CPU s", flush=True)
    ours = statistics.median(next(v for n, v in seconds.items() if n.startswith("likeness")))
    print(f"\n{len(x):,} × {x.shape[1]}, k {a.k}, floor {a.floor}, {a.threads} threads, medians of {a.rounds}\n")
    print("| method | CPU s | × likeness | recall |\n| --- | --: | --: | --: |")
    for name, t in seconds.items():
        m = statistics.median(t)
        r = f"{recalls[name]:.4f}" if name in recalls else "1"
        print(f"| {name} | {m:.1f} | {m / ours:.2f} | {r} |")


if __name__ == "__main__":
    main()

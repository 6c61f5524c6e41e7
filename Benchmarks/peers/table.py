#!/usr/bin/env python3
"""The Markdown table of run-peers: table.py RAW.tsv --rounds N --photos TEXT --load TEXT. Standard library only."""
import argparse
import os
import platform
import statistics
import subprocess
from collections import defaultdict
from datetime import datetime, timezone


def machine():
    out = subprocess.run(["lscpu"], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout
    facts = dict(line.split(":", 1) for line in out.splitlines() if ":" in line)
    facts = {k.strip(): v.strip() for k, v in facts.items()}
    flags = facts.get("Flags", "").split()
    simd = [f for f in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile") if f in flags]
    model = f"{facts.get('Model name', platform.processor())} (family {facts.get('CPU family')}, model {facts.get('Model')})"
    return f"{model}, {len(os.sched_getaffinity(0))} cores, {' '.join(simd)}, Linux {platform.release()}"


def read(path):
    values, info, failed = defaultdict(dict), {}, defaultdict(int)
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith("#"):
                continue
            turn, task, unit, name, rival, value = line.rstrip("\n").split("\t")
            info.setdefault((task, name), (unit, rival))
            if value == "failed":
                failed[task, name] += 1
            else:
                values[task, name][int(turn)] = float(value)
    return values, info, failed


def times_faster(ours, theirs, lower_is_better):
    """Our speed over theirs: of the medians, and the smallest and largest of the rounds that both finished."""
    def ratio(a, b):
        return b / a if lower_is_better else a / b
    both = [ratio(ours[r], theirs[r]) for r in ours.keys() & theirs.keys()]
    if not both:
        return "–"
    middle = ratio(statistics.median(ours.values()), statistics.median(theirs.values()))
    return f"{middle:.1f} × ({min(both):.1f} … {max(both):.1f})"


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("raw")
    p.add_argument("--rounds", required=True)
    p.add_argument("--photos", required=True)
    p.add_argument("--load", required=True)
    args = p.parse_args()
    values, info, failed = read(args.raw)
    print(f"Machine: {machine()}; load before: {args.load}; {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC.")
    print(f"Photos: {args.photos}. {args.rounds} rounds, alternating; medians (smallest … largest round).\n")
    print("| task | contender | median | range | likeness is faster by |")
    print("| --- | --- | --- | --- | --- |")
    for (task, name), (unit, rival) in info.items():
        got = values[task, name]
        if not got:
            print(f"| {task} | {name} | failed | – | – |")
            continue
        middle = statistics.median(got.values())
        shown = f"{middle:.2f} {unit}"
        if task == "detect":
            shown += f" ({1000 / middle:.1f} ms)"
        spread = f"{min(got.values()):.2f} … {max(got.values()):.2f}"
        if failed[task, name]:
            spread += f", {failed[task, name]} failed"
        ours = values.get((task, rival))
        ratio = "" if rival == "-" else times_faster(ours, got, unit == "s") if ours else "–"
        print(f"| {task} | {name} | {shown} | {spread} | {ratio} |")


if __name__ == "__main__":
    main()

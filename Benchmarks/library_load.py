#!/usr/bin/env python3
"""Load on a running `likeness serve`: latencies of what the web pages ask for, from many clients at once.

    likeness serve LIBRARY            # prints a URL with a token
    Benchmarks/library_load.py 'http://127.0.0.1:8080/?token=…' --clients 32 --seconds 10

Only Python's standard library. Each case runs alone: every client keeps one connection and asks again as soon as it has
its answer. Printed are the 50th, 95th and 99th percentile in milliseconds, requests a second, answers that were no
success, and the median's ratio to `/health/live` under the same clients, which is measured before and after: the ratio
travels between machines, the milliseconds do not. `--writes` adds changes (name and back, merge, split, each undone at once); use it on a copy.
"""

import argparse
import http.client
import json
import random
import sys
import threading
import time
import urllib.parse
import uuid


class Session:
    """What the page knows after it was opened: the cookie and the token against forged requests."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port or 80
        self.headers = {"Accept": "application/json"}
        query = urllib.parse.parse_qs(parts.query)
        if "key" in query:
            self.headers["Authorization"] = "Bearer " + query["key"][0]
            return
        connection = self.connect()
        connection.request("GET", f"{parts.path or '/'}?{parts.query}")
        answer = connection.getresponse()
        answer.read()
        cookie = answer.getheader("Set-Cookie")
        if not cookie:
            sys.exit(f"the URL gave no session (status {answer.status}): is the token still good?")
        self.headers["Cookie"] = cookie.split(";")[0]
        _, session = self.get(connection, "/v1/session")
        self.headers["X-CSRF-Token"] = session["csrf"]

    def connect(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=60)

    def get(self, connection, path):
        return self.send(connection, "GET", path)

    def send(self, connection, method, path, body=None, headers=None):
        data = None
        sent = dict(self.headers, **(headers or {}))
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        if method == "POST":
            sent.setdefault("Idempotency-Key", str(uuid.uuid4()))
        connection.request(method, path, body=data, headers=sent)
        answer = connection.getresponse()
        text = answer.read()
        try:
            value = json.loads(text) if text else None
        except ValueError:
            value = None
        return answer.status, value


class Case:
    """One kind of request; `step(session, connection, random)` does one and returns its status and its seconds."""

    def __init__(self, name, step, target=None):
        self.name, self.step, self.target = name, step, target


def timed(session, connection, method, path, body=None, headers=None):
    start = time.perf_counter()
    status, value = session.send(connection, method, path, body, headers)
    return status, time.perf_counter() - start, value


def run(case, session, clients, seconds, seed):
    """Latencies in seconds of successes, and how many answers were none."""
    latencies, failures, lock = [], {}, threading.Lock()
    begin = threading.Barrier(clients + 1)
    stop = threading.Event()

    def client(number):
        connection = session.connect()
        chance = random.Random(seed * 1000 + number)
        own, bad = [], {}
        begin.wait()
        while not stop.is_set():
            try:
                status, took = case.step(session, connection, chance)[:2]
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                connection = session.connect()
                status, took = type(error).__name__, 0
            if isinstance(status, int) and status < 300:
                own.append(took)
            elif status is not None:
                bad[status] = bad.get(status, 0) + 1
        connection.close()
        with lock:
            latencies.extend(own)
            for key, count in bad.items():
                failures[key] = failures.get(key, 0) + count

    threads = [threading.Thread(target=client, args=(n,), daemon=True) for n in range(clients)]
    for thread in threads:
        thread.start()
    begin.wait()
    started = time.perf_counter()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join(90)
    return sorted(latencies), failures, time.perf_counter() - started


def percentile(values, p):
    return values[min(len(values) - 1, int(p * len(values)))] * 1000 if values else float("nan")


def pages(session, path, most):
    """Items of a paged list."""
    connection, items, cursor = session.connect(), [], None
    while len(items) < most:
        more = f"&cursor={urllib.parse.quote(cursor)}" if cursor else ""
        status, page = session.get(connection, f"{path}{'&' if '?' in path else '?'}limit=200{more}")
        if status != 200:
            sys.exit(f"{path}: {status} {page}")
        items += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    return items[:most]


def reading_cases(session, people):
    ids = [p["id"] for p in people]
    avatars = [p["avatar"] for p in people if p["avatar"]]
    largest = max(people, key=lambda p: p["faces"])["id"]

    def get(make):
        return lambda s, c, r: timed(s, c, "GET", make(r))

    def people_page(r):
        return "/v1/people?limit=100&sort=" + r.choice(["faces", "name", "lastSeen"])

    def crop(session, connection, chance):
        status, took, _ = timed(session, connection, "GET", f"/v1/faces/{chance.choice(avatars)}/crop")
        return status, took

    def search(session, connection, chance):
        return timed(session, connection, "POST", "/v1/searches?limit=20", {"face": chance.choice(avatars)})

    return [
        Case("overview", get(lambda r: "/v1/overview"), 150),
        Case("people page", get(people_page), 150),
        Case("person", get(lambda r: f"/v1/people/{r.choice(ids)}")),
        Case("faces of a person", get(lambda r: f"/v1/people/{r.choice(ids)}/faces?limit=100&order=best"), 150),
        Case("faces of the largest", get(lambda r: f"/v1/people/{largest}/faces?limit=100&order=best"), 150),
        Case("crop", crop),
        Case("next question", get(lambda r: "/v1/questions?limit=1"), 100),
        Case("loose faces", get(lambda r: "/v1/loose?limit=50")),
        Case("journal", get(lambda r: "/v1/decisions?limit=50")),
        Case("search, top 20", search, 150),
    ]


def writing_cases(people):
    """Changes that are undone at once, so that the library stays as it is; the undo is not timed."""
    lock, free = threading.Lock(), list(range(len(people)))
    names = [p["id"] for p in people]

    def pick(chance, count):
        with lock:
            if len(free) < count:
                return None
            return [free.pop(chance.randrange(len(free))) for _ in range(count)]

    def give(chosen):
        with lock:
            free.extend(chosen)

    def change(make, count=1):
        def step(session, connection, chance):
            chosen = pick(chance, count)
            if not chosen:
                time.sleep(0.01)
                return None, 0
            try:
                status, person = session.get(connection, f"/v1/people/{names[chosen[0]]}")
                if status != 200:
                    return status, 0
                request = make(session, connection, chance, person, [names[k] for k in chosen])
                if not request:
                    return None, 0
                method, path, body = request
                tag = {"If-Match": f'"{person["version"]}"'}
                status, took, answer = timed(session, connection, method, path, body, tag)
                if status < 300:
                    session.send(connection, "POST", f"/v1/decisions/{answer['decision']['id']}:undo", {})
                return status, took
            finally:
                give(chosen)

        return step

    def name(session, connection, chance, person, ids):
        return "PATCH", f"/v1/people/{ids[0]}", {"name": f"Load {chance.randrange(10**6)}"}

    def merge(session, connection, chance, person, ids):
        return "POST", f"/v1/people/{ids[0]}:merge", {"from": ids[1:], "name": "Load"}

    def split(session, connection, chance, person, ids):
        _, page = session.get(connection, f"/v1/people/{ids[0]}/faces?limit=20&order=worst")
        faces = [f["id"] for f in page["items"]]
        if len(faces) < 2:
            return None
        return "POST", f"/v1/people/{ids[0]}:split", {"faces": faces[: len(faces) // 2]}

    return [
        Case("name", change(name), 300), Case("merge", change(merge, 2), 300), Case("split", change(split), 300),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("url", help="the URL that `likeness serve` prints, or …/?key=lk_…")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10, help="per case")
    parser.add_argument("--cases", help="names, separated by commas; all when left out")
    parser.add_argument("--writes", action="store_true", help="also name, merge and split (each undone at once)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    session = Session(options.url)
    people = pages(session, "/v1/people?filter=all&sort=faces", 1000)
    if not people:
        sys.exit("the library has no people yet")
    live = Case("/health/live", lambda s, c, r: timed(s, c, "GET", "/health/live"))
    cases = reading_cases(session, people) + (writing_cases(people) if options.writes else [])
    if options.cases:
        wanted = options.cases.split(",")
        unknown = set(wanted) - {c.name for c in cases}
        if unknown:
            sys.exit(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(c.name for c in cases)}")
        cases = [c for c in cases if c.name in wanted]

    results, idle = [], None
    for case in [live] + cases + [live]:
        latencies, failures, took = run(case, session, options.clients, options.seconds, options.seed)
        median = percentile(latencies, 0.5)
        idle = idle or median
        result = {
            "case": case.name, "requests": len(latencies), "perSecond": len(latencies) / took, "p50": median,
            "p95": percentile(latencies, 0.95), "p99": percentile(latencies, 0.99), "ratio": median / idle,
            "failures": {str(k): v for k, v in failures.items()}, "target": case.target,
        }
        results.append(result)
        if not options.json:
            missed = " MISSED" if case.target and result["p95"] > case.target else ""
            target = f"{case.target} ms{missed}" if case.target else ""
            print(
                f"{case.name:22} {result['p50']:9.2f} {result['p95']:9.2f} {result['p99']:9.2f} ms "
                f"{result['perSecond']:9.0f}/s  ×{result['ratio']:7.1f}  {result['failures'] or ''} {target}", flush=True)
    if options.json:
        print(json.dumps({"clients": options.clients, "seconds": options.seconds, "cases": results}, indent=1))


if __name__ == "__main__":
    main()

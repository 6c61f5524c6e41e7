"""Pickles as verification sets of InsightFace are written: packs.py OUTPUT.json

Every protocol of Python 3, lists of bytes and of numpy arrays, flags as truth values, numbers and numpy truth values, and
what Python 2 wrote (built by hand). Needs numpy. The photos are short made-up bytes; no picture is in here.
"""
import base64
import json
import pickle
import struct
import sys

import numpy as np

photos = [bytes([k]) * (k + 1) + b"\xff\xd8\n'\\\x00\x80\xe9" for k in range(8)]
same = [True, False, False, True]


def python2(photos, same):
    """Protocol 2 as Python 2 writes str: SHORT_BINSTRING, BINSTRING, BINPUT."""
    out = b"\x80\x02]q\x00("
    for k, p in enumerate(photos):
        out += (b"U" + bytes([len(p)]) if k % 2 else b"T" + struct.pack("<i", len(p))) + p + b"q" + bytes([k + 1])
    return out + b"e]q\x20(" + b"".join(b"\x88" if s else b"\x89" for s in same) + b"e\x86q\x21."


def python2_text(photos, same):
    """Protocol 0 as Python 2 writes it: strings by their source text, truth values as I01."""
    def source(p):
        return b"'" + b"".join(
            b"\\\\" if c == 92 else b"\\'" if c == 39 else b"\\n" if c == 10 else bytes([c]) if 32 <= c < 127
            else b"\\x%02x" % c for c in p) + b"'"
    out = b"((lp0\n" + b"".join(b"S" + source(p) + b"\np%d\na" % (k + 1) for k, p in enumerate(photos))
    return out + b"(lp20\n" + b"".join(b"I01\na" if s else b"I00\na" for s in same) + b"tp21\n."


cases = {f"bytes, protocol {p}": pickle.dumps((photos, same), protocol=p) for p in range(6)}
cases |= {f"numbers, protocol {p}": pickle.dumps((photos, [int(s) for s in same]), protocol=p) for p in (2, 4)}
arrays = [np.frombuffer(p, np.uint8) for p in photos]
cases |= {f"arrays, protocol {p}": pickle.dumps((arrays, [np.bool_(s) for s in same]), protocol=p) for p in (2, 3, 4, 5)}
cases |= {"bytearrays, protocol 5": pickle.dumps(([bytearray(p) for p in photos], same), protocol=5)}
cases |= {"repeated photo": pickle.dumps(([photos[0]] * 8, same), protocol=4)}
cases |= {"Python 2, protocol 2": python2(photos, same), "Python 2, protocol 0": python2_text(photos, same)}


class Attack:
    def __init__(self, name, arguments):
        self.call = (name, arguments)

    def __reduce__(self):
        return self.call


import os
import subprocess

hostile = {
    "os.system": pickle.dumps((Attack(os.system, ("echo",)), same), protocol=2),
    "eval": pickle.dumps(([Attack(eval, ("1",))], same), protocol=4),
    "subprocess": pickle.dumps((photos, Attack(subprocess.call, (["true"],))), protocol=3),
    "getattr": pickle.dumps((photos, Attack(getattr, (photos, "__class__"))), protocol=4),
    "dict": pickle.dumps({"a": 1}, protocol=4),
    "set": pickle.dumps(({1, 2}, same), protocol=4),
    "float": pickle.dumps((photos, [0.5] * 4), protocol=4),
    "nested lists": pickle.dumps(([[b"a"]], same), protocol=4),
    "complex array": pickle.dumps(([np.zeros(3, np.complex64)] * 8, same), protocol=4),
    "object array": pickle.dumps(([np.array([None, 1], dtype=object)] * 8, same), protocol=4),
    "instance": b"(iposix\nsystem\n.",
    "persistent id": b"Pname\n.",
    "extension": b"\x80\x02\x82\x01.",
    "new object": b"\x80\x02cposix\nsystem\n)\x81.",
}
encode = lambda d: {k: base64.b64encode(v).decode() for k, v in d.items()}
json.dump({
    "photos": [base64.b64encode(p).decode() for p in photos], "same": same, "packs": encode(cases),
    "hostile": encode(hostile), "made_with": {"python": sys.version.split()[0], "numpy": np.__version__},
}, open(sys.argv[1], "w", encoding="ascii"), indent=0)

"""Checks the web pages against a running server: `check.py --url http://127.0.0.1:8321 --token …`."""

import argparse
import sys

import harness


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="where the server listens")
    parser.add_argument("--token", required=True, help="the token of the address that `likeness serve` printed")
    parser.add_argument("--only", action="append", help="only checks whose name holds this; may be repeated")
    parser.add_argument("--out", help="a folder for screenshots of what failed")
    parser.add_argument("--photo", help="a picture with one face, for the search")
    parser.add_argument("--group-photo", help="a picture with several faces, for the search")
    parser.add_argument("--restart", help="a command that stops the server and starts it again at the same address")
    parser.add_argument("--destructive", action="store_true", help="also forget a person; use a copy of a library")
    parser.add_argument(
        "--allow-lacks", action="store_true", help="do not fail when the library is too small for a check"
    )
    parser.add_argument("--verbose", action="store_true", help="print traces")
    options = parser.parse_args()
    options.signed_in = None
    import appearance, actions, firstview, trouble  # noqa: E401,F401 each registers its checks

    failed, lacking = harness.run(options)
    print(
        f"{len(failed)} failed{': ' + ', '.join(failed) if failed else ''}; {len(lacking)} not possible with this library{': ' + ', '.join(lacking) if lacking else ''}"
    )
    return 1 if failed or (lacking and not options.allow_lacks) else 0


if __name__ == "__main__":
    sys.exit(main())

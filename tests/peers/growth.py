"""Measures whether a certificate costs the same among a million as among a thousand: for each size, one event in a new folder,
each stage a command of its own. Prints microseconds and memory by stage, and bytes by where they lie.

    growth.py --testamur target/release/testamur [--sizes 1000,10000,100000,1000000] [--drawn 100000]

Above --drawn, nothing is drawn: a million PDFs take 45 GB.
"""

import argparse
import csv
import itertools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
from testamur import Testamur, people  # noqa: E402

# The rows of one list.
AT_ONCE = 250_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--testamur", default="target/release/testamur", metavar="PROGRAM")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--drawn", type=int, default=100_000)
    arguments = parser.parse_args()
    print(f"{'people':>9}  {'stage':<18} {'µs each':>8} {'CPU µs':>8} {'peak MB':>8}   where the bytes lie")
    for size in map(int, arguments.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="testamur-growth-") as folder:
            for row in grown(arguments, size, Path(folder)):
                print(f"{size:>9}  {row}", flush=True)


def grown(arguments, size, folder):
    """Yields a line for each stage."""
    program = Testamur(arguments.testamur, folder / "data")
    lists = list(written(folder, size))
    program.run("init", "--issuer", "Example Academy", "--domain", "certs.example.org")
    program.run("event", "create", "MANY", "--title", "Applied Cartography", "--template", "classic")
    yield stage(size, "import", all_of([measured(program, "import", "MANY", part) for part in lists]),
                f"store {held(folder / 'data', size)}")
    yield stage(size, "sign and record", measured(program, "issue", "MANY"), f"store {held(folder / 'data', size)}")
    if size <= arguments.drawn:
        yield stage(size, "draw and write", measured(program, "issue", "MANY", "--out", folder / "pdf"),
                    f"PDFs {held(folder / 'pdf', size)}")
    site = folder / "site"
    published = measured(program, "publish", "--out", site)
    yield stage(size, "publish", published, ", ".join(f"{name} {text}" for name, text in parts(site, size)))
    yield stage(size, "one more command", measured(program, "certificates", "list", "--text", "person7@example.org"), "")
    program.run("store", "compact")
    yield f"{'compacted':<18} {'':>26}   store {held(folder / 'data', size)}"


def written(folder, size):
    """Writes lists of invented people, each of which is short enough to be read at once; yields their files."""
    with open(folder / "people.csv", "w", encoding="utf-8", newline="") as whole:
        writer = csv.writer(whole)
        writer.writerows(people(size))
    with open(folder / "people.csv", encoding="utf-8", newline="") as whole:
        for number in range(0, size, AT_ONCE):
            part = folder / f"people-{number}.csv"
            part.write_text("name,email\n" + "".join(itertools.islice(whole, AT_ONCE)), encoding="utf-8")
            yield part


def all_of(stages):
    """Adds up seconds; the peak is the highest."""
    seconds, own, peak = zip(*stages)
    return sum(seconds), sum(own), max(peak)


def measured(program, *arguments):
    """Runs a command; returns its seconds, its processors' seconds and its peak memory in MB."""
    started = time.monotonic()
    child = subprocess.Popen(program.command(*arguments), env=program.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        raise SystemExit(f"{arguments} failed: {said.decode(errors='replace')[-400:]}")
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def stage(size, name, taken, where):
    seconds, busy, memory = taken
    return f"{name:<18} {seconds * 1e6 / size:>8.0f} {busy * 1e6 / size:>8.0f} {memory:>8.0f}   {where}"


def held(path, size):
    """Says how many bytes a certificate takes in a folder, and all of them."""
    total = sum(file.stat().st_blocks * 512 for file in path.rglob("*") if file.is_file())
    return f"{total / size:,.0f} B each ({total / 1e6:,.1f} MB)"


def parts(site, size):
    for name in ("trust.jws", "status"):
        path = site / name
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        yield name, f"{sum(file.stat().st_size for file in files) / size:,.2f} B each"
    yield "site", held(site, size)


if __name__ == "__main__":
    main()

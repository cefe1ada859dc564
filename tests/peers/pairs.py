"""Compares two versions of the program: pairs of runs that alternate, after one of each to warm up, on the same rows and the
same disk. Prints medians, their ratio, and how far the runs of one version lie apart; where that is over 15 % the wall clock
tells nothing here, and what the program itself took of the processors stands beside it: what
the system takes for a file depends on what was deleted on the disk in the last minute.

    pairs.py --before OLD --after target/release/testamur [--people 5000] [--pairs 5]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
from testamur import Testamur, write_people  # noqa: E402

LATIN = ["en", "de", "fr", "es", "pt", "da", "tr"]
MEASURABLE = 0.15
PICTURES = 40


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", required=True, metavar="PROGRAM")
    parser.add_argument("--after", default="target/release/testamur", metavar="PROGRAM")
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    programs = {"before": arguments.before, "after": arguments.after}
    found = {name: [] for name in programs}
    # Nothing is deleted before the end: ext4 passes over inodes that were deleted within the last minute, one by one.
    with tempfile.TemporaryDirectory(prefix="testamur-pairs-") as folder:
        for turn in range(arguments.pairs + 1):
            for name, program in programs.items():
                own = Path(folder) / f"{name}-{turn}"
                own.mkdir()
                figures = once(program, arguments.people, own)
                if turn > 0:
                    found[name].append(figures)
    show(found)


def measured(program, *arguments):
    """Runs a command; returns its seconds, its own processors' seconds (without the system's) and its peak memory in MB."""
    command = program.command(*arguments)
    started = time.monotonic()
    child = subprocess.Popen(command, env=program.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        raise SystemExit(f"{command} failed: {said.decode(errors='replace')[-400:]}")
    return time.monotonic() - started, usage.ru_utime, usage.ru_maxrss / 1024


def once(path, people, folder):
    """Returns the figures of one run by name."""
    program, values = Testamur(path, folder / "data"), {}
    program.run("init", "--issuer", "Example Academy", "--domain", "certs.example.org")
    for code, languages in [("LATIN", LATIN), ("MANY", None)]:
        write_people(folder / f"{code}.csv", people, *([languages] if languages else []))
        program.run("event", "create", code, "--title", "Applied Cartography", "--template", "classic")
        taken = measured(program, "import", code, folder / f"{code}.csv")
        drawn = measured(program, "issue", code, "--out", folder / code)
        values[f"{code}: row to PDF, certificates/s"] = people / (taken[0] + drawn[0])
        values[f"{code}: row to PDF, certificates per CPU second of its own"] = people / (taken[1] + drawn[1])
        values[f"{code}: peak memory of the run, MB (less is better)"] = drawn[2]
    sizes = sorted(file.stat().st_size for file in (folder / "LATIN").glob("*.pdf"))
    values["PDF, median bytes (less is better)"] = sizes[len(sizes) // 2]
    program.run("event", "create", "RECORD", "--title", "Applied Cartography", "--template", "classic")
    program.run("import", "RECORD", folder / "LATIN.csv")
    signed = measured(program, "issue", "RECORD")
    values["signed and recorded only, certificates/s"] = people / signed[0]
    values["signed and recorded only, certificates per CPU second of its own"] = people / signed[1]
    program = Testamur(path, folder / "few")
    program.run("init", "--issuer", "Example Academy", "--domain", "certs.example.org")
    program.run("event", "create", "FEW", "--title", "Applied Cartography", "--template", "classic")
    rows = (folder / "LATIN.csv").read_text().splitlines(keepends=True)[: PICTURES + 1]
    (folder / "few.csv").write_text("".join(rows))
    program.run("import", "FEW", folder / "few.csv")
    program.run("issue", "FEW")
    pictures = measured(program, "certificates", "render", "--all", "--format", "png", "--out", folder / "png")
    values["PNG, ms CPU of its own each (less is better)"] = pictures[1] * 1_000 / PICTURES
    sizes = sorted(file.stat().st_size for file in (folder / "png").glob("*.png"))
    values["PNG, median bytes (less is better)"] = sizes[len(sizes) // 2]
    values["program, bytes (less is better)"] = os.path.getsize(path)
    values["start, ms (less is better)"] = 1_000 * min(measured(program, "--version")[0] for _ in range(5))
    return values


def show(found):
    print(f"{'median of pairs that alternate':<64}{'before':>12}{'after':>12}{'ratio':>8}   spread")
    for name in found["before"][0]:
        before, after = ([figures[name] for figures in found[side]] for side in ("before", "after"))
        spread = max((max(values) - min(values)) / statistics.median(values) for values in (before, after))
        ratio = statistics.median(after) / statistics.median(before)
        told = "" if spread <= MEASURABLE else "  not measurable here"
        print(f"{name:<64}{statistics.median(before):>12.1f}{statistics.median(after):>12.1f}{ratio:>8.2f}   {spread:.0%}{told}")


if __name__ == "__main__":
    main()

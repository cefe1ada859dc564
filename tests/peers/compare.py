"""Runs `testamur bench`, then measures the same work three times over: testamur, a typst script, a reportlab script.

The work is a CSV file to PDF files on disk, on all cores, one after the other in one session. For testamur that is a
whole `issue`: program start, durable records, signatures, QR codes, files. Names are in Latin letters, because the
peers shape no others without more work.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
from testamur import Testamur, write_people  # noqa: E402

LATIN = ["en", "de", "fr", "es", "pt", "da", "tr"]
# The peers are slow: they get fewer rows, and are judged by their rate.
PEER_PEOPLE = 1_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--testamur", default="target/debug/testamur", metavar="PROGRAM")
    parser.add_argument("--people", type=int, default=2_000)
    arguments = parser.parse_args()
    if subprocess.run([arguments.testamur, "bench"], check=False).returncode != 0:
        raise SystemExit("testamur bench failed")
    with tempfile.TemporaryDirectory(prefix="testamur-bench-") as folder:
        show([ours(arguments, Path(folder)), *peers(Path(folder))])


def ours(arguments, folder):
    program = Testamur(arguments.testamur, folder / "data")
    write_people(folder / "people.csv", arguments.people, LATIN)
    program.run("init", "--issuer", "Example Academy", "--domain", "certs.example.org", "--verifier", "verify.example.org")
    program.run("event", "create", "BENCH", "--title", "Applied Cartography", "--template", "classic")
    started = time.monotonic()
    program.run("import", "BENCH", folder / "people.csv")
    program.run("issue", "BENCH", "--out", folder / "pdf")
    seconds = time.monotonic() - started
    sizes = sorted(path.stat().st_size for path in (folder / "pdf").glob("*.pdf"))
    return {"stack": "testamur", "certificates": len(sizes), "seconds": seconds, "per_second": len(sizes) / seconds,
            "pdf_bytes": sizes[len(sizes) // 2]}


def peers(folder):
    write_people(folder / "few.csv", PEER_PEOPLE, LATIN)
    for script in ("typst_peer.py", "reportlab_peer.py"):
        command = [sys.executable, HERE / script, folder / "few.csv", folder / script]
        yield json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def show(results):
    print("\nCSV to PDF files on disk, all cores, one after the other:")
    rate = results[0]["per_second"]
    for result in results:
        times = "" if result is results[0] else f"   testamur is {rate / result['per_second']:.0f} times as fast"
        print(f"  {result['stack']:<10} {result['per_second']:8.1f} certificates/s  {result['pdf_bytes'] / 1024:6.1f} KiB each{times}")


if __name__ == "__main__":
    main()

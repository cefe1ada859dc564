"""Runs the testamur program from scripts, and makes lists of invented people for it.

Knows the command line only, as any other script would. Needs Python 3.11 and nothing else.
"""

import csv
import itertools
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "correct horse battery staple"


class Testamur:
    """The program, working on one data folder."""

    def __init__(self, binary, data):
        self.binary = str(Path(binary).resolve())
        self.data = Path(data)
        self.environment = {**os.environ, "TESTAMUR_DATA": str(data), "TESTAMUR_PASSPHRASE": PASSPHRASE}

    def command(self, *arguments):
        return [self.binary, *map(str, arguments)]

    def run(self, *arguments, expect=0):
        """Runs a command to its end and returns its standard output."""
        done = subprocess.run(self.command(*arguments), env=self.environment, capture_output=True, text=True)
        if done.returncode != expect:
            words = " ".join(map(str, arguments))
            raise SystemExit(f"testamur {words}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def rows(self, *arguments, expect=0):
        """Runs a command that prints one JSON object a line."""
        return [json.loads(line) for line in self.run(*arguments, expect=expect).splitlines()]

    def start(self, *arguments, stdout):
        """Starts a command that writes its results to an open file."""
        return subprocess.Popen(self.command(*arguments), env=self.environment, stdout=stdout, stderr=subprocess.PIPE)


def people(count, languages=None):
    """Yields (name, e-mail): the languages take turns, addresses are unique, names are not always."""
    lists = json.loads((ROOT / "src/cli/demo/people.json").read_text("utf-8"))
    lists = [one for one in lists if languages is None or one["language"] in languages]
    supplies = [itertools.cycle(names(one)) for one in lists]
    for position in range(count):
        yield next(supplies[position % len(supplies)]), f"person{position + 1}@example.org"


def names(language):
    """Yields full names of one language, neighbours differing in both parts."""
    blank = "" if language["order"] == "familygiven" else " "
    family_first = language["order"].startswith("family")
    for given, family in language["sets"]:
        given, family = given.split(" "), family.split(" ")
        for shift in range(len(family)):
            for position, first in enumerate(given):
                last = family[(position + shift) % len(family)]
                yield blank.join((last, first) if family_first else (first, last))


def write_people(path, count, languages=None):
    """Writes a CSV file of invented people."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "email"])
        writer.writerows(people(count, languages))

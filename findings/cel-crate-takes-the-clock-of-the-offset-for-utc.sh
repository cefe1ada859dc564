#!/usr/bin/env bash
# Guess: the crate cel, an evaluator of the Common Expression Language, gives the parts of a time as the language says: getFullYear(),
#        getDate(), getHours() and the others "from the date in UTC" where no zone is named.
# Fact:  it gives them by the clock of the offset that the time was written with: of 2027-01-01T00:30:00+01:00, which is 23:30 of the day
#        before in UTC, getFullYear() is 2027. The same moment written with Z is of 2026, and the two are `==`. With a zone named,
#        getFullYear("UTC"), it is 2026 for both. cel-python and @marcbachmann/cel-js give 2026 for both in each case.
# Why it matters: a rule that asks for the year or the day of a course gives one person a certificate and another none, for the same moment
#        out of two programs, and a page in the browser answers otherwise than the program that issues. Name the zone in the rule.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.0.0"
edition = "2021"
[dependencies]
cel = "=0.15.0"
TOML
cat >src/main.rs <<'RUST'
use cel::{Context, Program, Value};

fn main() {
    for rule in std::env::args().skip(1) {
        let answer = Program::compile(&rule).expect("a rule").execute(&Context::default());
        match answer.expect("an answer") {
            Value::Int(year) => println!("cel: {rule} is {year}"),
            Value::Bool(said) => println!("cel: {rule} is {said}"),
            other => println!("cel: {rule} is {other:?}"),
        }
    }
}
RUST
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cel-python==0.5.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @marcbachmann/cel-js@8.0.0
cat >look.py <<'PYTHON'
import sys

import celpy

environment = celpy.Environment()
for rule in sys.argv[1:]:
    answer = environment.program(environment.compile(rule)).evaluate({})
    print(f"cel-python: {rule} is {str(bool(answer)).lower() if isinstance(answer, celpy.celtypes.BoolType) else int(answer)}")
PYTHON
cat >look.mjs <<'NODE'
import { evaluate } from '@marcbachmann/cel-js';

for (const rule of process.argv.slice(2)) console.log(`cel-js: ${rule} is ${evaluate(rule)}`);
NODE
rules=(
    'timestamp("2027-01-01T00:30:00+01:00").getFullYear()'
    'timestamp("2026-12-31T23:30:00Z").getFullYear()'
    'timestamp("2027-01-01T00:30:00+01:00").getFullYear("UTC")'
    'timestamp("2027-01-01T00:30:00+01:00") == timestamp("2026-12-31T23:30:00Z")'
)
{
    cargo run --quiet -- "${rules[@]}"
    venv/bin/python look.py "${rules[@]}"
    node look.mjs "${rules[@]}"
} >seen
cat seen
cat >expected <<'SEEN'
cel: timestamp("2027-01-01T00:30:00+01:00").getFullYear() is 2027
cel: timestamp("2026-12-31T23:30:00Z").getFullYear() is 2026
cel: timestamp("2027-01-01T00:30:00+01:00").getFullYear("UTC") is 2026
cel: timestamp("2027-01-01T00:30:00+01:00") == timestamp("2026-12-31T23:30:00Z") is true
cel-python: timestamp("2027-01-01T00:30:00+01:00").getFullYear() is 2026
cel-python: timestamp("2026-12-31T23:30:00Z").getFullYear() is 2026
cel-python: timestamp("2027-01-01T00:30:00+01:00").getFullYear("UTC") is 2026
cel-python: timestamp("2027-01-01T00:30:00+01:00") == timestamp("2026-12-31T23:30:00Z") is true
cel-js: timestamp("2027-01-01T00:30:00+01:00").getFullYear() is 2026
cel-js: timestamp("2026-12-31T23:30:00Z").getFullYear() is 2026
cel-js: timestamp("2027-01-01T00:30:00+01:00").getFullYear("UTC") is 2026
cel-js: timestamp("2027-01-01T00:30:00+01:00") == timestamp("2026-12-31T23:30:00Z") is true
SEEN
diff expected seen || { echo "the crate cel 0.15.0, cel-python 0.5.0 or @marcbachmann/cel-js 8.0.0 behaves otherwise" >&2; exit 1; }
echo "as found: the crate cel 0.15.0 gives the year of the offset's clock, the other two that of UTC"

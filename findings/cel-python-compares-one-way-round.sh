#!/usr/bin/env bash
# Guess: a rule in the Common Expression Language that compares a mark out of JSON with a number, `mark >= 6.5`, has one answer
#        everywhere: the specification compares int, uint and double as numbers on one line ("Ordering Operators").
# Fact:  in cel-python a mark that came as 7 is an int, and `mark >= 6.5` is an error, "no matching overload"; so is `mark == 7.0`.
#        The other way round, `6.5 <= mark`, it is true. A mark that came as 7.0 has no such error. And string(true) is "True", where
#        the specification says "true".
# Why it matters: one rule over one list stops at the people with whole marks and passes those with 7.5. Write double(mark) >= 6.5,
#        which means the same in both; @marcbachmann/cel-js takes the rule as it is, too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cel-python==0.5.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund @marcbachmann/cel-js@8.0.0 >/dev/null
cat >rules.json <<'JSON'
["mark >= 6.5", "6.5 <= mark", "double(mark) >= 6.5", "mark == 7.0", "string(true) == 'true'"]
JSON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import { evaluate } from '@marcbachmann/cel-js';

for (const rule of JSON.parse(readFileSync('rules.json'))) console.log(`@marcbachmann/cel-js: ${rule}: ${evaluate(rule, { mark: 7n })}`);
NODE
{
    venv/bin/python - <<'PYTHON'
import json

import celpy


def answer(rule, mark):
    environment = celpy.Environment()
    try:
        return bool(environment.program(environment.compile(rule)).evaluate({"mark": celpy.json_to_cel(json.loads(mark))}))
    except celpy.CELEvalError:
        return "an error"


with open("rules.json") as file:
    for rule in json.load(file):
        print(f"cel-python: {rule}: 7 {answer(rule, '7')}, 7.0 {answer(rule, '7.0')}")
PYTHON
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
cel-python: mark >= 6.5: 7 an error, 7.0 True
cel-python: 6.5 <= mark: 7 True, 7.0 True
cel-python: double(mark) >= 6.5: 7 True, 7.0 True
cel-python: mark == 7.0: 7 an error, 7.0 True
cel-python: string(true) == 'true': 7 False, 7.0 False
@marcbachmann/cel-js: mark >= 6.5: true
@marcbachmann/cel-js: 6.5 <= mark: true
@marcbachmann/cel-js: double(mark) >= 6.5: true
@marcbachmann/cel-js: mark == 7.0: true
@marcbachmann/cel-js: string(true) == 'true': true
SEEN
diff expected seen || { echo "cel-python 0.5.0 or @marcbachmann/cel-js 8.0.0 behaves otherwise" >&2; exit 1; }
echo "as found: cel-python 0.5.0 cannot compare 7 with 6.5, but 6.5 with 7"

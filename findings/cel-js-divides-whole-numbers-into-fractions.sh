#!/usr/bin/env bash
# Guess: npm cel-js, an evaluator of the Common Expression Language, divides whole numbers as CEL does: 75 / 10 is 7 (the operator of two
#        ints "truncates toward zero").
# Fact:  it is 7.5: all its numbers are JavaScript's. So `75 / 10 == 7` is false, and 9007199254740993 == 9007199254740992 is true.
#        @marcbachmann/cel-js, with nearly the same name, and cel-python answer as the specification does.
# Why it matters: a page that shows people with cel-js who gets a certificate answers otherwise than the program that issues them:
#        `points / 10 >= 7` is the same, `points / 10 == 7` and `points / 10 > 7` are not. Write a rule without division.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cel-python==0.5.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund cel-js@0.8.2 @marcbachmann/cel-js@8.0.0 >/dev/null
cat >rules.json <<'JSON'
["75 / 10 >= 7", "75 / 10 == 7", "75 / 10 > 7", "-75 / 10 == -7", "9007199254740993 == 9007199254740992"]
JSON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import * as one from 'cel-js';
import * as other from '@marcbachmann/cel-js';

const rules = JSON.parse(readFileSync('rules.json'));
for (const [name, { evaluate }] of Object.entries({ 'cel-js': one, '@marcbachmann/cel-js': other })) {
  console.log(`${name}: ${rules.map((rule) => evaluate(rule)).join(', ')}`);
}
NODE
{
    node look.mjs
    venv/bin/python - <<'PYTHON'
import json

import celpy

environment = celpy.Environment()
with open("rules.json") as file:
    answers = [bool(environment.program(environment.compile(rule)).evaluate({})) for rule in json.load(file)]
print("cel-python:", ", ".join(str(answer).lower() for answer in answers))
PYTHON
} >seen
cat seen
cat >expected <<'SEEN'
cel-js: true, false, true, false, true
@marcbachmann/cel-js: true, true, false, true, false
cel-python: true, true, false, true, false
SEEN
diff expected seen || { echo "cel-js 0.8.2, @marcbachmann/cel-js 8.0.0 or cel-python 0.5.0 behaves otherwise" >&2; exit 1; }
echo "as found: to cel-js 0.8.2 75 / 10 is 7.5"

#!/usr/bin/env bash
# Guess: PyPI's num2words has words for every number below ten thousand in the languages that it has, cardinal and ordinal where it has
#        ordinals, or says NotImplementedError.
# Fact:  in Korean the 99th and the 101st have words, and the 100th, 200th and each hundredth is a KeyError, whose text is ''. In Catalan it
#        is the 30th, 40th and every further round one. In Amharic every number from 1100 to 1999, as most years are, is a TypeError, and
#        so on from 2100.
# Why it matters: "on the occasion of the 100th course", "in the year one thousand nine hundred and ninety": a run over a list stops at
#        the one with the round number, or leaves that person out, and the first hundred in a trial were right. Catch any error of it, and
#        print digits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check num2words==0.5.14
cat >look.py <<'PYTHON'
from collections import defaultdict

from num2words import num2words

for language, kind in [("ko", "ordinal"), ("ca", "ordinal"), ("am", "cardinal"), ("en", "ordinal"), ("es", "ordinal")]:
    raised = defaultdict(list)
    for number in range(1, 3000):
        try:
            num2words(number, lang=language, to=kind)
        except Exception as error:
            raised[type(error).__name__].append(number)
    print(f"{language}, {kind}, of 1 to 2999:", *(f"{name} at {len(at)}: {at[:3]} to {at[-1]}" for name, at in raised.items()))
print("ko:", num2words(99, lang="ko", to="ordinal"), "/", num2words(101, lang="ko", to="ordinal"))
try:
    num2words(100, lang="ko", to="ordinal")
except KeyError as error:
    print("ko, 100:", repr(error))
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
ko, ordinal, of 1 to 2999: KeyError at 227: [100, 200, 300] to 2900
ca, ordinal, of 1 to 2999: KeyError at 210: [30, 40, 50] to 2990
am, cardinal, of 1 to 2999: TypeError at 1800: [1100, 1101, 1102] to 2999
en, ordinal, of 1 to 2999:
es, ordinal, of 1 to 2999:
ko: 아흔아홉 번째 / 백 한 번째
ko, 100: KeyError('')
SEEN
diff expected seen || { echo "num2words 0.5.14 behaves otherwise" >&2; exit 1; }
echo "as found: num2words 0.5.14 raises at round numbers in Korean and Catalan, and from 1100 in Amharic"

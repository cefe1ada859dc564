#!/usr/bin/env bash
# Guess: npm @konfirm/iso7064 makes the two check digits of ISO/IEC 7064 MOD 97-10 of a number with letters in it, `TM202612A`, with A as 10
#        to Z as 35, as those of bank accounts (IBAN) and companies (LEI) are made, or says that it takes digits alone.
# Fact:  it leaves the letters out of the count and out of the answer: generate() gives `20261264`, and gives it of `TW202612B` too. Of
#        each of the two with 64 behind it validate() says true. PyPI's python-stdnum counts the letters, 57 and 49, and npm iso-7064,
#        whose remainder is to be taken from 98, agrees. Of digits alone all three agree.
# Why it matters: check digits are there for whoever types a certificate's number from paper. A wrong letter is not noticed, the number
#        that comes back has lost its letters, and the next library calls its digits wrong. Mod37_2 of the same package counts letters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-stdnum==2.2
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @konfirm/iso7064@2.1.3 iso-7064@1.1.0
cat >look.cjs <<'NODE'
const { Mod97_10, Mod37_2 } = require('@konfirm/iso7064');
const { compute } = require('iso-7064');

for (const number of ['TM202612A', 'TW202612B', '0794']) {
  console.log(`${number}: ${Mod97_10.generate(number)} by @konfirm/iso7064, ${98 - compute(`${number}00`)} by iso-7064`);
}
for (const number of ['TM202612A64', 'TW202612B64', 'TM202612A57']) {
  console.log(`${number}: ${Mod97_10.validate(number)} to @konfirm/iso7064, ${compute(number) === 1} to iso-7064`);
}
console.log(`by Mod37_2: ${Mod37_2.generate('TM202612A')} and ${Mod37_2.generate('TW202612B')}`);
NODE
{
    node look.cjs
    venv/bin/python -c '
from stdnum.iso7064 import mod_97_10

for number in ("TM202612A", "TW202612B", "0794"):
    print(f"{number}: {mod_97_10.calc_check_digits(number)} by python-stdnum")'
} >seen
cat seen
cat >expected <<'SEEN'
TM202612A: 20261264 by @konfirm/iso7064, 57 by iso-7064
TW202612B: 20261264 by @konfirm/iso7064, 49 by iso-7064
0794: 079444 by @konfirm/iso7064, 44 by iso-7064
TM202612A64: true to @konfirm/iso7064, false to iso-7064
TW202612B64: true to @konfirm/iso7064, false to iso-7064
TM202612A57: false to @konfirm/iso7064, true to iso-7064
by Mod37_2: TM202612AB and TW202612B2
TM202612A: 57 by python-stdnum
TW202612B: 49 by python-stdnum
0794: 44 by python-stdnum
SEEN
diff expected seen || { echo "@konfirm/iso7064 2.1.3, iso-7064 1.1.0 or python-stdnum 2.2 behaves otherwise" >&2; exit 1; }
echo "as found: @konfirm/iso7064 2.1.3 leaves letters out of the count of MOD 97-10 and out of its answer"
